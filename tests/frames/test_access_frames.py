"""Grants and the access matrix as DataFrames."""

from __future__ import annotations

import pandas as pd
import pytest

import tokenwidgets
from tokenwidgets.frames.columns import GRANTS, Kind
from tokenwidgets.vocabulary import Access

grants = tokenwidgets.grants
access_matrix = tokenwidgets.access_matrix


def test_there_is_one_row_a_token_and_api(populated, tokens, fast):
    frame = grants(populated, fast=fast)
    assert sorted(zip(frame["name"], frame["api"], frame["access"], strict=True)) == [
        ("gone", "orders", "Read Access"),
        ("nightly", "billing", "Read Access"),
        ("nightly", "orders", "Read Access"),
        ("nightly", "reports", "Read Access"),
        ("old", "billing", "Read Access"),
        ("weekly", "billing", "Full Access"),
        ("weekly", "orders", "Read Access"),
        ("yearly", "orders", "Full Access"),
    ]
    row = frame[(frame["name"] == "weekly") & (frame["api"] == "billing")].iloc[0]
    assert (row["owner"], row["status"], row["api_group"]) == ("asmith", "active", "Finance")
    assert row["token_id"] == tokens["weekly"]


@pytest.mark.parametrize("with_tokens", [True, False])
def test_every_column_has_its_documented_dtype(populated, request, fast, with_tokens):
    if with_tokens:
        request.getfixturevalue("tokens")
    frame = grants(populated, fast=fast)
    assert frame.dtypes.to_dict() == {column.name: column.kind.dtype for column in GRANTS}


def test_access_is_ordered(populated, tokens, fast):
    frame = grants(populated, fast=fast)
    assert set(frame.loc[frame["access"] > "Read Access", "name"]) == {"weekly", "yearly"}


def test_filters_by_api_and_access_leave_such_rows_alone(populated, tokens, fast):
    found = grants(populated, fast=fast, api="billing")
    assert set(found["api"]) == {"billing"}
    assert sorted(found["name"]) == ["nightly", "old", "weekly"]
    found = grants(populated, fast=fast, access=Access.FULL, status="active")
    assert sorted(found["name"]) == ["weekly", "yearly"]
    assert grants(populated, fast=fast, owner="jdoe")["owner"].eq("jdoe").all()


def test_an_inactive_api_shows(populated, tokens, fast):
    populated.apis.edit("billing", is_active=False)
    frame = grants(populated, fast=fast)
    assert set(frame.loc[~frame["api_active"], "api"]) == {"billing"}


@pytest.mark.parametrize("filters", [{}, {"owner": "jdoe"}, {"api": "orders"}], ids=str)
def test_chunks_are_the_whole(populated, tokens, fast, filters):
    whole = grants(populated, fast=fast, **filters)
    for rows in (1, 3, 8, 100):
        chunks = list(grants(populated, fast=fast, chunksize=rows, **filters))
        assert max(map(len, chunks)) <= rows
        pd.testing.assert_frame_equal(pd.concat(chunks, ignore_index=True), whole)


def test_the_matrix_has_the_highest_access_of_live_tokens(populated, tokens, fast):
    frame = access_matrix(populated, fast=fast)
    assert frame.index.name == "user_id"
    assert set(frame.dtypes) == {Kind.ACCESS.dtype}
    assert frame.astype(str).to_dict("index") == {
        "asmith": {"billing": "Full Access", "orders": "Read Access", "reports": "No Access"},
        "jdoe": {"billing": "Read Access", "orders": "Full Access", "reports": "Read Access"},
    }


def test_the_matrix_shows_what_can_be_done_at_present(populated, tokens, fast):
    populated.tokens.revoke(tokens["yearly"])
    populated.apis.edit("reports", is_active=False)
    populated.users.edit("asmith", is_active=False)
    frame = access_matrix(populated, fast=fast)
    assert frame.astype(str).to_dict("index") == {
        "jdoe": {"billing": "Read Access", "orders": "Read Access"}
    }


def test_the_matrix_of_other_tokens_can_be_asked_for(populated, tokens, fast):
    frame = access_matrix(populated, fast=fast, status="expired")
    assert frame.astype(str).to_dict("index") == {
        "asmith": {"billing": "Read Access", "orders": "No Access", "reports": "No Access"}
    }


def test_the_matrix_of_nobody_has_a_column_for_each_api(populated, fast):
    frame = access_matrix(populated, fast=fast)
    assert (len(frame), list(frame.columns)) == (0, ["billing", "orders", "reports"])
