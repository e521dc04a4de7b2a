"""``tokenwidgets token`` and ``verify``: the secret alone on standard output, and its worth."""

from __future__ import annotations

import json
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from commands import COMMAND, CommandLine

from tokenwidgets.platform import Platform
from tokenwidgets.secret import is_well_formed
from tokenwidgets.vocabulary import Access, TokenStatus, add_months


def test_add_prints_the_secret_alone_on_standard_output(
    cli: CommandLine, stocked: Platform
) -> None:
    ended = cli("token", "add", "jdoe", "nightly", "--read", "orders", "--full", "billing")
    assert ended.status == 0
    secret = ended.out.removesuffix("\n")
    assert is_well_formed(secret)
    assert secret not in ended.err
    token = stocked.tokens.get(1)
    assert (token.owner, token.name, token.months) == ("jdoe", "nightly", 6)
    assert token.grants == {"orders": Access.READ, "billing": Access.FULL}
    assert ended.err.startswith("nightly of jdoe (token 1) opens billing: Full Access, orders: ")


def test_add_takes_lists_of_apis_and_all_of_them(cli: CommandLine, stocked: Platform) -> None:
    assert cli("token", "add", "jdoe", "a", "--read", "orders, billing").status == 0
    assert cli("token", "add", "jdoe", "b", "--all-apis", "full", "--months", "12").status == 0
    assert stocked.tokens.get(1).grants == {"orders": Access.READ, "billing": Access.READ}
    second = stocked.tokens.get(2)
    assert second.grants["reports"] is Access.READ, "it offers no more"
    assert second.grants["orders"] is Access.FULL
    assert second.expires_at == add_months(second.created_at, 12)


@pytest.mark.usefixtures("stocked")
@pytest.mark.parametrize(
    ("argv", "status", "words"),
    [
        (["jdoe", "x"], 1, "choose Read Access or Full Access"),
        (["jdoe", "x", "--read", "nothing"], 1, "no active API 'nothing'"),
        (["jdoe", "x", "--full", "reports"], 1, "offers no Full Access"),
        (["jdoe", "x", "--read", "orders", "--months", "5"], 1, "must be one of 3, 6, 12"),
        (["jdoe", "", "--read", "orders"], 1, "Token name: cannot be empty"),
        (["nobody", "x", "--read", "orders"], 1, "no application user 'nobody'"),
        (["jdoe", "x", "--read", "orders", "--full", "orders"], 2, "both --read and --full"),
        (["jdoe", "x", "--read", "orders", "--all-apis", "read"], 2, "goes without --read"),
    ],
)
def test_add_prints_no_secret_when_it_is_refused(
    cli: CommandLine, argv: list[str], status: int, words: str
) -> None:
    ended = cli("token", "add", *argv)
    assert (ended.status, ended.out) == (status, "")
    assert words in ended.err


def test_a_secret_that_cannot_be_written_is_said_to_be_lost(stocked: Platform) -> None:
    add = f"{COMMAND} token add jdoe lost --read orders"
    done = subprocess.run(["sh", "-c", f"{add} > /dev/full"], text=True, capture_output=True)
    assert done.returncode == 1
    assert "could not be written, so nobody has it" in done.stderr
    assert "tokenwidgets token regenerate 1" in done.stderr
    assert "Traceback" not in done.stderr
    assert stocked.tokens.get(1).name == "lost"


def test_list_shows_live_tokens_and_ended_ones_if_told(cli: CommandLine, stocked: Platform) -> None:
    new = stocked.tokens.add("jdoe", "one", {"orders": Access.READ, "billing": Access.FULL})
    stocked.tokens.revoke(stocked.tokens.add("jdoe", "two", Access.READ).token.id)
    title, line = cli("token", "list", "jdoe").out.splitlines()
    assert title.split("  ")[0] == "ID"
    assert line.startswith(f"1   one   {new.token.hint}  billing:full;orders:read  ")
    rows = json.loads(cli("token", "list", "jdoe", "--ended", "--format", "json").out)
    assert [(row["name"], row["status"]) for row in rows] == [("one", "active"), ("two", "revoked")]
    assert rows[0]["access"] == {"billing": "full", "orders": "read"}
    assert rows[0]["expires"] == new.token.expires_at.isoformat()
    assert new.secret.reveal() not in str(rows)


def test_regenerate_replaces_the_secret_by_id_or_by_name(
    cli: CommandLine, stocked: Platform
) -> None:
    first = stocked.tokens.add("jdoe", "Nightly", {"orders": Access.READ}).secret.reveal()
    second = cli("token", "regenerate", "1", "--months", "3").out.strip()
    assert stocked.tokens.get(1).months == 3
    overlap = ["--overlap", "24 hours"]
    third = cli("token", "regenerate", "jdoe", "nightly", *overlap).out.strip()
    assert len({first, second, third}) == 3
    check = ("verify", "--api", "orders")
    assert [cli(*check, stdin=each).status for each in (first, second, third)] == [1, 0, 0]
    row = stocked.tokens.get(1)
    assert row.old_secret is not None
    assert row.old_secret.ends_at - row.created_at > timedelta(hours=23)
    ended = cli("token", "regenerate", "1", "--overlap", "a year")
    assert (ended.status, ended.out) == (1, "")
    assert "No overlap, 1 hour, 24 hours, 7 days" in ended.err


