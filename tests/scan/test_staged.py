"""What is staged is searched through, as it is in the index."""

from __future__ import annotations

import pytest

from tokenwidgets.scan import scan_staged
from tokenwidgets.secret import digest


@pytest.fixture
def staged(repository, monkeypatch):
    """The repository's folder, git in it, and the places of what is found in what is staged."""
    folder, git = repository
    monkeypatch.chdir(folder)

    def places():
        done = scan_staged()
        assert done.problems == []
        return done.files, {each.digest: str(each.place) for each in done.found}

    return folder, git, places


def test_what_is_staged_is_searched_whatever_the_work_tree_has(staged, secrets):
    folder, git, places = staged
    one, other, unstaged = secrets(3)
    (folder / "a b.txt").write_text(f"\n {one}")
    (folder / "ä\n.txt").write_text(other)
    git("add", ".")
    (folder / "a b.txt").write_text("clean")
    (folder / "new.txt").write_text(unstaged)
    count, found = places()
    assert count == 2
    assert found[digest(one)] == "a b.txt:2:2"
    assert set(found) == {digest(one), digest(other)}


def test_only_what_the_next_commit_adds_or_changes_is_searched(staged, secret):
    folder, git, places = staged
    assert places() == (0, {})
    (folder / "old").write_text(secret)
    (folder / "gone").write_text(secret)
    git("add", ".")
    git("commit", "-m", "one")
    assert places() == (0, {})
    git("rm", "gone")
    git("mv", "old", "moved")
    (folder / "link").symlink_to(f"/{secret}")
    git("add", ".")
    (folder / "later").write_text(secret)
    git("add", "--intent-to-add", "later")
    assert places() == (2, {digest(secret): "moved:1:1"})


def test_a_commit_of_some_files_has_an_index_of_its_own(staged, secret, monkeypatch):
    folder, git, places = staged
    monkeypatch.setenv("GIT_INDEX_FILE", str(folder / ".git" / "next-index"))
    (folder / "key").write_text(secret)
    git("add", ".")
    monkeypatch.delenv("GIT_INDEX_FILE")
    assert places() == (0, {})
    monkeypatch.setenv("GIT_INDEX_FILE", str(folder / ".git" / "next-index"))
    assert places() == (1, {digest(secret): "key:1:1"})


def test_from_a_folder_below_all_of_it_is_searched(staged, secret, monkeypatch):
    folder, git, places = staged
    git("config", "diff.relative", "true")
    (folder / "below").mkdir()
    (folder / "key").write_text(secret)
    git("add", ".")
    monkeypatch.chdir(folder / "below")
    assert places() == (1, {digest(secret): "key:1:1"})


def test_what_cannot_be_read_is_told(staged, tmp_path, monkeypatch):
    folder, git, _ = staged
    (folder / "file").write_text("one")
    git("add", ".")
    git("commit", "-m", "one")
    git("checkout", "-b", "other")
    (folder / "file").write_text("two")
    git("commit", "-a", "-m", "two")
    git("checkout", "-")
    (folder / "file").write_text("three")
    git("commit", "-a", "-m", "three")
    with pytest.raises(Exception, match="status 1"):
        git("merge", "other")
    assert scan_staged().problems == ["what is staged cannot be read (file is not merged yet)"]
    monkeypatch.chdir(tmp_path)
    (problem,) = scan_staged().problems
    assert "not a git repository" in problem
