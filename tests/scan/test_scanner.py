"""Files, folders and notebooks are searched through."""

from __future__ import annotations

import json
import os

import pytest
from leaks import places

from tokenwidgets.scan import scan
from tokenwidgets.secret import digest, mint


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


def test_a_notebook_that_is_too_deep_is_searched_as_text(tmp_path):
    secret = mint().reveal()
    (tmp_path / "deep.ipynb").write_text(f'{{"nbformat": 4, "cells": {"[" * 9999}"{secret}"')
    done = scan([tmp_path])
    assert [found.digest for found in done.found] == [digest(secret)]
    assert "not a whole notebook" in done.problems[0]


def test_a_broken_notebook_is_searched_as_text(tmp_path, notebook):
    content, corners = notebook
    (tmp_path / "load.ipynb").write_text(json.dumps(content)[:-1])
    done = scan([tmp_path])
    assert len(done.found) == len(corners) - 1
    assert "not a whole notebook" in done.problems[0]
