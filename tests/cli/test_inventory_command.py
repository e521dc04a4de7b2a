"""``tokenwidgets inventory``, ``expiring`` and ``remind``."""

from __future__ import annotations

import csv
import io
import json
import threading

import icalendar
import pandas as pd
import pytest
from aiosmtpd.controller import Controller
from served import free_port

import tokenwidgets
from tokenwidgets.vocabulary import Access


@pytest.fixture
def tokens(stocked):
    """The platform with three tokens: "nightly" and "yearly" of jdoe, "weekly" of asmith."""
    stocked.tokens.add("jdoe", "nightly", {"orders": Access.READ}, months=3)
    stocked.tokens.add("jdoe", "yearly", {"orders": Access.FULL}, months=12)
    stocked.tokens.add("asmith", "weekly", {"billing": Access.READ}, months=6)
    return stocked


def test_all_tokens_are_listed_as_a_table(tokens, cli):
    done = cli("inventory")
    assert done.status == 0
    lines = done.out.splitlines()
    assert lines[0].startswith("TOKEN ID  NAME     OWNER   DEPARTMENT  STATUS")
    assert len(lines) == 4


def test_filters_choose_the_tokens(tokens, cli):
    def names(*options):
        done = cli("inventory", *options, "--format", "json")
        assert done.status == 0, done.err
        return [row["name"] for row in json.loads(done.out)]

    assert names("--owner", "jdoe") == ["nightly", "yearly"]
    assert names("--owner", "jdoe", "--owner", "asmith") == ["nightly", "yearly", "weekly"]
    assert names("--api", "orders", "--access", "full") == ["yearly"]
    assert names("--api", "orders", "--access", "none") == ["weekly"]
    assert names("--department", "Sales") == ["weekly"]
    assert names("--search", "EAR") == ["yearly"]
    assert names("--status", "active") == ["nightly", "yearly", "weekly"]
    assert names("--status", "expired", "--status", "revoked") == []
    assert names("--unused-for", "1h") == []
    assert names("--created-since", "2020-01-31", "--created-before", "2020-02-01T00:00:00Z") == []


@pytest.mark.parametrize("end", ["csv", "xlsx", "parquet"])
def test_a_file_holds_the_inventory(tokens, cli, tmp_path, end):
    path = tmp_path / f"tokens.{end}"
    done = cli("inventory", "--hints", "-o", str(path))
    assert (done.status, done.out, done.err) == (0, "", f"Wrote {path}.\n")
    expected = tokenwidgets.inventory(tokens, hints=True)
    pd.testing.assert_frame_equal(tokenwidgets.read_export(path), expected)


def test_grants_the_matrix_and_the_trail_go_into_files_too(tokens, cli, tmp_path):
    for what, expected in (
        ("grants", tokenwidgets.grants(tokens)),
        ("matrix", tokenwidgets.access_matrix(tokens)),
        ("events", tokenwidgets.events(tokens)),
    ):
        path = tmp_path / f"{what}.csv"
        assert cli("inventory", "--what", what, "-o", str(path)).status == 0
        pd.testing.assert_frame_equal(tokenwidgets.read_export(path), expected)


def test_what_cannot_be_meant_is_refused(tokens, cli, tmp_path):
    for options, status, words in (
        (["--unused-for", "3 days"], 1, "30d"),
        (["--created-since", "yesterday"], 1, "2026-01-31"),
        (["--owner", "nobody"], 1, "no application user"),
        (["--status", "live"], 2, "active"),
        (["-o", str(tmp_path / "tokens.txt")], 1, ".csv, .xlsx, .parquet"),
        (["-o", str(tmp_path / "nowhere" / "tokens.csv")], 1, "cannot be written"),
        (["--what", "events", "--owner", "jdoe"], 2, "takes no filters"),
        (["--what", "grants", "--hints"], 2, "--hints is for --what tokens"),
        (["-o", str(tmp_path / "tokens.csv"), "--format", "json"], 2, "--format goes without -o"),
        (["--group", "Nobodys"], 1, "no user group"),
        (["--api", "none"], 1, "no API"),
    ):
        done = cli("inventory", *options)
        assert done.status == status, options
        assert words in done.err, options
        assert done.out == ""
    assert not list(tmp_path.glob("tokens*"))


