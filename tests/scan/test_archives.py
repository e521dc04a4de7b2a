"""Archives and compressed files are searched through, as far as they can be read."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import tarfile
import zipfile

import pytest
from leaks import places

from tokenwidgets.scan import scan
from tokenwidgets.secret import digest


def zipped(**members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def tarred(name, content, mode):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as archive:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return stream.getvalue()


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress,
        bz2.compress,
        lzma.compress,
        lambda data: zipped(key=data),
        lambda data: tarred("key", data, "w"),
        lambda data: tarred("key", data, "w:gz"),
        lambda data: tarred("key", data, "w:xz"),
        lambda data: zipped(a=tarred("b", zipped(c=gzip.compress(data)), "w:bz2")),
    ],
)
def test_archives_are_looked_into_whatever_their_name(tmp_path, secret, packed):
    (tmp_path / "picture.png").write_bytes(packed(b"x" * 1000 + secret.encode()))
    done = scan([tmp_path])
    assert [each.digest for each in done.found] == [digest(secret)]
    assert done.problems == []


def test_a_notebook_in_an_archive_is_looked_into(tmp_path, notebook):
    content, corners = notebook
    (tmp_path / "share.zip").write_bytes(zipped(**{"deep/load.ipynb": json.dumps(content)}))
    done = scan([tmp_path])
    assert len(done.found) == len(corners)
    (place,) = places(done, corners["source"])
    assert place.endswith("(deep/load.ipynb: cell 2, source, line 2)")


@pytest.mark.parametrize("cut", [0.3, 0.7, 0.99])
@pytest.mark.parametrize("pack", [gzip.compress, lambda data: tarred("key", data, "w:gz")])
def test_a_broken_archive_is_told(tmp_path, secret, pack, cut):
    whole = pack(os.urandom(5000) + secret.encode())
    (tmp_path / "broken").write_bytes(whole[: int(len(whole) * cut)])
    (tmp_path / "key").write_text(secret)
    done = scan([tmp_path])
    assert done.problems
    assert all(problem.startswith(f"{tmp_path}/broken") for problem in done.problems)
    assert places(done, secret)[-1] == f"{tmp_path}/key:1:1"


@pytest.mark.parametrize(("offset", "value", "says"), [(6, 1, "encrypted"), (8, 93, "method")])
def test_behind_a_member_that_cannot_be_read_an_archive_is_searched(
    tmp_path, secret, offset, value, says
):
    whole = bytearray(zipped(locked=b"text", open=secret))
    whole[offset] = whole[whole.index(b"PK\x01\x02") + 2 + offset] = value
    (tmp_path / "a.zip").write_bytes(whole)
    done = scan([tmp_path])
    assert places(done, secret) == [f"{tmp_path}/a.zip:1:1 (open)"]
    (problem,) = done.problems
    assert problem.startswith(f"{tmp_path}/a.zip (locked): ")
    assert says in problem


@pytest.mark.parametrize("pack", [gzip.compress, lambda data: bz2.compress(data, 1)])
def test_of_a_broken_stream_what_can_be_read_is_searched(tmp_path, secret, pack):
    text = f"{secret}\n".encode()
    whole = pack(text + os.urandom(300_000))
    (tmp_path / "cut").write_bytes(whole[:-40])
    done = scan([tmp_path])
    assert places(done, secret) == [f"{tmp_path}/cut:1:1"]
    assert len(done.problems) == 1


def test_of_archives_that_are_cut_what_can_be_read_is_searched(tmp_path, secret):
    more = secret.encode() + b" " * 5000
    (tmp_path / "trail.gz").write_bytes(gzip.compress(more) + b"more")
    (tmp_path / "cut.tgz").write_bytes(gzip.compress(tarred("key", more, "w"))[:-10])
    (tmp_path / "cut.tar").write_bytes(tarred("key", more, "w")[:2000])
    done = scan([tmp_path])
    for name in ("cut.tar", "cut.tgz", "trail.gz"):
        assert any(place.startswith(f"{tmp_path}/{name}") for place in places(done, secret))
        assert any(problem.startswith(f"{tmp_path}/{name}") for problem in done.problems)


def test_an_archive_behind_a_head_is_looked_into(tmp_path, secret):
    (tmp_path / "install").write_bytes(b"#!/bin/sh\nexit\n" + zipped(key=secret + " " * 90))
    (tmp_path / "looks-like").write_bytes(b"\0 PK\x05\x06 no zip")
    done = scan([tmp_path])
    assert places(done, secret) == [f"{tmp_path}/install:1:1 (key)"]
    assert done.problems == []


def test_an_archive_that_would_fill_the_memory_is_told(tmp_path, secret, monkeypatch):
    monkeypatch.setattr("tokenwidgets.scan.archives.MOST_BYTES", 100_000)
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(bytes(200_000)))
    nested = gzip.compress(secret.encode())
    for _ in range(10):
        nested = gzip.compress(nested)
    (tmp_path / "nested.gz").write_bytes(nested)
    problems = scan([tmp_path]).problems
    assert "larger than" in problems[0]
    assert "in one another" in problems[1]


def test_a_name_in_an_archive_cannot_steer_the_terminal(tmp_path, secret):
    (tmp_path / "a.zip").write_bytes(zipped(**{"\x1b[2Jname\u202e": secret}))
    (hit,) = scan([tmp_path]).found
    assert "\x1b" not in str(hit.place)
    assert "\u202e" not in str(hit.place)
