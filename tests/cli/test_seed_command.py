"""``tokenwidgets seed``."""

from __future__ import annotations

from commands import CommandLine

from tokenwidgets.platform import Platform


def test_seed_fills_a_new_platform_and_says_how_much(cli: CommandLine, opened: Platform) -> None:
    ended = cli("seed", "--users", "40", "--tokens", "90", "--apis", "3")
    assert (ended.status, ended.out) == (0, "")
    assert "Added 40 users, 90 tokens, 3 APIs to sqlite:///" in ended.err
    assert (opened.users.page().total, opened.inventory.page().total) == (41, 90)


def test_seed_leaves_a_platform_in_use_as_it_is(cli: CommandLine, stocked: Platform) -> None:
    ended = cli("seed", "--users", "40")
    assert ended.status == 1
    assert "that were not seeded" in ended.err
    assert stocked.users.page().total == 3


def test_seed_wants_to_know_how_many(cli: CommandLine, opened: Platform) -> None:
    assert cli("seed").status == 2
    assert cli("seed", "--users", "-4").status == 2
    assert opened.users.page().total == 1
