"""What a secret opens: the rules, on both databases and with both verifiers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tokenwidgets import errors
from tokenwidgets.platform import Platform
from tokenwidgets.secret import mint
from tokenwidgets.verifier import Verifier
from tokenwidgets.vocabulary import OVERLAPS, Access, Decision, Reason

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY", "get", "")
SECOND = timedelta(seconds=1)
MICROSECOND = timedelta(microseconds=1)


def opened(verifier: Any, secret: str, api: str = "orders") -> list[str]:
    return [method for method in METHODS if verifier.check(secret, api, method).allowed]


def test_read_access_opens_get_and_head_alone(verifier: Any, secret_with: Any) -> None:
    assert opened(verifier, secret_with(orders=Access.READ)) == ["GET", "HEAD"]


def test_full_access_opens_post_too(verifier: Any, secret_with: Any) -> None:
    assert opened(verifier, secret_with(orders=Access.FULL)) == ["GET", "HEAD", "POST"]


def test_a_grant_opens_no_other_api(verifier: Any, secret_with: Any) -> None:
    secret = secret_with(billing=Access.FULL)
    assert opened(verifier, secret, "orders") == []
    assert verifier.check(secret, "orders").reason is Reason.NO_ACCESS


def test_an_allowed_decision_says_whose_token_it_is(
    verifier: Any, populated: Platform, secret_with: Any
) -> None:
    secret = secret_with(orders=Access.READ)
    token = populated.tokens.page("jdoe").rows[0]
    decision = verifier.check(secret)
    expires = token.expires_at.timestamp()
    assert decision == Decision(True, Reason.ALLOWED, "jdoe", token.id, expires)
    assert decision.expires_at == token.expires_at


def test_a_denied_decision_says_whose_token_it_is(verifier: Any, secret_with: Any) -> None:
    decision = verifier.check(secret_with(orders=Access.READ), "orders", "POST")
    assert (decision.reason, decision.user_id) == (Reason.METHOD_NOT_ALLOWED, "jdoe")


def test_an_unknown_secret_is_denied_and_belongs_to_nobody(verifier: Any, populated: Any) -> None:
    assert verifier.check(mint().reveal()) == Decision(False, Reason.UNKNOWN)


def test_an_unknown_api_is_denied(verifier: Any, secret_with: Any) -> None:
    assert verifier.check(secret_with(orders=Access.READ), "nothing").reason is Reason.API_UNKNOWN


def test_a_token_ends_at_its_very_expiration(
    verifier: Any, populated: Platform, clock: Any, secret_with: Any
) -> None:
    secret = secret_with(orders=Access.READ)
    expires_at = verifier.check(secret).expires_at
    clock.now = expires_at - MICROSECOND
    assert verifier.check(secret).allowed
    clock.now = expires_at
    assert verifier.check(secret).reason is Reason.EXPIRED


def test_revoked_counts_before_expired(
    verifier: Any, populated: Platform, clock: Any, secret_with: Any
) -> None:
    secret = secret_with(orders=Access.READ)
    decision = verifier.check(secret)
    populated.tokens.revoke(decision.token_id)
    assert verifier.check(secret).reason is Reason.REVOKED
    clock.now = decision.expires_at + SECOND
    assert verifier.check(secret).reason is Reason.REVOKED


def test_regenerating_without_overlap_ends_the_old_secret_at_once(
    verifier: Any, populated: Platform
) -> None:
    made = populated.tokens.add("jdoe", "job", {"orders": Access.READ})
    old = made.secret.reveal()
    assert verifier.check(old).allowed
    new = populated.tokens.regenerate(made.token.id).secret.reveal()
    assert verifier.check(old).reason is Reason.REPLACED
    assert verifier.check(new).allowed


@pytest.mark.parametrize("overlap", [words for words in OVERLAPS if words != "No overlap"])
def test_an_overlap_is_honoured_to_the_second(
    verifier: Any, populated: Platform, clock: Any, overlap: str
) -> None:
    made = populated.tokens.add("jdoe", "job", {"orders": Access.READ})
    old = made.secret.reveal()
    ends_at = clock.now + OVERLAPS[overlap]
    new = populated.tokens.regenerate(made.token.id, overlap=OVERLAPS[overlap]).secret.reveal()
    for instant in (clock.now, ends_at - SECOND, ends_at - MICROSECOND):
        clock.now = instant
        assert verifier.check(old).allowed
        assert verifier.check(new).allowed
    clock.now = ends_at
    assert verifier.check(old).reason is Reason.REPLACED
    assert verifier.check(new).allowed


def test_an_overlap_does_not_outlive_what_the_old_secret_was_given(
    verifier: Any, populated: Platform, clock: Any
) -> None:
    made = populated.tokens.add("jdoe", "job", {"orders": Access.READ})
    clock.now = made.token.expires_at - timedelta(minutes=10)
    new = populated.tokens.regenerate(made.token.id, overlap=timedelta(days=7))
    clock.now = made.token.expires_at
    assert verifier.check(made.secret.reveal()).reason is Reason.REPLACED
    assert verifier.check(new.secret.reveal()).allowed


def test_revoking_ends_both_secrets_of_an_overlap_at_once(
    verifier: Any, populated: Platform
) -> None:
    made = populated.tokens.add("jdoe", "job", {"orders": Access.READ})
    new = populated.tokens.regenerate(made.token.id, overlap=timedelta(days=7))
    populated.tokens.revoke(made.token.id)
    for secret in (made.secret, new.secret):
        assert verifier.check(secret.reveal()).reason is Reason.REVOKED


def test_an_expired_token_works_again_with_its_new_secret_alone(
    verifier: Any, populated: Platform, clock: Any
) -> None:
    made = populated.tokens.add("jdoe", "job", {"orders": Access.READ})
    clock.now = made.token.expires_at + timedelta(days=1)
    new = populated.tokens.regenerate(made.token.id, overlap=timedelta(days=7))
    assert verifier.check(new.secret.reveal()).allowed
    assert verifier.check(made.secret.reveal()).reason is Reason.REPLACED


def test_a_user_who_is_not_active_opens_nothing(
    verifier: Any, populated: Platform, secret_with: Any
) -> None:
    secret = secret_with(orders=Access.FULL)
    assert verifier.check(secret).allowed
    populated.users.edit("jdoe", is_active=False)
    assert not verifier.check(secret).allowed


def test_an_api_that_is_not_active_is_closed_to_all(
    verifier: Any, populated: Platform, secret_with: Any
) -> None:
    secret = secret_with(orders=Access.FULL)
    assert verifier.check(secret).allowed
    populated.apis.edit("orders", is_active=False)
    assert verifier.check(secret).reason is Reason.API_INACTIVE
    populated.apis.edit("orders", is_active=True)
    assert verifier.check(secret).allowed


def test_full_access_to_an_api_that_became_read_only_is_read_access(
    verifier: Any, populated: Platform, secret_with: Any
) -> None:
    secret = secret_with(orders=Access.FULL)
    populated.apis.edit("orders", read_only=True)
    assert opened(verifier, secret) == ["GET", "HEAD"]


def test_noise_never_reaches_the_database(verifier: Any, populated: Any) -> None:
    good = mint().reveal()
    wrong_checksum = good[:-1] + ("A" if good[-1] != "A" else "B")
    for noise in ("", "x", wrong_checksum, good + "x", f" {good}", good * 1000, None, b"x", 7):
        assert verifier.check(noise).reason is Reason.MALFORMED
    assert verifier.tally().reads == 0


def test_every_wrong_secret_costs_one_read(verifier: Any, populated: Platform) -> None:
    made = populated.tokens.add("jdoe", "job", {"orders": Access.READ})
    populated.tokens.regenerate(made.token.id)
    revoked = populated.tokens.add("jdoe", "gone", {"orders": Access.READ})
    populated.tokens.revoke(revoked.token.id)
    wrong = [mint().reveal(), made.secret.reveal(), revoked.secret.reveal()]
    for number, secret in enumerate(wrong, start=1):
        assert not verifier.check(secret).allowed
        assert verifier.tally().reads == number


def test_denied_checks_are_counted_by_reason(verifier: Any, secret_with: Any) -> None:
    secret = secret_with(orders=Access.READ)
    for method in ("GET", "POST", "POST"):
        verifier.check(secret, "orders", method)
    verifier.check("noise")
    assert verifier.tally().denied == {Reason.METHOD_NOT_ALLOWED: 2, Reason.MALFORMED: 1}


def test_no_secret_is_in_a_decision_or_a_verifier(verifier: Any, secret_with: Any) -> None:
    secret = secret_with(orders=Access.READ)
    assert secret not in repr(verifier.check(secret))
    assert secret not in repr(verifier.sync) + repr(verifier.asynchronous)


def test_a_clock_behind_the_database_denies_everything(
    verifier: Any, clock: Any, secret_with: Any
) -> None:
    secret = secret_with(orders=Access.READ)
    assert verifier.check(secret).allowed
    clock.advance(-timedelta(minutes=6))
    assert verifier.check(secret).reason is Reason.CLOCK
    clock.now = datetime(1970, 1, 1, tzinfo=UTC)
    assert verifier.check(secret).reason is Reason.CLOCK


def test_clocks_may_differ_by_a_few_minutes(verifier: Any, clock: Any, secret_with: Any) -> None:
    secret = secret_with(orders=Access.READ)
    clock.advance(-timedelta(minutes=4))
    assert verifier.check(secret).allowed


def test_a_clock_that_cannot_be_read_denies_everything(
    verifier_of: Callable[..., Any], sqlite_database: Any, platform_of: Any
) -> None:
    def broken() -> datetime:
        raise OSError("no clock")

    for clock in (broken, lambda: datetime(2026, 1, 31), lambda: None):
        verifier = verifier_of(sqlite_database.url, clock=clock)
        assert verifier.check(mint().reveal()).reason is Reason.CLOCK


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    secret=st.one_of(
        st.text(),
        st.none(),
        st.binary(),
        st.integers(),
        st.from_regex(r"[A-Za-z][A-Za-z0-9]{1,15}_[0-9A-Za-z]{36}", fullmatch=True),
    ),
    api=st.text(),
    method=st.text(),
)
def test_nothing_that_was_not_issued_is_allowed(
    verifier: Any, populated: Any, secret: Any, api: str, method: str
) -> None:
    assert not verifier.check(secret, api, method).allowed


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(api=st.text(), method=st.text())
def test_a_good_secret_opens_nothing_by_a_strange_name(
    verifier: Any, issued_secret: str, api: str, method: str
) -> None:
    decision = verifier.check(issued_secret, api, method)
    assert decision.allowed == (api == "orders" and method in {"GET", "HEAD"})
    assert decision.reason is not Reason.UNAVAILABLE


@pytest.fixture
def issued_secret(secret_with: Any) -> str:
    return secret_with(orders=Access.READ)


@pytest.mark.parametrize(
    "place", ["sqlite://", "mysql://x/y", "nonsense", "postgresql+asyncpg://x/y"]
)
def test_a_database_that_cannot_be_used_is_refused_at_once(place: str) -> None:
    with pytest.raises(errors.ConfigurationError):
        Verifier(place)


@pytest.mark.parametrize(
    "setting", ["max_stale_seconds", "cache_size", "grace_seconds", "timeout_seconds"]
)
@pytest.mark.parametrize("value", [-1, float("nan"), float("inf")])
def test_a_setting_that_makes_no_sense_is_refused(setting: str, value: float) -> None:
    with pytest.raises(errors.ConfigurationError, match=setting):
        Verifier("sqlite:////nowhere/platform.db", **{setting: value})
