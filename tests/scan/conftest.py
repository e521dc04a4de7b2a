"""Secrets to be found, and where."""

from __future__ import annotations

import subprocess

import pytest

from tokenwidgets.secret import mint


@pytest.fixture
def secret():
    """The text of a well-formed secret of no platform."""
    return mint().reveal()


@pytest.fixture
def secrets():
    """Mint the texts of so many secrets."""
    return lambda count: [mint().reveal() for _ in range(count)]


@pytest.fixture
def repository(tmp_path):
    """A git repository, and a function that runs git in it."""
    folder = tmp_path / "repository"
    folder.mkdir()
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]

    def git(*arguments):
        subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)

    git("init", "--quiet")
    return folder, git
