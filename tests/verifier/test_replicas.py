"""Replicas are read as far as they show that they are near; never staler than was stated."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from replicas import Node, Replicas

from tokenwidgets import errors
from tokenwidgets.database import Database
from tokenwidgets.platform import Platform, open_platform
from tokenwidgets.secret import mint
from tokenwidgets.verifier import AsyncVerifier, Verifier
from tokenwidgets.vocabulary import Access, Decision, Reason

DOCUMENTED = Path(__file__).parents[2] / "docs" / "verifying.md"
ROLE = "replica_checker"
LONG = 3600
SHORT = 1.2
PATIENCE = 5.0  # to connect in vain takes 2 seconds


class Served:
    """A platform whose primary has two replicas, and the documented role that may check."""

    def __init__(self, cluster: Replicas) -> None:
        self.cluster = cluster
        self.primary = cluster.primary
        self.replicas = cluster.replicas
        self.database = Database(self.primary.url)
        self.platform: Platform = open_platform(self.database, "admin")
        self._count = iter(range(1_000_000))

    def token(self) -> tuple[str, int]:
        """A secret with Read Access to "orders", which the replicas know, and its token's id."""
        made = self.platform.tokens.add(
            "jdoe", f"token {next(self._count)}", {"orders": Access.READ}
        )
        self.cluster.follow()
        return made.secret.reveal(), made.token.id

    def revoke_by_hand(self, token_id: int, primary: Node | None = None) -> None:
        """Revoke as an operator with psql does, of which nobody is told."""
        revoke = f"UPDATE tokens SET revoked_at = now() WHERE id = {token_id} RETURNING 1"
        assert (primary or self.primary).ask(revoke) == 1


@pytest.fixture(scope="module")
def served(
    postgresql: Any, postgresql_templates: dict[bool, str], tmp_path_factory: Any
) -> Iterator[Served]:
    url = postgresql.create(postgresql_templates[True])
    (roles,) = re.findall(r"```sql\n(.*?CREATE ROLE.*?)```", DOCUMENTED.read_text(), re.DOTALL)
    of_checker = roles.partition("-- Who records")[0].replace("token_checker", ROLE)
    with Database(url).engine.begin() as connection:
        connection.exec_driver_sql(of_checker)
    cluster = Replicas(postgresql.server, url, postgresql.folder)
    served = Served(cluster)
    yield served
    served.database.close()
    cluster.close()
    with Database(url).engine.begin() as connection:
        connection.exec_driver_sql(f"DROP OWNED BY {ROLE}")
        connection.exec_driver_sql(f"DROP ROLE {ROLE}")
    postgresql.drop(url)


class Asked:
    """A verifier and one of the other kind, asked at the same time over the replicas."""

    def __init__(self, served: Served, primary: Node | None = None, **settings: Any) -> None:
        place, replicas = (primary or served.primary).url.set(username=ROLE), served.cluster.url
        settings = {"cache_size": 0, "record_usage": False, **settings}
        settings["replicas"] = replicas.set(username=ROLE)
        place = place.update_query_dict({"connect_timeout": "2"})
        self.sync = Verifier(place, **settings)
        self.asynchronous = AsyncVerifier(place, **settings)
        self._runner = asyncio.Runner()
        self._thread = ThreadPoolExecutor(1)

    def check(self, secret: str, api: str = "orders") -> list[Decision]:
        """What both say."""
        asked = self._thread.submit(self.sync.check, secret, api, "GET")
        decision = self._runner.run(self.asynchronous.check(secret, api, "GET"))
        return [asked.result(), decision]

    def reasons(self, secret: str) -> set[Reason]:
        return {decision.reason for decision in self.check(secret)}

    def replica_reads(self) -> list[int]:
        return [each.tally().replica_reads for each in (self.sync, self.asynchronous)]

    def come_to_read_replicas(self, secret: str, reason: Reason = Reason.ALLOWED) -> None:
        """Ask until both read from replicas, and always say so."""
        before = self.replica_reads()
        until = time.monotonic() + 20
        while any(new < old + 3 for old, new in zip(before, self.replica_reads(), strict=True)):
            # One that is remembered is not read.
            self.check(mint().reveal())
            assert self.reasons(secret) == {reason}
            assert time.monotonic() < until, "replicas are not read"

    def close(self) -> None:
        self._thread.submit(self.sync.close).result()
        self._thread.shutdown()
        self._runner.run(self.asynchronous.close())
        self._runner.close()


