"""With a stated staleness: never staler than stated, expiry always exact, memory bounded."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tokenwidgets.database import Database
from tokenwidgets.platform import Platform
from tokenwidgets.secret import mint
from tokenwidgets.verifier import Verifier
from tokenwidgets.verifier.memory import Memory
from tokenwidgets.vocabulary import Access, Decision, Reason

STALE = 30

EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.floats(0, STALE * 1.5)),
        st.tuples(st.just("wait until the end"), st.sampled_from([-1, 0, 1])),
        st.tuples(st.just("grant"), st.sampled_from([Access.READ, Access.FULL, Access.NONE])),
        st.tuples(st.just("revoke"), st.none()),
        st.tuples(st.just("regenerate"), st.sampled_from([0, 1])),
        st.tuples(st.just("check"), st.sampled_from(["GET", "POST"])),
        st.tuples(st.just("check"), st.sampled_from(["GET", "POST"])),
    ),
    min_size=4,
    max_size=25,
)


@pytest.fixture
def names() -> Any:
    return itertools.count()


class Story:
    """One token's story, and what its first secret opened at each instant of it."""

    def __init__(self, platform: Platform, clock: Any, name: str) -> None:
        made = platform.tokens.add("jdoe", name, {"orders": Access.READ}, months=3)
        self.secret = made.secret.reveal()
        self.ends_at = made.token.expires_at
        self.expires_at = made.token.expires_at
        self._tokens, self._id, self._clock = platform.tokens, made.token.id, clock
        self._live = self._newest = True
        # From when on which methods are allowed; the end of the secret is looked at apart.
        self._history: list[tuple[datetime, frozenset[str]]] = []
        self._note(Access.READ)

    def happens(self, what: str, with_what: Any) -> None:
        """Let something happen at this instant, if it can."""
        if what == "wait":
            self._clock.advance(timedelta(seconds=with_what))
        elif what.startswith("wait until"):
            if self.ends_at + timedelta(seconds=with_what) > self._clock.now:
                self._clock.now = self.ends_at + timedelta(seconds=with_what)
        elif self._live and self._clock.now < self.expires_at:
            self._changes(what, with_what)

    def _changes(self, what: str, with_what: Any) -> None:
        if what == "grant":
            # A token opens something at least; when not "orders", then "billing".
            grants = {"orders": with_what} if with_what else {"billing": Access.READ}
            self._tokens.edit(self._id, grants=grants)
            self._note(with_what)
        elif what == "revoke":
            self._tokens.revoke(self._id)
            self._live = False
            self._note(Access.NONE)
        elif what == "regenerate" and self._newest:
            overlap = timedelta(hours=with_what)
            new = self._tokens.regenerate(self._id, overlap=overlap, months=3).token
            self._newest = False
            # What is remembered of the old secret's end may be as stale as anything else.
            self.expires_at = new.expires_at
            self.ends_at = min(self.ends_at, self._clock.now + overlap)

    def may_be_allowed(self, method: str, stale: float) -> bool:
        """Whether the method was allowed at some instant within the last seconds."""
        since = self._clock.now - timedelta(seconds=stale)
        return any(
            method in methods
            for (_, methods), (ended, _) in itertools.pairwise(
                [*self._history, (self._clock.now + timedelta(days=1), frozenset())]
            )
            if ended > since
        )

    def must_be_allowed(self, method: str, stale: float) -> bool:
        """Whether the method was allowed at all instants within the last seconds."""
        since = self._clock.now - timedelta(seconds=stale)
        spans = itertools.pairwise(
            [*self._history, (self._clock.now + timedelta(days=1), frozenset())]
        )
        return all(method in methods for (_, methods), (ended, _) in spans if ended > since)

    def _note(self, access: Access) -> None:
        self._history.append((self._clock.now, access.methods))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(events=EVENTS)
def test_no_answer_is_staler_than_stated(
    sqlite_platform: Platform, sqlite_database: Database, clock: Any, names: Any, events: Any
) -> None:
    story = Story(sqlite_platform, clock, f"token {next(names)}")
    # When the overlap of a regeneration ends may be known as late as any other change.
    first_end = story.ends_at
    with Verifier(
        sqlite_database.url, max_stale_seconds=STALE, clock=clock, record_usage=False
    ) as verifier:
        for what, with_what in events:
            if what != "check":
                story.happens(what, with_what)
                continue
            allowed = verifier.check(story.secret, "orders", with_what).allowed
            stale_end = min(first_end, story.ends_at + timedelta(seconds=STALE))
            if clock.now >= stale_end:
                assert not allowed
            elif allowed:
                assert story.may_be_allowed(with_what, STALE)
            elif clock.now < story.ends_at:
                assert not story.must_be_allowed(with_what, STALE)


