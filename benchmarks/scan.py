"""The leak scan beside grep, on plain files: the sources of this Python and its packages, copied.

    python benchmarks/scan.py

Each reads the same files, which are in the system's cache, in turns; medians are told.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tokenwidgets.scan import scan
from tokenwidgets.secret import mint

PATTERN = "[A-Za-z][A-Za-z0-9]{1,15}_[0-9A-Za-z]{36}"
ENDS = (".py", ".js", ".json", ".txt", ".css", ".html", ".md", ".pyi", ".map")


def corpus(folder: Path, megabytes: int) -> int:
    """Copy texts into the folder until there are so many megabytes; the bytes."""
    paths = sysconfig.get_paths()
    roots = dict.fromkeys(Path(paths[name]) for name in ("stdlib", "purelib"))
    texts = [
        path
        for root in roots
        for path in sorted(root.rglob("*"))
        if path.suffix in ENDS and path.is_file() and not path.is_symlink()
    ]
    size = number = 0
    while size < megabytes * 10**6:
        for path in texts:
            number += 1
            target = folder / str(number % 50) / f"{number}-{path.name}"
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(path, target)
            size += target.stat().st_size
            if size >= megabytes * 10**6:
                break
    (folder / "leak.txt").write_text(f"key = {mint().reveal()}\n")
    return size


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tw-") as name:
        folder = Path(name)
        size = corpus(folder, options.megabytes)
        files = sum(1 for path in folder.rglob("*") if path.is_file())
        print(f"{files:,} files, {size / 10**6:,.0f} MB\n")

        def grep(*arguments: str) -> Callable[[], bool]:
            command = ["grep", "-r", "--binary-files=text", *arguments, name]
            # Without a locale grep is several times quicker.
            plain = {**os.environ, "LC_ALL": "C"}
            return lambda: (
                b"leak.txt" in subprocess.run(command, capture_output=True, env=plain).stdout
            )

        ways: dict[str, Callable[[], bool]] = {
            "tokenwidgets scan, in this process": lambda: len(scan([folder]).found) == 1,
            "tokenwidgets scan --offline, the command": lambda: (
                subprocess.run(
                    [sys.executable, "-m", "tokenwidgets", "scan", "--offline", name],
                    capture_output=True,
                ).returncode
                == 1
            ),
            "grep -E, the pattern, LC_ALL=C": grep("-E", PATTERN),
            "grep -F twk_, LC_ALL=C": grep("-F", "twk_"),
        }
        times: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(options.rounds):
            for way, run in ways.items():
                start = time.perf_counter()
                if not run():
                    raise SystemExit(f"{way} did not find the leak")
                times[way].append(time.perf_counter() - start)
    ours = statistics.median(next(iter(times.values())))
    print("| way | MB/s | time, of ours |\n| --- | --- | --- |")
    for way, taken in times.items():
        median = statistics.median(taken)
        print(f"| {way} | {size / median / 10**6:,.0f} | {median / ours:.2f} |")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
