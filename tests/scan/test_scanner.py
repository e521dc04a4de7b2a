"""Files, notebooks, archives and histories are searched through."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import os
import tarfile
import zipfile

import pytest

from tokenwidgets.scan import scan
from tokenwidgets.secret import digest


def places(done, secret):
    return [str(each.place) for each in done.found if each.digest == digest(secret)]


def test_all_files_below_a_folder_are_searched(tmp_path, secrets):
    one, other = secrets(2)
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / ".env").write_text(f"A=1\nTOKEN={one}\n")
    (tmp_path / "notes.txt").write_text(other)
    done = scan([tmp_path])
    assert places(done, one) == [f"{tmp_path}/deep/er/.env:2:7"]
    assert places(done, other) == [f"{tmp_path}/notes.txt:1:1"]
    assert (done.files, done.problems) == (2, [])


def test_below_a_folder_links_and_pipes_are_left_alone(tmp_path, secret):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "key").write_text(secret)
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "link").symlink_to(outside / "key")
    (inside / "folder").symlink_to(outside)
    os.mkfifo(inside / "pipe")
    assert scan([inside]).found == []


def test_links_and_pipes_that_are_named_are_searched(tmp_path, secrets):
    one, other = secrets(2)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "key").write_text(one)
    (tmp_path / "link").symlink_to("folder/key")
    (tmp_path / "folders").symlink_to("folder")
    ends = os.pipe()
    os.write(ends[1], b"\n" * 60_000 + other.encode())
    os.close(ends[1])
    pipe = f"/dev/fd/{ends[0]}"
    done = scan([tmp_path / "link", tmp_path / "folders", pipe])
    os.close(ends[0])
    assert places(done, one) == [f"{tmp_path}/link:1:1", f"{tmp_path}/folders/key:1:1"]
    assert places(done, other) == [f"{pipe}:60001:1"]
    assert (done.files, done.problems) == (3, [])


def test_what_is_neither_a_file_nor_a_folder_is_told(tmp_path):
    (tmp_path / "broken").symlink_to("nowhere")
    done = scan(["/dev/zero", tmp_path / "broken", ""])
    assert done.files == 0
    assert [problem.partition(": ")[2] for problem in done.problems] == [
        "neither a file, a folder nor a pipe",
        "No such file or directory",
        "No such file or directory",
    ]


def test_what_cannot_be_read_is_told(tmp_path, secret):
    (tmp_path / "key").write_text(secret)
    done = scan([tmp_path / "nowhere", tmp_path / "key"])
    assert len(done.found) == 1
    assert done.problems == [f"{tmp_path}/nowhere: No such file or directory"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("between", ["\n", ","])
def test_a_large_file_is_searched_piece_by_piece(tmp_path, secrets, monkeypatch, between, encoding):
    kept = secrets(30)
    text = between.join(f"{'é' * (number % 7)}: {each}" for number, each in enumerate(kept))
    (tmp_path / "large.log").write_bytes(text.encode(encoding))
    whole = scan([tmp_path]).found
    assert [each.digest for each in whole] == [digest(each) for each in kept]
    for size in (64, 300, 301, 302, 303):
        monkeypatch.setattr("tokenwidgets.scan.archives.MOST_BYTES", size)
        done = scan([tmp_path])
        assert done.bytes == len(text.encode(encoding))
        assert [each.digest for each in done.found] == [each.digest for each in whole]
        assert [each.place.line for each in done.found] == [each.place.line for each in whole]
    if encoding == "utf-8":
        # Only of a whole file, the columns are those of its encoding.
        assert done.found == whole


def test_a_secret_among_nothing_but_letters_is_found_on_every_cut(tmp_path, secret, monkeypatch):
    for size in range(100, 141):
        monkeypatch.setattr("tokenwidgets.scan.archives.MOST_BYTES", size)
        (tmp_path / "minified").write_text("z" * 97 + secret + "," + "z" * 1000)
        assert places(scan([tmp_path]), secret) == [f"{tmp_path}/minified:1:98"]


@pytest.fixture
def notebook(secrets):
    """A notebook with a secret in every corner, and these by the corner."""
    corners = dict(
        zip(
            ("source", "stream", "html", "error", "attachment", "cell", "widget", "name"),
            secrets(8),
            strict=True,
        )
    )
    hidden = base64.b64encode(f"{'text ' * 10}{corners['attachment']}".encode()).decode()
    cell = {
        "cell_type": "code",
        "source": ["import os\n", f"key = '{corners['source']}'\n"],
        "metadata": {"tags": [corners["cell"]]},
        "attachments": {"notes.txt": {"text/plain": hidden}},
        "outputs": [
            {"output_type": "stream", "text": ["one\n", "two\n", corners["stream"]]},
            {"output_type": "display_data", "data": {"text/html": f"<b>{corners['html']}</b>"}},
            {"output_type": "error", "traceback": [f"KeyError: {corners['error']}"]},
        ],
    }
    state = {"model": {"state": {"value": corners["widget"]}}}
    content = {
        "cells": [{"cell_type": "markdown", "source": "# Title"}, cell],
        "metadata": {"widgets": {"view": {"state": state}}, corners["name"]: 1},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return content, corners


def test_every_corner_of_a_notebook_is_searched(tmp_path, notebook):
    content, corners = notebook
    path = tmp_path / "load.ipynb"
    path.write_text(json.dumps(content, indent=1))
    done = scan([path])
    inside = {
        corner: [each.place.inside for each in done.found if each.digest == digest(secret)]
        for corner, secret in corners.items()
    }
    assert inside == {
        "source": ["cell 2, source, line 2"],
        "stream": ["cell 2, output 1, text, line 3"],
        "html": ["cell 2, output 2, data, text/html, line 1"],
        "error": ["cell 2, output 3, traceback, line 1"],
        "attachment": ["cell 2, attachments, notes.txt, text/plain"],
        "cell": ["cell 2, metadata, tags, line 1"],
        "widget": ["notebook, metadata, widgets, view, state, model, state, value, line 1"],
        "name": ["notebook, metadata, line 1"],
    }
    lines = path.read_text().splitlines()
    for each in done.found:
        if each.digest != digest(corners["attachment"]):
            assert each.hint[-4:] in lines[each.place.line - 1]


def test_a_secret_that_json_hides_is_found(tmp_path, notebook):
    content, corners = notebook
    text = json.dumps(content).replace(corners["source"][:4], "\\u0074wk_", 1)
    (tmp_path / "load.ipynb").write_text(text)
    assert len(scan([tmp_path]).found) == len(corners)


def test_a_notebook_with_a_mark_is_looked_into(tmp_path, notebook):
    content, corners = notebook
    (tmp_path / "load.ipynb").write_text(json.dumps(content), encoding="utf-8-sig")
    assert len(scan([tmp_path]).found) == len(corners)


def test_very_many_empty_lines_in_a_notebook_are_no_work(tmp_path):
    # Of a time that grows with the square this would take an hour.
    content = {"nbformat": 4, "cells": [{"source": "a" + "\n" * 10**6 + "."}]}
    (tmp_path / "load.ipynb").write_text(json.dumps(content))
    assert scan([tmp_path]).problems == []


def test_a_broken_notebook_is_searched_as_text(tmp_path, notebook):
    content, corners = notebook
    (tmp_path / "load.ipynb").write_text(json.dumps(content)[:-1])
    done = scan([tmp_path])
    assert len(done.found) == len(corners) - 1
    assert "not a whole notebook" in done.problems[0]


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


def test_what_was_removed_is_found_in_the_history(repository, secrets):
    folder, git = repository
    removed, said, tagged, lost = secrets(4)
    (folder / "load.py").write_text(f"import os\nKEY = '{removed}'\n")
    git("add", ".")
    git("commit", "-m", f"add the key {said}")
    git("tag", "-a", "v1", "-m", tagged)
    (folder / "load.py").write_text(f"KEY = '{lost}'\n")
    git("commit", "-a", "-m", "another")
    git("reset", "--hard", "HEAD~1")
    (folder / "load.py").write_text("import os\n")
    git("commit", "-a", "-m", "remove the key")
    assert scan([folder]).found == []
    done = scan([folder], with_history=True)
    assert done.problems == []
    (place,) = places(done, removed)
    assert place.startswith(f"{folder}:2:8 (commit ")
    assert place.endswith(", load.py)")
    assert "(message of commit " in places(done, said)[0]
    assert "(message of tag " in places(done, tagged)[0]
    assert "in no commit" in places(done, lost)[0]


def test_a_history_that_cannot_be_read_is_told(tmp_path):
    (tmp_path / ".git").mkdir()
    (problem,) = scan([tmp_path], with_history=True).problems
    assert "history cannot be read" in problem


def test_the_history_of_a_path_in_a_repository_is_the_repositorys(repository, secret):
    folder, git = repository
    (folder / "sub").mkdir()
    (folder / "sub" / "file").write_text("text")
    (folder / "key").write_text(secret)
    git("add", ".")
    git("commit", "-m", "one")
    git("rm", "key")
    git("worktree", "add", "tree")
    for paths in (["sub"], ["sub/file"], ["sub", ".", "tree"]):
        done = scan([folder / path for path in paths], with_history=True)
        assert done.problems == []
        (place,) = [each for each in places(done, secret) if "(commit " in each]
        assert place.startswith(f"{folder}:1:1 (commit ")


def test_the_histories_of_repositories_below_are_searched(repository, tmp_path, secret):
    folder, git = repository
    git("commit", "--allow-empty", "-m", secret)
    git("clone", "--bare", ".", "../deep/bare.git")
    done = scan([tmp_path], with_history=True)
    assert done.problems == []
    assert [place.partition(":")[0] for place in places(done, secret)] == [
        f"{tmp_path}/deep/bare.git",
        str(folder),
    ]


def test_that_there_is_no_history_is_told(tmp_path, repository):
    (tmp_path / "folder").mkdir()
    (problem,) = scan([tmp_path / "folder"], with_history=True).problems
    assert "in no git repository" in problem
    folder, _ = repository
    (folder / "sub" / ".git").mkdir(parents=True)
    (problem,) = scan([folder], with_history=True).problems
    assert problem.startswith(f"{folder}/sub: its history cannot be read")
