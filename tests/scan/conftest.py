"""Secrets to be found, and where."""

from __future__ import annotations

import base64
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
