"""What an API offers less by now than a token was given: shown and counted as it is in force."""

from __future__ import annotations

import pytest
from state import events, rows

from tokenwidgets.frames import access_matrix
from tokenwidgets.frames import grants as grants_frame
from tokenwidgets.platform import Platform
from tokenwidgets.tokens import NewToken, TokenChange, TokenFilter
from tokenwidgets.verifier import Verifier
from tokenwidgets.vocabulary import Access

READ = {"orders": Access.READ, "billing": Access.READ}


@pytest.fixture
def new(populated: Platform) -> NewToken:
    """A token that was given Full Access to "orders", which has become read-only since."""
    given = {"orders": Access.FULL, "billing": Access.READ}
    new = populated.tokens.add("jdoe", "nightly", given)
    populated.tokens.add("jdoe", "reader", {"orders": Access.READ})
    populated.apis.edit("orders", read_only=True)
    return new


@pytest.mark.parametrize("fast", [False, None])
def test_what_is_shown_is_what_the_verifier_gives(
    populated: Platform, new: NewToken, fast: bool | None
):
    verifier = Verifier(populated.database, clock=populated.tokens.now, record_usage=False)
    opened = verifier.opened_by(new.secret.reveal())
    verifier.close()
    assert opened is not None
    assert populated.tokens.get(new.token.id).grants == opened.access == READ
    counts = {(each.api, each.access): each.count for each in populated.inventory.by_api()}
    assert counts == {("orders", Access.READ): 2, ("billing", Access.READ): 1}
    frame = grants_frame(populated, fast=fast)
    assert list(frame["access"]) == ["Read Access"] * 3
    assert list(access_matrix(populated, fast=fast).loc["jdoe", ["orders", "billing"]]) == [
        "Read Access",
        "Read Access",
    ]
    for api in (None, "orders"):
        full = {"api": api, "access": Access.FULL}
        assert populated.inventory.count(TokenFilter(**full)) == 0
        assert len(grants_frame(populated, fast=fast, **full)) == 0
        read = {"api": api, "access": Access.READ}
        assert populated.inventory.count(TokenFilter(**read)) == 2
        assert len(grants_frame(populated, fast=fast, **read)) == (2 if api else 3)


def test_an_edit_with_what_is_shown_changes_nothing_unseen(populated: Platform, new: NewToken):
    before, trail = rows(populated.database)["grants"], len(events(populated.database))
    assert populated.tokens.edit(new.token.id, grants=READ).version == new.token.version
    change = TokenChange(new.token.id, {"orders": Access.READ})
    assert populated.many_tokens.apply([change]) == ()
    assert populated.tokens.edit(new.token.id, name="weekly", grants=READ).grants == READ
    assert rows(populated.database)["grants"] == before
    assert len(events(populated.database)) == trail + 1
    assert "access" not in events(populated.database)[-1].detail
    populated.apis.edit("orders", read_only=False)
    assert populated.tokens.get(new.token.id).grants == new.token.grants
