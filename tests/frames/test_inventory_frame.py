"""The inventory as a DataFrame."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tokenwidgets
from tokenwidgets import errors
from tokenwidgets.frames.columns import HINT, INVENTORY
from tokenwidgets.frames.parts import status
from tokenwidgets.frames.readers import instants
from tokenwidgets.vocabulary import EXPIRING_WITHIN, Access, Control, TokenStatus, status_at

inventory = tokenwidgets.inventory
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def names(frame):
    return sorted(frame["name"])


def test_there_is_one_row_a_token_with_its_owner(populated, tokens, clock, fast):
    frame = inventory(populated, fast=fast).set_index("name")
    assert frame["token_id"].to_dict() == tokens
    nightly = frame.loc["nightly"]
    assert (nightly["owner"], nightly["owner_name"]) == ("jdoe", "Jane Doe")
    assert (nightly["email"], nightly["department"]) == ("jdoe@example.org", "Finance")
    assert (nightly["months"], nightly["created_by"]) == (3, "admin")
    assert nightly["created_at"] == clock.now - timedelta(days=65)
    assert frame["owner_active"].all()
    assert frame["status"].astype(str).to_dict() == {
        "old": "expired",
        "nightly": "expiring",
        "yearly": "active",
        "gone": "revoked",
        "weekly": "active",
    }


@pytest.mark.parametrize("with_tokens", [True, False])
def test_every_column_has_its_documented_dtype_also_without_rows(
    populated, request, fast, with_tokens
):
    if with_tokens:
        request.getfixturevalue("tokens")
    frame = inventory(populated, fast=fast, hints=True)
    assert len(frame) == (5 if with_tokens else 0)
    assert list(frame.columns) == [column.name for column in (*INVENTORY, HINT)]
    for column in (*INVENTORY, HINT):
        assert frame[column.name].dtype == column.kind.dtype, column.name
    assert list(frame["status"].cat.categories) == list(TokenStatus)


def test_what_never_was_is_missing(populated, tokens, fast):
    frame = inventory(populated, fast=fast).set_index("name")
    assert frame["last_used_at"].isna().all()
    assert frame["last_used_api"].isna().all()
    assert list(frame.index[frame["revoked_at"].notna()]) == ["gone"]


def test_the_last_use_is_there(populated, tokens, clock, database, fast):
    with database.write() as session:
        token = session.get(tokenwidgets.schema.Token, tokens["weekly"])
        token.last_used_at, token.last_used_api_id = clock.now, 2
    weekly = inventory(populated, fast=fast).set_index("name").loc["weekly"]
    assert weekly["last_used_at"] == clock.now
    assert weekly["last_used_api"] == "billing"


def test_status_is_as_of_the_stated_instant(populated, tokens, clock, fast):
    earlier = clock.now - timedelta(days=60)
    frame = inventory(populated, at=earlier, fast=fast, status="expiring")
    assert names(frame) == ["old"]
    assert set(frame["status"]) == {"expiring"}
    assert frame.attrs["as_of"] == earlier.isoformat()


def test_the_filter_and_the_column_agree_to_the_microsecond(populated, tokens, fast):
    expires = populated.tokens.get(tokens["nightly"]).expires_at
    for edge in (expires, expires - EXPIRING_WITHIN):
        for step in (-1, 0, 1):
            at = edge + timedelta(microseconds=step)
            whole = inventory(populated, at=at, fast=fast)
            assert len(whole) == 5
            for one in TokenStatus:
                found = inventory(populated, at=at, fast=fast, status=one)
                assert set(found["name"]) == set(whole.loc[whole["status"] == one, "name"]), at


@given(
    st.lists(
        st.tuples(
            st.timedeltas(timedelta(days=-400), timedelta(days=400)),
            st.none() | st.timedeltas(timedelta(days=-400), timedelta(days=400)),
        )
    )
)
def test_the_status_of_many_tokens_is_that_of_each(tokens):
    at = datetime(2026, 7, 1, tzinfo=UTC)
    made = [(at + expires, None if ended is None else at + ended) for expires, ended in tokens]

    def array(moments):
        lacks = np.iinfo(np.int64).min
        whole = [
            lacks if moment is None else (moment - EPOCH) // timedelta(microseconds=1)
            for moment in moments
        ]
        return instants(np.array(whole, np.int64))

    found = status(array([expires for expires, _ in made]), array([ended for _, ended in made]), at)
    assert list(found) == [
        status_at(at, expires_at=expires, revoked_at=ended) for expires, ended in made
    ]


FILTERS = {
    "status": ({"status": ["expired", "revoked"]}, ["gone", "old"]),
    "owner": ({"owner": "jdoe"}, ["gone", "nightly", "yearly"]),
    "owners": ({"owner": ["jdoe", "asmith"], "status": "active"}, ["weekly", "yearly"]),
    "group": ({"group": "Readers"}, ["old", "weekly"]),
    "department": ({"department": "Finance"}, ["gone", "nightly", "yearly"]),
    "API": ({"api": "billing"}, ["nightly", "old", "weekly"]),
    "access": ({"access": Access.FULL}, ["weekly", "yearly"]),
    "access to an API": ({"api": "orders", "access": Access.READ}, ["gone", "nightly", "weekly"]),
    "no access to an API": ({"api": "billing", "access": Access.NONE}, ["gone", "yearly"]),
    "no access at all": ({"access": Access.NONE}, []),
    "search": ({"search": "EAR"}, ["yearly"]),
    "search owners": ({"search": "alan"}, ["old", "weekly"]),
    "search literally": ({"search": "%"}, []),
    "expiring": ({"expiring_within": timedelta(days=120)}, ["nightly", "weekly"]),
    "unused": ({"unused_for": timedelta(days=100)}, ["old"]),
    "created": (
        {"created_since": datetime(2026, 3, 1, tzinfo=UTC), "api": "billing"},
        ["nightly", "weekly"],
    ),
    "created before": ({"created_before": datetime(2026, 3, 1, tzinfo=UTC)}, ["old"]),
    "expires": (
        {
            "expires_since": datetime(2026, 7, 2, tzinfo=UTC),
            "expires_before": datetime(2026, 12, 1, tzinfo=UTC),
        },
        ["weekly"],
    ),
}


def test_filters_find_the_tokens(populated, tokens, fast):
    populated.groups.add("Readers")
    populated.memberships.set("asmith", "Readers", True)
    for words, (filters, expected) in FILTERS.items():
        frame = inventory(populated, fast=fast, hints=True, **filters)
        assert names(frame) == expected, words
        assert frame["owner"].notna().all(), words
        assert frame["hint"].str.startswith("twk_…").all(), words


REFUSED = [
    ({"owner": "nobody"}, errors.UnknownUser),
    ({"owner": ["jdoe", "nobody"]}, errors.UnknownUser),
    ({"group": "Nobody"}, errors.UnknownGroup),
    ({"api": "nothing"}, errors.UnknownAPI),
    ({"status": "live"}, errors.InvalidValue),
    ({"access": 2}, errors.InvalidValue),
    ({"unused_for": timedelta(days=-1)}, errors.InvalidValue),
    ({"expiring_within": 30}, errors.InvalidValue),
    ({"created_since": datetime(2026, 1, 1)}, errors.InvalidValue),
    ({"colour": "red"}, TypeError),
]


def test_a_filter_that_cannot_be_meant_is_refused(populated):
    for filters, error in REFUSED:
        with pytest.raises(error):
            inventory(populated, **filters)


def test_without_the_control_there_is_no_inventory(populated, tokens, platform_of, fast):
    with pytest.raises(errors.NotAllowed):
        inventory(platform_of("jdoe"), fast=fast)


@pytest.fixture
def delegate(populated, platform_of):
    """The platform as dora, who sees the inventory of Finance alone."""
    populated.users.add("dora", "Dora", department="Finance")
    controls = [Control.TOKEN_INVENTORY, Control.AUDIT_LOG]
    populated.groups.add("Finance desk", controls=controls, departments=["Finance"])
    populated.memberships.set("dora", "Finance desk", True)
    return platform_of("dora")


def test_a_delegated_auditor_sees_their_departments_tokens(delegate, tokens, fast):
    assert names(inventory(delegate, fast=fast)) == ["gone", "nightly", "yearly"]
    assert names(inventory(delegate, fast=fast, search="alan")) == []
    with pytest.raises(errors.UnknownUser):
        inventory(delegate, owner="asmith", fast=fast)
    assert set(tokenwidgets.grants(delegate, fast=fast)["owner"]) == {"jdoe"}
    assert list(tokenwidgets.access_matrix(delegate, fast=fast).index) == ["jdoe"]
    trail = tokenwidgets.events(delegate, fast=fast)
    assert set(trail["user_id"]) == {"jdoe", "dora"}


def test_chunks_are_the_whole(populated, tokens, fast):
    whole = inventory(populated, hints=True, fast=fast)
    for rows in (1, 2, 5, 100):
        chunks = list(inventory(populated, hints=True, fast=fast, chunksize=rows))
        assert max(map(len, chunks)) <= rows
        pd.testing.assert_frame_equal(pd.concat(chunks, ignore_index=True), whole)


def test_chunks_of_nothing_are_one_frame_with_columns(populated, fast):
    (frame,) = inventory(populated, fast=fast, chunksize=10)
    assert list(frame.columns) == [column.name for column in INVENTORY]


def test_chunks_are_of_one_snapshot(populated, tokens, fast):
    chunks = inventory(populated, fast=fast, chunksize=2)
    first = next(chunks)
    populated.tokens.revoke_all("jdoe")
    populated.tokens.add("asmith", "new", Access.READ)
    seen = pd.concat([first, *chunks])
    assert names(seen) == ["gone", "nightly", "old", "weekly", "yearly"]
    assert (seen["status"] == "revoked").sum() == 1


def test_nothing_of_a_secret_is_in_a_frame(populated, tokens, fast):
    new = populated.tokens.add("jdoe", "fresh", Access.READ)
    text = inventory(populated, hints=True, fast=fast).to_csv()
    assert new.token.hint in text
    assert new.secret.reveal()[4:-4] not in text
    assert new.secret.digest.hex() not in text