def test_what_expires_soon_comes_first(tokens, cli):
    done = cli("expiring", "--within", "400d", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert [row["name"] for row in rows] == ["nightly", "weekly", "yearly"]
    assert rows[0]["email"] == "jdoe@example.org"
    assert cli("expiring", "--within", "1w", "--format", "json").out == "[]\n"
    assert "nightly" not in cli("expiring").out


def test_a_department_that_nobody_has_finds_nothing(tokens, cli):
    assert cli("inventory", "--department", "Nobodys", "--format", "json").out == "[]\n"


def test_a_format_in_the_configuration_is_for_lists_and_keeps_no_file_from_being_written(
    tokens, cli, tmp_path
):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "tokenwidgets_config.py").write_text("c.ListCommand.format = 'json'")
    assert len(json.loads(cli("inventory").out)) == 3
    assert cli("inventory", "-o", str(tmp_path / "tokens.csv")).status == 0


def test_a_calendar_is_written(tokens, cli, tmp_path):
    path = tmp_path / "expirations.ics"
    assert cli("expiring", "--within", "20w", "--ics", str(path)).status == 0
    events = icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT")
    assert [str(event["summary"]) for event in events] == ["Token nightly of jdoe expires"]
    assert cli("expiring", "--ics", str(path), "--format", "csv").status == 2


@pytest.fixture
def server():
    """A mail server; its ``got`` are the addresses that got something."""

    class Handler:
        def __init__(self):
            self.got = []
            self.lock = threading.Lock()

        async def handle_DATA(self, server, session, envelope):  # noqa: N802
            self.got += envelope.rcpt_tos
            return "250 OK"

    handler = Handler()
    handler.port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port, ready_timeout=60)
    controller.start()
    yield handler
    controller.stop()


@pytest.fixture
def soon(tokens):
    """The token "nightly" expires in five days."""
    from datetime import timedelta

    from tokenwidgets.schema import Token
    from tokenwidgets.vocabulary import now

    with tokens.database.write() as session:
        session.get(Token, 1).expires_at = now() + timedelta(days=5)
    return tokens


def test_reminders_are_sent_once(soon, cli, server):
    options = ["--smtp-host", "127.0.0.1", "--smtp-port", str(server.port)]
    options += ["--sender", "tokens@example.org"]
    for sent in (1, 0):
        done = cli("remind", *options)
        assert (done.status, done.err) == (0, f"Sent {sent} reminder{'' if sent == 1 else 's'}.\n")
    assert server.got == ["jdoe@example.org"]


def test_a_dry_run_lists_and_sends_nothing(soon, cli, server):
    done = cli("remind", "--dry-run", "--format", "json")
    (row,) = json.loads(done.out)
    assert (row["to"], row["name"], row["stage"]) == ("jdoe@example.org", "nightly", "7d")
    assert done.status == 0
    assert server.got == []


def test_without_a_mail_server_the_exit_status_tells(soon, cli):
    done = cli("remind", "--smtp-port", "1", "--sender", "tokens@example.org")
    assert done.status == 1
    assert "not sent to jdoe@example.org" in done.err


def test_the_mail_server_can_be_set_in_the_configuration_file(soon, cli, server, tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "tokenwidgets_config.py").write_text(
        f"c.Mail.host = '127.0.0.1'\nc.Mail.port = {server.port}\nc.Mail.sender = 'a@b.example'\n"
    )
    assert cli("remind").status == 0
    assert server.got == ["jdoe@example.org"]


def test_without_a_sender_nothing_is_sent(soon, cli):
    done = cli("remind")
    assert done.status == 2
    assert "Mail.sender" in done.err
