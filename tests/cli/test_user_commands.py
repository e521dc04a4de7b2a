"""``tokenwidgets user``: add, list, edit and import from a shell."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import pytest
from commands import CommandLine

from tokenwidgets.cli.application import run
from tokenwidgets.platform import Platform
from tokenwidgets.vocabulary import Access


def test_add_adds_a_user(cli: CommandLine, opened: Platform) -> None:
    ended = cli("user", "add", "jdoe", "Jane Doe", "--email", "j@example.org", "--department", "F")
    assert (ended.status, ended.out, ended.err) == (0, "", "Added jdoe.\n")
    user = opened.users.get("jdoe")
    assert (user.name, user.email, user.department) == ("Jane Doe", "j@example.org", "F")


@pytest.mark.usefixtures("stocked")
@pytest.mark.parametrize(
    ("user_id", "name", "words"),
    [
        ("jdoe", "Jane", "User ID: jdoe is in use."),
        ("JDOE", "Jane", "User ID: JDOE is in use."),
        ("new", "", "Name: cannot be empty."),
        ("ne w", "N", "User ID: must be"),
        ("new", "x" * 10_000, "Name: is too long"),
        ("new", "tu\u202ern", "U+202E"),
    ],
)
def test_add_says_what_cannot_be_taken(
    cli: CommandLine, user_id: str, name: str, words: str
) -> None:
    ended = cli("user", "add", user_id, name)
    assert (ended.status, ended.out) == (1, "")
    assert words in ended.err


def test_edit_changes_what_is_given(cli: CommandLine, stocked: Platform) -> None:
    assert cli("user", "edit", "jdoe", "--name", "Jane Roe", "--inactive").status == 0
    user = stocked.users.get("jdoe")
    assert (user.name, user.email, user.is_active) == ("Jane Roe", "jdoe@example.org", False)
    assert cli("user", "edit", "jdoe", "--active", "--email", "").status == 0
    user = stocked.users.get("jdoe")
    assert (user.email, user.is_active) == ("", True)


def test_list_shows_users_as_a_table(cli: CommandLine, stocked: Platform) -> None:
    stocked.tokens.add("jdoe", "one", Access.READ, months=12)
    expires = stocked.users.get("jdoe").next_expiry
    assert cli("user", "list", "J").out == (
        "USER ID  NAME      EMAIL             DEPARTMENT  GROUPS  ACTIVE  LIVE TOKENS  NEXT EXPIRY"
        "\njdoe     Jane Doe  jdoe@example.org  Finance     -       yes     1            "
        f"{expires.astimezone():%Y-%m-%d %H:%M}\n"
    )


def test_columns_fit_names_that_are_wide_or_have_marks(cli: CommandLine, opened: Platform) -> None:
    opened.users.add("a", "陈黛玉", department="D")
    opened.users.add("b", "Zoë", department="D")
    opened.users.add("c", "n\u030a" * 3, department="D")
    _, first, _, second, third = cli("user", "list").out.splitlines()
    assert first == "a        陈黛玉     -      D           -               yes     0            -"
    assert second.replace("Zoë   ", "陈黛玉") == first.replace("a", "b", 1)
    assert third.startswith("c        " + "n\u030a" * 3 + "   ")


def test_list_as_json_has_every_value(cli: CommandLine, stocked: Platform) -> None:
    users = json.loads(cli("user", "list", "--format", "json").out)
    assert users[1] == {
        "user_id": "asmith",
        "name": "Alan Smith",
        "email": "",
        "department": "Sales",
        "groups": [],
        "active": True,
        "live_tokens": 0,
        "next_expiry": None,
    }
    assert json.loads(cli("user", "list", "nobody", "--format", "json").out) == []
    assert len(users) == stocked.users.page().total


def test_lists_longer_than_a_page_are_whole(cli: CommandLine, opened: Platform) -> None:
    lines = "".join(f"u{number},U\n" for number in range(2500))
    opened.imports.users(f"user_id,name\n{lines}".encode(), "many.csv")
    rows = list(csv.reader(io.StringIO(cli("user", "list", "--format", "csv").out)))
    assert len({row[0] for row in rows}) == 2502
    assert len(json.loads(cli("user", "list", "--format", "json").out)) == 2501
    assert len(cli("user", "list").out.splitlines()) == 2502


def test_the_csv_of_a_list_is_one_that_import_takes(
    cli: CommandLine, stocked: Platform, tmp_path: Path
) -> None:
    stocked.users.add("odd", '=HYPERLINK("x"), "y"')
    stocked.users.add("odder", "'=x", department="'-Ops")
    stocked.users.add("oddest", "\uff1dx", department="'Ops'")
    stocked.users.edit("asmith", is_active=False)
    for group in ("R&D; Ops", "a|b", "DOM\\all", "one\\;two", "-last\\"):
        stocked.groups.add(group)
        stocked.memberships.set("odd", group, True)
        stocked.memberships.set("odder", group, group == "-last\\")
    written = cli("user", "list", "--format", "csv").out
    for formula in ("'=HYPERLINK", "''=x", "''-Ops", "'\uff1dx", "'-last"):
        assert formula in written, "a spreadsheet takes it for no formula"
    (tmp_path / "users.csv").write_text(written)
    ended = cli("user", "import", str(tmp_path / "users.csv"))
    assert ended.status == 0
    assert ended.err == "users.csv: 0 users added, 0 changed, 6 were so already.\n"


@pytest.mark.parametrize("format", ["csv", "json"])
def test_what_programs_read_is_utf8_wherever_it_is_written(
    stocked: Platform, monkeypatch: pytest.MonkeyPatch, format: str
) -> None:
    stocked.users.edit("jdoe", name="Zo\u00eb Pawe\u0142")
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, "latin-1"))
    assert run(["user", "list", "--format", format]) == 0
    assert "Zo\u00eb Pawe\u0142" in written.getvalue().decode()


def test_import_adds_and_changes(cli: CommandLine, stocked: Platform, tmp_path: Path) -> None:
    file = tmp_path / "users.csv"
    file.write_text("user_id,name\njdoe,Jane Roe\nnew,New One\n")
    ended = cli("user", "import", str(file))
    assert (ended.status, ended.out) == (0, "")
    assert ended.err == "users.csv: 1 user added, 1 changed, 0 were so already.\n"
    assert stocked.users.get("new").name == "New One"


def test_a_dry_run_lists_the_changes_and_makes_none(cli: CommandLine, stocked: Platform) -> None:
    ended = cli(
        "user", "import", "-", "--dry-run", stdin="user_id,name\njdoe,Jane Roe\nnew,New One\n"
    )
    assert ended.status == 0
    assert ended.out == "line 2: change jdoe: name 'Jane Roe'\nline 3: add new\n"
    assert ended.err == (
        "standard input: 1 user would be added, 1 would be changed, 0 are so already.\n"
    )
    assert stocked.users.get("jdoe").name == "Jane Doe"


def test_an_import_with_bad_lines_names_each_and_changes_nothing(
    cli: CommandLine, stocked: Platform
) -> None:
    ended = cli("user", "import", "-", stdin="user_id,name\njdoe,Jane Roe\nb ad,B\nnew,\n")
    assert (ended.status, ended.out) == (1, "")
    first, *lines = ended.err.splitlines()
    assert first == "tokenwidgets: standard input: 2 bad lines, so nothing was imported."
    assert lines[0].startswith("line 3: User ID: must be")
    assert lines[1] == "line 4: Name: cannot be empty."
    assert stocked.users.get("jdoe").name == "Jane Doe"


def test_what_is_given_for_an_option_is_taken_as_it_stands(
    cli: CommandLine, stocked: Platform
) -> None:
    for number, text in enumerate(("~", "None", "[1]", '"R"')):
        assert cli("user", "edit", "jdoe", "--department", text, "--name", text).status == 0
        user = stocked.users.get("jdoe")
        assert (user.department, user.name) == (text, text)
        assert cli("group", "add", f"few {number}", "--department", text).status == 0
        assert stocked.groups.get(f"few {number}").departments == (text,)
    stocked.tokens.add("jdoe", "one", Access.READ)
    found = cli("inventory", "--search", text, "--department", text, "--format", "json").out
    assert [row["owner"] for row in json.loads(found)] == ["jdoe"]
