"""A CSV file of users: as spreadsheets write it, all of it or none, and each bad line named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from user_files import ALAN, HEADER, JANE, events, everybody, refused, take

from tokenwidgets import audit
from tokenwidgets.platform import Platform


@pytest.fixture
def platform(with_groups: Platform) -> Platform:
    return with_groups


AS_WRITTEN = {
    "jdoe": ("Doe, Jane", "jdoe@example.org", "Finance", ("Desk", "Readers"), True),
    "asmith": ("Alan Smith", "", "Sales", (), False),
}


def test_new_users_are_added_as_the_file_has_them(platform: Platform) -> None:
    report = take(platform, JANE, ALAN)
    assert everybody(platform) == AS_WRITTEN
    assert (report.added, report.changed, report.unchanged) == (2, 0, 0)


def test_known_users_are_changed_where_the_file_differs(platform: Platform) -> None:
    take(platform, JANE, ALAN)
    version = platform.users.get("jdoe").version
    report = take(platform, JANE.replace("Desk;Readers", "Desk"), ALAN.replace("no", "yes"))
    assert (report.added, report.changed, report.unchanged) == (0, 2, 0)
    users = everybody(platform)
    assert users["jdoe"][3] == ("Desk",)
    assert users["asmith"][4] is True
    assert platform.users.get("jdoe").version == version
    assert platform.users.get("asmith").version == version + 1


def test_the_same_file_again_changes_nothing(platform: Platform) -> None:
    take(platform, JANE, ALAN)
    before = len(events(platform))
    report = take(platform, JANE, ALAN)
    assert (report.added, report.changed, report.unchanged) == (0, 0, 2)
    assert len(events(platform)) == before


def test_what_has_no_column_stays_as_it_is(platform: Platform) -> None:
    take(platform, JANE)
    take(platform, "Jane D.,jdoe", header="Name,User ID")
    assert everybody(platform)["jdoe"] == ("Jane D.", *AS_WRITTEN["jdoe"][1:])


def test_an_empty_cell_empties_but_leaves_active_alone(platform: Platform) -> None:
    take(platform, ALAN, JANE)
    take(platform, "jdoe,Jane,,,,", "asmith,Alan,,,,")
    users = everybody(platform)
    assert users["jdoe"] == ("Jane", "", "", (), True)
    assert users["asmith"] == ("Alan", "", "", (), False)


def test_who_has_no_line_stays_as_they_are(platform: Platform) -> None:
    take(platform, JANE)
    take(platform, ALAN)
    assert everybody(platform) == AS_WRITTEN


LINES = [
    "user_id;name;email;department;groups;active",
    '"jdoe";"Doe, Jane";jdoe@example.org;Finance;"Desk;Readers";YES',
    ";;;;;",
    "",
    "asmith ; Alan Smith;;Sales;;0",
    "",
]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("\n".join(LINES).encode(), id="semicolons and blank lines"),
        pytest.param(b"\xef\xbb\xbf" + "\r\n".join(LINES).encode(), id="Excel's CSV UTF-8"),
        pytest.param("\r\n".join(["sep=;", *LINES]).encode(), id="Excel's own first line"),
        pytest.param("\r".join(LINES).encode(), id="old Macintosh"),
        pytest.param(
            "\r\n".join(LINES).replace("Desk;", "Desk|").replace(";", "\t").encode("utf-16"),
            id="Excel's Unicode Text",
        ),
        pytest.param("\n".join([HEADER.upper(), JANE, ALAN, ",,,,,"]).encode(), id="commas"),
    ],
)
def test_a_file_is_read_as_spreadsheets_write_it(platform: Platform, content: bytes) -> None:
    platform.imports.users(content, "users.csv")
    assert everybody(platform) == AS_WRITTEN


def test_names_of_all_scripts_and_with_quotes_are_taken(platform: Platform) -> None:
    take(
        platform,
        'a1,"Siobhán ""Shiv"" O\'Callaghan",,,,',
        "a2,דליה כהן,,,,",
        "a3,陈黛玉,,,,",
        'a4,"\'=1+1",,,,',
    )
    names = [user[0] for user in everybody(platform).values()]
    assert names == ['Siobhán "Shiv" O\'Callaghan', "דליה כהן", "陈黛玉", "=1+1"]


def test_every_bad_line_is_named_with_what_is_wrong(platform: Platform) -> None:
    take(platform, JANE)
    content = "\n".join(
        [
            HEADER,
            "good,Good One,,,,",
            "bad id!,Name,,,,",  # 3
            "noname,,,,,",  # 4
            "mail,Mail,not an address,,,",  # 5
            "",
            "group,Group,,,Desk;Nobodys,",  # 7
            "active,Active,,,,perhaps",  # 8
            "good,Good Two,,,,",  # 9
            "Jdoe,Jane,,,,",  # 10
            "few,Few",  # 11
            "many,Many,,,,yes,more",  # 12
            'lines,"Two\nlines",,,,',  # 13 and 14
            "after,Bell \a,,,,",  # 15
            "both bad,,x,,,",  # 16
        ]
    )
    problems = refused(platform, content.encode())
    assert [problem.partition(":")[0] for problem in problems] == [
        *(f"line {number}" for number in (3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 15, 16, 16))
    ]
    assert problems[0].startswith("line 3: User ID: must be")
    assert problems[1] == "line 4: Name: cannot be empty."
    assert "is not an e-mail address" in problems[2]
    assert problems[3] == "line 7: Groups: there is no user group Nobodys."
    assert problems[4] == "line 8: Active: must be yes or no, not 'perhaps'."
    assert problems[5] == "line 9: User ID: good is on line 2 already."
    assert problems[6] == "line 10: User ID: Jdoe is in use, as jdoe."
    assert problems[7] == "line 11: it has 2 values, but the header has 6."
    assert problems[8] == "line 12: it has 7 values, but the header has 6."
    assert "U+000A" in problems[9]
    assert "U+0007" in problems[10]


def test_ids_that_differ_in_case_alone_are_the_same_one_twice(platform: Platform) -> None:
    content = f"{HEADER}\nnew,N,,,,\nNEW,N,,,,".encode()
    assert refused(platform, content) == ["line 3: User ID: NEW is on line 2 already."]


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"", 1, "the file is empty"),
        (b"\n\n", 1, "the file is empty"),
        (b"name,email\nx,y", 1, "the column user_id is missing"),
        (b"user_id,name,phone\nx,y,z", 1, "there is no column 'phone'"),
        (b"user_id,name,name\nx,y,z", 1, "the column name is there twice"),
        (b"user_id,name\na,Caf\xe9", 2, "it is not UTF-8 text"),
        (b'user_id,name\na,A\nb,"B\nc,C\n', 3, "it cannot be read"),
        (b'user_id,name\na,"A" A\n', 2, "it cannot be read"),
        (b"user_id,name\na,A\x00\n", 2, "Name: has a character that cannot be shown"),
        (b"PK\x03\x04\x14\x00\x06\x00\xff\xfe", 1, "it is not UTF-8 text"),
    ],
)
def test_what_is_no_csv_of_users_is_refused(
    platform: Platform, content: bytes, line: int, words: str
) -> None:
    first = refused(platform, content)[0]
    assert first.startswith(f"line {line}: {words}"), first


def test_a_dry_run_says_what_would_change_and_changes_nothing(platform: Platform) -> None:
    take(platform, JANE)
    before = everybody(platform), len(events(platform))
    report = take(
        platform, JANE.replace("Finance", "Sales").replace("Desk;", ""), ALAN, dry_run=True
    )
    assert report.changes == (
        "line 2: change jdoe: department 'Sales', out of Desk",
        "line 3: add asmith",
    )
    assert (everybody(platform), len(events(platform))) == before


def test_each_user_has_the_events_that_the_same_by_hand_would_leave(platform: Platform) -> None:
    take(platform, JANE)
    take(platform, JANE.replace("yes", "no").replace("Desk;", ""))
    told = [(event.action, event.subject) for event in events(platform) if event.user_id == "jdoe"]
    assert told == [
        ("remove member", "Desk"),
        ("deactivate user", "jdoe"),
        ("add member", "Readers"),
        ("add member", "Desk"),
        ("add user", "jdoe"),
    ]
    imports = [event for event in events(platform) if event.action == "import users"]
    assert [event.subject for event in imports] == ["users.csv", "users.csv"]
    assert imports[1].detail == {"added": 1, "changed": 0, "unchanged": 0}
    with platform.database.read() as session:
        assert list(audit.verify(session)) == []


def test_twice_as_many_lines_take_no_more_statements(platform: Platform) -> None:
    def lines(start: int, count: int) -> list[str]:
        return [f"u{number},U,,,Desk;Readers," for number in range(start, start + count)]

    with counted(platform) as few:
        take(platform, *lines(0, 100))
    with counted(platform) as many:
        take(platform, *lines(1000, 200))
    assert sum(many.values()) == sum(few.values())


@contextmanager
def counted(platform: Platform) -> Iterator[Counter[str]]:
    """The statements that are run, an executemany counting once."""
    seen: Counter[str] = Counter()

    def note(_c: Any, _cur: Any, statement: str, _p: Any, _ctx: Any, many: bool) -> None:
        # Insert … RETURNING goes out in batches of values, whose number is the driver's matter.
        key = statement.split("VALUES")[0]
        seen[key] = 1 if many or "INSERT" in statement else seen[key] + 1

    event.listen(platform.database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(platform.database.engine, "before_cursor_execute", note)


def test_many_lines_are_taken_in_one_transaction(platform: Platform) -> None:
    told: list[tuple[int, int]] = []
    lines = [f"u{number},User {number},,,Desk," for number in range(6000)]
    take(platform, *lines, progress=lambda done, total: told.append((done, total)))
    assert told == [(0, 6000), (5000, 6000), (6000, 6000), (6000, 6000)]
    assert len(platform.groups.members("Desk")) == 6000
    at = {event.at for event in platform.history.page(action="add user", rows=1000).rows}
    assert len(at) == 1
