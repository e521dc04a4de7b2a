"""The examples of docs/commands.md are true: each is run, in their order, in one shell."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from commands import COMMAND

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
MARK = "--- end of example"


def examples(block: str) -> list[tuple[str, str]]:
    """The commands of a block, each with what is to be seen of it."""
    found = re.split(r"^\$ ", block, flags=re.MULTILINE)
    assert found[0] == "", "a block begins with a command"
    return [
        (command, output) for command, _, output in (each.partition("\n") for each in found[1:])
    ]


def pattern(output: str) -> str:
    """What is seen, with any text in the place of an ellipsis, and any spaces beside it."""
    parts = (re.escape(part.strip(" ")) for part in output.split("…"))
    return r" *.*? *".join(parts)


def test_every_example_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[tuple[str, str]] = []
    for language, file, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if file:
            (tmp_path / file).write_text(text, encoding="utf-8")
        elif language == "console":
            shown += examples(text)
    assert len(shown) > 30
    monkeypatch.delenv("TOKENWIDGETS_LOCAL_USER")
    folder = Path(COMMAND).parent
    script = "".join(f"{command}\nset -- $?; echo '{MARK}'; (exit $1)\n" for command, _ in shown)
    done = subprocess.run(
        ["sh"],
        input=script.encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=tmp_path,
        env={
            **os.environ,
            "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
            "LC_ALL": "C.UTF-8",
        },
    )
    outputs = done.stdout.decode().split(f"{MARK}\n")[:-1]
    assert len(outputs) == len(shown), outputs[-1]
    for (command, expected), output in zip(shown, outputs, strict=True):
        assert re.fullmatch(pattern(expected), output, re.DOTALL), f"$ {command}\n{output}"