def test_a_revocation_counts_when_the_stated_seconds_are_over(
    sqlite_platform: Platform, verifier_of: Any, sqlite_database: Database, clock: Any
) -> None:
    made = sqlite_platform.tokens.add("jdoe", "job", {"orders": Access.READ})
    verifier = verifier_of(sqlite_database.url, max_stale_seconds=10)
    assert verifier.check(made.secret.reveal()).allowed
    sqlite_platform.tokens.revoke(made.token.id)
    clock.advance(timedelta(seconds=10, microseconds=-1))
    assert verifier.check(made.secret.reveal()).allowed
    clock.advance(timedelta(microseconds=1))
    assert verifier.check(made.secret.reveal()).reason is Reason.REVOKED


def test_answers_that_deny_are_remembered_too(
    sqlite_platform: Platform, verifier_of: Any, sqlite_database: Database, clock: Any
) -> None:
    made = sqlite_platform.tokens.add("jdoe", "job", {"billing": Access.READ})
    verifier = verifier_of(sqlite_database.url, max_stale_seconds=10)
    assert verifier.check(made.secret.reveal()).reason is Reason.NO_ACCESS
    sqlite_platform.tokens.edit(made.token.id, grants={"orders": Access.READ})
    assert verifier.check(made.secret.reveal()).reason is Reason.NO_ACCESS
    assert verifier.tally().reads == 1
    clock.advance(timedelta(seconds=10))
    assert verifier.check(made.secret.reveal()).allowed


def test_expiry_and_overlap_are_exact_although_remembered(
    sqlite_platform: Platform, verifier_of: Any, sqlite_database: Database, clock: Any
) -> None:
    made = sqlite_platform.tokens.add("jdoe", "job", {"orders": Access.READ})
    verifier = verifier_of(sqlite_database.url, max_stale_seconds=10**9)
    new = sqlite_platform.tokens.regenerate(made.token.id, overlap=timedelta(hours=1))
    for secret, ends_at in (
        (made.secret.reveal(), clock.now + timedelta(hours=1)),
        (new.secret.reveal(), new.token.expires_at),
    ):
        assert verifier.check(secret).allowed
        clock.now = ends_at - timedelta(microseconds=1)
        assert verifier.check(secret).allowed
        clock.now = ends_at
        assert not verifier.check(secret).allowed


def test_when_the_clock_goes_back_what_is_remembered_is_read_again(
    sqlite_platform: Platform, verifier_of: Any, sqlite_database: Database, clock: Any
) -> None:
    made = sqlite_platform.tokens.add("jdoe", "job", {"orders": Access.READ})
    verifier = verifier_of(sqlite_database.url, max_stale_seconds=60)
    assert verifier.check(made.secret.reveal()).allowed
    sqlite_platform.tokens.revoke(made.token.id)
    clock.advance(timedelta(seconds=-1))
    assert not verifier.check(made.secret.reveal()).allowed


def test_who_tries_secrets_pushes_no_good_one_out_of_memory(
    sqlite_platform: Platform, verifier_of: Any, sqlite_database: Database
) -> None:
    made = sqlite_platform.tokens.add("jdoe", "job", {"orders": Access.READ})
    verifier = verifier_of(sqlite_database.url, max_stale_seconds=60, cache_size=10)
    assert verifier.check(made.secret.reveal()).allowed
    for _ in range(50):
        assert verifier.check(mint().reveal()).reason is Reason.UNKNOWN
    before = verifier.tally()
    assert verifier.check(made.secret.reveal()).allowed
    assert verifier.tally().hits == before.hits + 1


@given(
    size=st.integers(0, 20),
    keys=st.lists(st.tuples(st.integers(0, 60), st.booleans()), max_size=200),
)
def test_memory_is_bounded_and_keeps_the_newest(size: int, keys: list[tuple[int, bool]]) -> None:
    memory = Memory(size)
    decisions = {True: Decision(True, Reason.ALLOWED), False: Decision(False, Reason.UNKNOWN)}
    for number, allowed in keys:
        key = bytes([number]), "orders", "GET"
        memory.remember(key, decisions[allowed], 1, 0, at=0.0, until=90.0, seconds=60.0)
        there, elsewhere = memory.allowed, memory.denied
        if not allowed:
            there, elsewhere = elsewhere, there
        assert len(there) <= size
        assert len(elsewhere) <= size
        if size:
            assert key in there
            assert key not in elsewhere


def test_what_was_asked_before_a_change_was_heard_of_is_not_remembered_after_it() -> None:
    memory = Memory(10)
    key, decision = (b"", "orders", "GET"), Decision(True, Reason.ALLOWED)
    generation = memory.generation
    memory.forget()
    memory.remember(key, decision, 1, generation, at=100.0, until=900.0, seconds=60.0)
    assert len(memory) == 0
    memory.remember(key, decision, 1, memory.generation, at=100.0, until=900.0, seconds=60.0)
    assert len(memory) == 1
