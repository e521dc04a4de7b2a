"""Read a CSV file of users as spreadsheets write it, and say of every bad line what is wrong."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tokenwidgets import errors
from tokenwidgets.cells import armed, of_one_cell
from tokenwidgets.directory.users import check_profile
from tokenwidgets.errors import LineProblem
from tokenwidgets.text import check_identifier, check_name

__all__ = ["COLUMNS", "UserLine", "read_users"]

COLUMNS = ("user_id", "name", "email", "department", "groups", "active")
"""The columns that a file may have, in any order; the first two it must have."""

_NEEDED = COLUMNS[:2]
_ACTIVE = {
    **dict.fromkeys(("yes", "y", "true", "1", "active"), True),
    **dict.fromkeys(("no", "n", "false", "0", "inactive"), False),
}


@dataclass(frozen=True, slots=True)
class UserLine:
    """A user as a line of the file has it; None is what the line does not say."""

    line: int
    user_id: str
    name: str
    email: str | None = None
    department: str | None = None
    groups: tuple[str, ...] | None = None
    is_active: bool | None = None


def read_users(content: bytes, source: str) -> tuple[list[UserLine], list[LineProblem]]:
    """The good lines of a file, and what is wrong with the bad ones, in the order of the file.

    Commas, semicolons or tabs between the values; UTF-8, or UTF-16 with a byte order mark; lines
    without a value are passed over. Names of groups are separated by ``;`` or ``|``; one that is
    in a name has a backslash before it.

    Args:
        content: the file.
        source: its name, for the message.

    Raises:
        ImportRefused: it is not text, or its header is not one.

    """
    records = _records(_text(content, source))
    problems: list[LineProblem] = []
    header: list[str] | None = None
    lines: list[UserLine] = []
    first_seen: dict[str, int] = {}
    for number, values in records:
        if isinstance(values, str):
            problems.append(LineProblem(number, values))
        elif header is None:
            header = _header(number, values, source)
        elif any(values[len(header) :]) or len(values) < len(header):
            wanted = f"it has {len(values)} values, but the header has {len(header)}."
            problems.append(LineProblem(number, wanted))
        else:
            line, wrong = _line(number, dict(zip(header, values, strict=False)))
            before = first_seen.setdefault(line.user_id.lower(), number) if line.user_id else number
            if before != number:
                wrong.append(f"User ID: {line.user_id} is on line {before} already.")
            problems += [LineProblem(number, problem) for problem in wrong]
            if not wrong:
                lines.append(line)
    if header is None and not problems:
        raise errors.ImportRefused(source, [LineProblem(1, f"the file is empty. {_EXPECTED}")])
    return lines, problems


_EXPECTED = f"The first line must name the columns: {', '.join(COLUMNS)}."


def _text(content: bytes, source: str) -> str:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = "it is not UTF-8 text. In Excel, save it as “CSV UTF-8”."
        raise errors.ImportRefused(source, [LineProblem(line, problem)]) from None


def _records(text: str) -> Iterator[tuple[int, list[str] | str]]:
    """Each line that has a value: its number, and its values or what keeps them from being read."""
    file = io.StringIO(text, newline="")
    skipped = 0
    first = file.readline()
    declared = re.fullmatch(r"\"?sep=(.)\"?", first.rstrip("\r\n"))  # Excel's own first line
    if declared:
        skipped, delimiter = 1, declared[1]
    else:
        delimiter = max(",;\t", key=first.count)
        file.seek(0)
    reader = csv.reader(file, delimiter=delimiter, strict=True)
    while True:
        number = reader.line_num + skipped + 1
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            # Where the next line begins is anybody's guess after this.
            yield number, f"it cannot be read ({error}), nor can what follows it."
            return
        if any(value.strip() for value in values):
            yield number, values


def _header(number: int, values: list[str], source: str) -> list[str]:
    names = [re.sub(r"[\s-]+", "_", value.strip().lower()) for value in values]
    while names and not names[-1]:
        names.pop()
    problems = [f"there is no column {name!r}." for name in names if name not in COLUMNS]
    problems += [f"the column {name} is missing." for name in _NEEDED if name not in names]
    problems += [f"the column {name} is there twice." for name in COLUMNS if names.count(name) > 1]
    if problems:
        problems.append(_EXPECTED)
        raise errors.ImportRefused(source, [LineProblem(number, each) for each in problems])
    return names


def _line(number: int, values: dict[str, str]) -> tuple[UserLine, list[str]]:
    """The line, as far as it can be read, and everything that is wrong with it."""
    values = {name: armed(value.strip()) for name, value in values.items()}
    wrong: list[str] = []
    user_id = values["user_id"]
    profile: dict[str, str] = {}
    try:
        user_id = check_identifier("User ID", user_id)
    except errors.InvalidValue as error:
        wrong.append(str(error))
    try:
        profile = check_profile(
            name=values["name"],
            email=values.get("email", ""),
            department=values.get("department", ""),
        )
    except errors.InvalidValue as error:
        wrong.append(str(error))
    groups, active = values.get("groups"), values.get("active", "").lower()
    if active and active not in _ACTIVE:
        wrong.append(f"Active: must be yes or no, not {active[:20]!r}.")
    names: tuple[str, ...] | None = None
    if groups is not None:
        names, bad_names = _groups(groups)
        wrong += bad_names
    line = UserLine(
        number,
        user_id,
        profile.get("name", ""),
        profile.get("email") if "email" in values else None,
        profile.get("department") if "department" in values else None,
        names,
        _ACTIVE.get(active),
    )
    return line, wrong


def _groups(value: str) -> tuple[tuple[str, ...], list[str]]:
    names, wrong = [], []
    for name in filter(None, map(str.strip, of_one_cell(value))):
        try:
            names.append(check_name("Group", name))
        except errors.InvalidValue as error:
            wrong.append(str(error))
    return tuple(dict.fromkeys(names)), wrong
