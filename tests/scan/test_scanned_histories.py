"""What git repositories still have is searched through."""

from __future__ import annotations

from leaks import places

from tokenwidgets.scan import scan


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