@pytest.fixture
def asked_of(served: Served) -> Iterator[Callable[..., Asked]]:
    """Verifiers of both kinds with these settings."""
    made: list[Asked] = []

    def make(primary: Node | None = None, **settings: Any) -> Asked:
        made.append(Asked(served, primary, **settings))
        return made[-1]

    yield make
    for asked in made:
        asked.close()


def stays_within_the_bound(asked: Asked, secret: str, changed_at: float, stale: float) -> None:
    """Ask until some time after the bound: all that is allowed is allowed within it."""
    end = changed_at + stale + 0.2
    denied = 0
    while time.time() < end or denied == 0:
        began = time.time()
        decisions = asked.check(secret)
        answered = time.time()
        assert answered - began < PATIENCE
        for decision in decisions:
            if decision.allowed:
                assert began < changed_at + stale
            else:
                assert decision.reason is Reason.REVOKED
                denied += 1


def test_replicas_are_believed_while_the_primary_is_idle(
    served: Served, asked_of: Callable[..., Asked]
) -> None:
    secret, _ = served.token()
    asked = asked_of(max_stale_seconds=0.6)
    asked.come_to_read_replicas(secret)
    # Nothing is written for longer than the bound.
    time.sleep(0.7)
    asked.come_to_read_replicas(secret)


def test_a_paused_and_a_silent_replica_give_no_revoked_token_past_the_bound(
    served: Served, asked_of: Callable[..., Asked]
) -> None:
    secret, token_id = served.token()
    # What is remembered counts, too.
    asked = asked_of(max_stale_seconds=SHORT, cache_size=1)
    asked.come_to_read_replicas(secret)
    paused, silent = served.replicas
    with paused.paused(), silent.silent():
        served.revoke_by_hand(token_id)
        stays_within_the_bound(asked, secret, time.time(), SHORT)
        assert paused.ask(f"SELECT revoked_at FROM tokens WHERE id = {token_id}") is None


def test_of_two_replicas_the_one_that_lags_is_not_believed_and_the_other_is(
    served: Served, asked_of: Callable[..., Asked]
) -> None:
    secret, token_id = served.token()
    asked = asked_of(max_stale_seconds=SHORT)
    asked.come_to_read_replicas(secret)
    with served.replicas[0].paused():
        served.revoke_by_hand(token_id)
        stays_within_the_bound(asked, secret, time.time(), SHORT)
        asked.come_to_read_replicas(secret, Reason.REVOKED)


def test_while_the_primary_is_silent_replicas_are_believed_within_the_bound_alone(
    served: Served, asked_of: Callable[..., Asked]
) -> None:
    secret, _ = served.token()
    asked = asked_of(max_stale_seconds=SHORT, timeout_seconds=0.3)
    asked.come_to_read_replicas(secret)
    with served.primary.silent():
        silent_since = time.time()
        assert asked.reasons(secret) == {Reason.ALLOWED}
        time.sleep(max(0, silent_since + SHORT - time.time()))
        assert asked.reasons(secret) == {Reason.UNAVAILABLE}
    until = time.monotonic() + 20
    while asked.reasons(secret) != {Reason.ALLOWED}:
        assert time.monotonic() < until


