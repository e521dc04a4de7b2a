"""A hostile browser on a live dashboard: a few hundred messages; ``make fuzz`` sends 100,000."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from door import PROXY_SECRET, Server, serving
from fuzzing import Fuzzer, platform_for_fuzzing

from tokenwidgets.database import Database

MESSAGES = 400


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzzed")


@pytest.fixture(scope="module")
def fuzzed(folder: Path) -> Iterator[tuple[Server, str]]:
    """A dashboard of its own, and the URL of its platform."""
    url = platform_for_fuzzing(folder)
    secret = {"TOKENWIDGETS_PROXY_SECRET": PROXY_SECRET}
    with serving(folder / "server", url, identity="proxy", log_level=30, **secret) as server:
        yield server, url


def run(fuzzed: tuple[Server, str], user: str, folder: Path) -> Fuzzer:
    server, url = fuzzed
    database = Database(url)
    fuzzer = Fuzzer(server, database, user, seed=20260131, canary=folder / f"canary-{user}")
    fuzzer.run(MESSAGES)
    fuzzer.finish()
    assert fuzzer.sent.total() == MESSAGES
    assert len(fuzzer.sent) == 9
    return fuzzer


def test_whatever_a_visitor_without_rights_sends_changes_nothing(
    fuzzed: tuple[Server, str], folder: Path
):
    done = run(fuzzed, "guest", folder).done()
    assert all(action.endswith("(denied)") for action in done)


def test_whatever_a_visitor_with_rights_sends_changes_only_what_they_may_change(
    fuzzed: tuple[Server, str], folder: Path
):
    done = run(fuzzed, "clerk", folder).done()
    # They did change something, or there was nothing to see.
    assert done["add token"] > 0
    assert done["revoke token"] > 0