def test_revoke_ends_a_token_by_id_or_by_name(cli: CommandLine, stocked: Platform) -> None:
    for name in ("one", "two"):
        stocked.tokens.add("jdoe", name, Access.READ)
    assert cli("token", "revoke", "1").err == "Revoked one of jdoe, token 1.\n"
    assert cli("token", "revoke", "jdoe", "TWO").status == 0
    assert stocked.tokens.get(1).status is TokenStatus.REVOKED
    assert stocked.tokens.get(2).status is TokenStatus.REVOKED
    assert "jdoe has no token named 'three'" in cli("token", "revoke", "jdoe", "three").err
    assert cli("token", "revoke", "99").status == 1


def test_a_name_means_the_live_token_before_an_ended_one(
    cli: CommandLine, stocked: Platform
) -> None:
    stocked.tokens.revoke(stocked.tokens.add("jdoe", "one", Access.READ).token.id)
    stocked.tokens.add("jdoe", "one", Access.READ)
    assert cli("token", "revoke", "jdoe", "one").err == "Revoked one of jdoe, token 2.\n"


def test_revoke_all_says_how_many(cli: CommandLine, stocked: Platform) -> None:
    for name in ("one", "two"):
        stocked.tokens.add("jdoe", name, Access.READ)
    assert cli("token", "revoke-all", "jdoe").err == "Revoked 2 tokens of jdoe.\n"
    assert cli("token", "revoke-all", "jdoe").err == "Revoked 0 tokens of jdoe.\n"
    assert stocked.tokens.page("jdoe").total == 0


def test_verify_prints_the_decision_and_ends_with_it(cli: CommandLine, stocked: Platform) -> None:
    secret = stocked.tokens.add("jdoe", "one", {"orders": Access.READ}).secret.reveal()
    ended = cli("verify", "--api", "orders", "--method", "GET", stdin=f"{secret}\n")
    assert ended.status == 0
    assert ended.out.startswith("allowed (token 1 of jdoe, expires ")
    for api, method, reason in (
        ("orders", "POST", "method not allowed"),
        ("orders", "get", "method not allowed"),
        ("billing", "GET", "no access"),
        ("nothing", "GET", "api unknown"),
    ):
        ended = cli("verify", "--api", api, "--method", method, stdin=secret)
        assert ended.status == 1
        assert ended.out.startswith(f"denied: {reason}"), ended.out
    stocked.tokens.revoke(1)
    ended = cli("verify", "--api", "orders", stdin=secret)
    assert (ended.status, ended.out.partition(" (")[0]) == (1, "denied: revoked")


@pytest.mark.usefixtures("stocked")
@pytest.mark.parametrize("stdin", [b"", b"\n", b"nonsense", b"\xff\xfe\x00", b"x" * 1_000_000])
def test_verify_denies_what_is_no_secret(cli: CommandLine, stdin: bytes) -> None:
    ended = cli("verify", "--api", "orders", stdin=stdin)
    assert (ended.status, ended.out) == (1, "denied: malformed\n")


def test_verify_ends_with_2_when_there_is_trouble(cli: CommandLine, tmp_path: Path) -> None:
    ended = cli("verify", "--api", "orders", "--database-url", f"sqlite:///{tmp_path}/none.db")
    assert (ended.status, ended.out) == (2, "")
    (tmp_path / "text.db").write_text("no database " * 100)
    ended = cli("verify", "--api", "orders", "--database-url", f"sqlite:///{tmp_path}/text.db")
    assert (ended.status, ended.out) == (2, "")
    assert not (tmp_path / "none.db").exists()


def test_verify_is_a_use_of_the_token_only_if_told(cli: CommandLine, stocked: Platform) -> None:
    secret = stocked.tokens.add("jdoe", "one", {"orders": Access.READ}).secret.reveal()
    cli("verify", "--api", "orders", stdin=secret)
    assert stocked.tokens.get(1).last_used_at is None
    cli("verify", "--api", "orders", "--record", stdin=secret)
    assert stocked.tokens.get(1).last_used_at is not None


def test_from_a_shell_the_secret_goes_from_add_to_verify(
    shell: CommandLine, stocked: Platform, tmp_path: Path
) -> None:
    script = (
        f'{COMMAND} token add jdoe "nightly load" --read orders 2> err > secret &&'
        f" {COMMAND} verify --api orders --method HEAD < secret;"
        f" echo $?; {COMMAND} verify --api orders --method POST < secret; echo $?"
    )
    done = subprocess.run(["sh", "-c", script], cwd=tmp_path, text=True, capture_output=True)
    assert [line.partition(" (")[0] for line in done.stdout.splitlines()] == [
        "allowed",
        "0",
        "denied: method not allowed",
        "1",
    ]
    assert done.stderr == ""
    secret = (tmp_path / "secret").read_text()
    assert is_well_formed(secret.strip())
    assert (tmp_path / "err").read_text().count("\n") == 1
    for file in tmp_path.iterdir():
        if file.is_file() and file.name != "secret":
            assert secret.strip().encode() not in file.read_bytes()
    assert shell("verify", "--api", "orders", "--debug", stdin=secret).err.count(secret) == 0


@pytest.mark.usefixtures("stocked")
@pytest.mark.parametrize("number", ["0", "7", "9" * 19, "9" * 20, "9" * 5000])
def test_a_number_that_is_no_tokens_id_is_unknown(cli: CommandLine, number: str) -> None:
    ended = cli("token", "revoke", number)
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.startswith(f"tokenwidgets: There is no token {number[:20]}")
    assert len(ended.err) < 80