def test_a_change_that_was_heard_of_is_not_asked_of_replicas_that_do_not_know_it(
    served: Served, asked_of: Callable[..., Asked]
) -> None:
    secret, token_id = served.token()
    asked = asked_of(max_stale_seconds=LONG, cache_size=100)
    asked.come_to_read_replicas(secret)
    until = time.monotonic() + 20
    one, two = served.replicas
    with one.paused(), two.paused():
        served.platform.tokens.revoke(token_id)
        while asked.reasons(secret) != {Reason.REVOKED}:
            assert time.monotonic() < until
        assert asked.reasons(secret) == {Reason.REVOKED}


def test_with_a_bound_of_zero_the_primary_alone_is_read(
    served: Served, asked_of: Callable[..., Asked]
) -> None:
    asked = asked_of(max_stale_seconds=0, cache_size=100)
    one, two = served.replicas
    with one.paused(), two.paused():
        for _ in range(3):
            made = served.platform.tokens.add("jdoe", f"new {time.time()}", Access.READ)
            assert asked.reasons(made.secret.reveal()) == {Reason.ALLOWED}
            served.revoke_by_hand(made.token.id)
            assert asked.reasons(made.secret.reveal()) == {Reason.REVOKED}
    assert asked.replica_reads() == [0, 0]


def test_what_a_database_cannot_be_asked_is_no_trouble_of_the_replica(
    served: Served, asked_of: Callable[..., Asked]
) -> None:
    secret, _ = served.token()
    asked = asked_of(max_stale_seconds=LONG)
    asked.come_to_read_replicas(secret)
    for name in ("a\0b", "a\ud800b"):
        assert {each.reason for each in asked.check(secret, name)} == {Reason.API_UNKNOWN}
    before = asked.replica_reads()
    assert asked.reasons(secret) == {Reason.ALLOWED}
    assert asked.replica_reads() == [count + 1 for count in before]


def test_after_a_failover_neither_is_believed_that_does_not_follow_the_primary(
    served: Served, asked_of: Callable[..., Asked]
) -> None:
    secret, token_id = served.token()
    kept, kept_id = served.token()
    asked = asked_of(max_stale_seconds=SHORT)
    asked.come_to_read_replicas(secret)
    promoted, other = served.replicas
    with other.silent():
        assert promoted.ask("SELECT pg_promote()")
        served.revoke_by_hand(token_id)
        stays_within_the_bound(asked, secret, time.time(), SHORT)
        assert promoted.ask(f"SELECT revoked_at FROM tokens WHERE id = {token_id}") is None
    # For whom the promoted one is the primary, the other follows a server that is none any more,
    # whose log is longer.
    served.revoke_by_hand(kept_id, promoted)
    served.primary.ask("SELECT pg_logical_emit_message(false, 'tests', repeat('x', 1000000), true)")
    until = time.monotonic() + 20
    place = promoted.ask("SELECT pg_current_wal_flush_lsn()")
    while not other.ask(f"SELECT pg_last_wal_replay_lsn() > '{place}'"):
        assert time.monotonic() < until
    asked = asked_of(promoted, max_stale_seconds=LONG)
    end = time.monotonic() + 0.5
    while time.monotonic() < end:
        assert asked.reasons(kept) == {Reason.REVOKED}
    assert asked.replica_reads() == [0, 0]
    assert other.ask(f"SELECT revoked_at FROM tokens WHERE id = {kept_id}") is None


@pytest.mark.parametrize(
    ("place", "replicas"),
    [
        ("sqlite:///platform.db", "postgresql+psycopg://one/platform"),
        ("postgresql+psycopg://primary/platform", "sqlite:///copy.db"),
        ("postgresql+psycopg://primary/platform", "no url"),
    ],
)
def test_replicas_that_cannot_be_are_refused(place: str, replicas: str) -> None:
    for kind in (Verifier, AsyncVerifier):
        with pytest.raises(errors.ConfigurationError):
            kind(place, replicas=replicas, max_stale_seconds=1)
