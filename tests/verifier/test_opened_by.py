"""What a secret is and opens, as introspection tells it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tokenwidgets import errors
from tokenwidgets.platform import Platform
from tokenwidgets.secret import mint
from tokenwidgets.verifier import Verifier
from tokenwidgets.vocabulary import Access, Reason


def test_it_says_whose_it_is_until_when_and_what_it_opens(
    verifier: Any, populated: Platform, clock: Any
) -> None:
    grants = {"orders": Access.FULL, "reports": Access.READ}
    made = populated.tokens.add("jdoe", "job", grants)
    found = verifier.sync.opened_by(made.secret.reveal())
    assert found.token_id == made.token.id
    assert found.user_id == "jdoe"
    assert (found.issued_at, found.expires_at) == (clock.now, made.token.expires_at)
    assert found.access == grants


def test_only_what_can_be_opened_now_is_listed(verifier: Any, populated: Platform) -> None:
    made = populated.tokens.add("jdoe", "job", {"orders": Access.FULL, "billing": Access.FULL})
    populated.apis.edit("orders", read_only=True)
    populated.apis.edit("billing", is_active=False)
    assert verifier.sync.opened_by(made.secret.reveal()).access == {"orders": Access.READ}


def test_the_old_secret_of_an_overlap_ends_when_the_overlap_does(
    verifier: Any, populated: Platform, clock: Any
) -> None:
    made = populated.tokens.add("jdoe", "job", {"orders": Access.FULL})
    populated.tokens.regenerate(made.token.id, overlap=timedelta(hours=1))
    ends_at = clock.now + timedelta(hours=1)
    assert verifier.sync.opened_by(made.secret.reveal()).expires_at == ends_at
    clock.now = ends_at
    assert verifier.sync.opened_by(made.secret.reveal()) is None


@pytest.mark.parametrize("end", ["revoke", "expire", "deactivate the user"])
def test_what_does_not_work_is_nothing(
    verifier: Any, populated: Platform, clock: Any, end: str
) -> None:
    made = populated.tokens.add("jdoe", "job", {"orders": Access.FULL})
    if end == "revoke":
        populated.tokens.revoke(made.token.id)
    elif end == "expire":
        clock.now = made.token.expires_at
    else:
        populated.users.edit("jdoe", is_active=False)
    assert verifier.sync.opened_by(made.secret.reveal()) is None


@pytest.mark.parametrize(
    "secret", ["", "noise", "\0", mint().reveal()], ids=["empty", "noise", "nul", "minted"]
)
def test_what_was_never_issued_is_nothing(verifier: Any, populated: Any, secret: str) -> None:
    assert verifier.sync.opened_by(secret) is None


def test_a_clock_that_is_behind_the_database_is_trouble_as_it_is_for_a_check(
    verifier: Any, populated: Platform, clock: Any
) -> None:
    secret = populated.tokens.add("jdoe", "job", {"orders": Access.FULL}).secret.reveal()
    clock.advance(timedelta(minutes=-5))
    assert verifier.check(secret).allowed
    assert verifier.sync.opened_by(secret).user_id == "jdoe"
    clock.advance(timedelta(milliseconds=-1))
    assert verifier.check(secret).reason is Reason.CLOCK
    with pytest.raises(errors.ClockError, match="set it right"):
        verifier.sync.opened_by(secret)


def test_a_clock_that_cannot_be_read_is_trouble_not_an_answer(database_url: str) -> None:
    with (
        Verifier(database_url, clock=lambda: datetime(2026, 1, 1)) as verifier,
        pytest.raises(errors.ClockError, match="time zone"),
    ):
        verifier.opened_by(mint().reveal())


def test_a_database_that_is_not_there_is_trouble_not_an_answer(tmp_path: Any) -> None:
    with (
        Verifier(f"sqlite:///{tmp_path / 'none.db'}") as verifier,
        pytest.raises(errors.DatabaseError),
    ):
        verifier.opened_by(mint().reveal())
