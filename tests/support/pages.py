"""Pages of the documentation: what is in their blocks, and following them as a reader does."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from commands import COMMAND

BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
"""A block's language, the name of the file that it is if it is one, and its text."""

_MARK = "--- end of example"
_WAIT = """import socket, time
for _ in range(900):
    try:
        socket.create_connection(("127.0.0.1", {port})).close()
        break
    except OSError:
        time.sleep(0.1)
"""


def examples(block: str) -> list[tuple[str, str]]:
    """The commands of a block, each with what is to be seen of it."""
    found = re.split(r"^\$ ", block, flags=re.MULTILINE)
    assert found[0] == "", "a block begins with a command"
    return [
        (command, output) for command, _, output in (each.partition("\n") for each in found[1:])
    ]


def is_configuration(block: str) -> bool:
    """Whether Python is for a configuration file, where ``c`` is the configuration."""
    return block.lstrip().startswith("c.")


def follow(text: str, folder: Path, *, port: int = 0, environment: Mapping[str, str] = {}) -> int:
    """Save the files of a page, run its commands and cells in their order, and see what they say.

    Args:
        text: the page's.
        folder: where to be.
        port: where a command that ends with ``&`` listens soon.
        environment: variables beside those of this process.

    Returns: how many commands and cells there were.

    """
    shown: list[tuple[str, str]] = []
    cells: list[str] = []
    for language, file, block in BLOCK.findall(text):
        if file:
            (folder / file).write_text(block, encoding="utf-8")
        elif language == "python" and not is_configuration(block):
            cells.append(block)
        elif language == "console":
            if cells:
                shown.append((_cells_as_command(cells, folder), ""))
            shown += examples(block)
    assert not cells, "cells come before a command that shows what they did"
    outputs = _run(_script(shown, folder, port), folder, environment)
    for (command, expected), output in zip(shown, outputs, strict=False):
        assert re.fullmatch(_pattern(expected), output, re.DOTALL), f"$ {command}\n{output}"
    assert len(outputs) == len(shown), outputs[-1]
    return len(shown)


def _cells_as_command(cells: list[str], folder: Path) -> str:
    file = folder / f"cells_before_{len(list(folder.iterdir()))}.py"
    file.write_text("\n".join(cells), encoding="utf-8")
    cells.clear()
    return f"python {file.name}"


def _script(shown: list[tuple[str, str]], folder: Path, port: int) -> str:
    waiting = folder / "wait_for_port.py"
    waiting.write_text(_WAIT.format(port=port), encoding="utf-8")
    script = ""
    for command, _ in shown:
        script += f"{command}\nset -- $?; echo '{_MARK}'; (exit $1)\n"
        if command.endswith("&"):
            script += f"python {waiting.name}\n"
    return script


def _run(script: str, folder: Path, environment: Mapping[str, str]) -> list[str]:
    path = f"{Path(COMMAND).parent}{os.pathsep}{os.environ['PATH']}"
    shell = subprocess.Popen(
        ["sh"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=folder,
        env={**os.environ, "LC_ALL": "C.UTF-8", "no_proxy": "*", **environment, "PATH": path},
        start_new_session=True,
    )
    try:
        output, _ = shell.communicate(script.encode(), timeout=300)
    finally:
        # What a page leaves running behind its shell.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(shell.pid, signal.SIGKILL)
    return output.decode().split(f"{_MARK}\n")[:-1]


def _pattern(output: str) -> str:
    """What is seen, with any text in the place of an ellipsis, and any spaces beside it."""
    parts = (re.escape(part.strip(" ")) for part in output.split("…"))
    return r" *.*? *".join(parts)
