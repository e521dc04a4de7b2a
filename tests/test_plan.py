"""A plan from a DataFrame: what it would change is looked at first, then all of it is done."""

from __future__ import annotations

import pandas as pd
import pytest

import tokenwidgets
from tokenwidgets import errors
from tokenwidgets.plan import Plan, apply_plan, make_plan
from tokenwidgets.platform import Platform
from tokenwidgets.vocabulary import Access, TokenStatus


@pytest.fixture
def ids(populated: Platform) -> dict[str, int]:
    """Three live tokens of jdoe by name, which read orders."""
    names = ("a", "b", "c")
    reading = {"orders": Access.READ}
    return {name: populated.tokens.add("jdoe", name, reading).token.id for name in names}


def test_a_plan_shows_what_would_change_and_changes_nothing(
    populated: Platform, ids: dict[str, int]
):
    frame = pd.DataFrame(
        {
            "token_id": [ids["a"], ids["a"], ids["b"], ids["c"]],
            "api": ["billing", "reports", None, None],
            "access": ["Full Access", Access.READ, None, None],
            "months": [None, None, 12, None],
            "revoke": [None, None, False, True],
        }
    )
    plan = make_plan(frame, populated)
    diff = plan.diff()
    assert list(diff.columns) == ["token_id", "owner", "token", "what", "before", "after"]
    assert [tuple(row) for row in diff.drop(columns=["token_id", "owner"]).to_numpy()] == [
        ("a", "access to billing", "No Access", "Full Access"),
        ("a", "access to reports", "No Access", "Read Access"),
        ("b", "expires", "2026-07-31 12:00 UTC", "2027-01-31 12:00 UTC"),
        ("c", "status", "active", "revoked"),
    ]
    assert populated.tokens.get(ids["a"]).grants == {"orders": Access.READ}
    assert populated.tokens.get(ids["c"]).status is TokenStatus.ACTIVE
    done = apply_plan(plan, why="A new year.")
    pd.testing.assert_frame_equal(done, diff)
    assert len(populated.tokens.get(ids["a"]).grants) == 3
    assert populated.tokens.get(ids["b"]).months == 12
    assert populated.tokens.get(ids["c"]).status is TokenStatus.REVOKED


def test_the_inventory_s_own_columns_do_not_stand_in_the_way(
    populated: Platform, ids: dict[str, int]
):
    frame = tokenwidgets.inventory(populated)
    frame = frame[frame["name"] != "c"].assign(revoke=True).drop(columns="months")
    done = tokenwidgets.apply_plan(frame, populated)
    assert set(done["token"]) == {"a", "b"}
    assert set(done["after"]) == {"revoked"}


def test_a_plan_that_is_overtaken_changes_nothing(populated: Platform, ids: dict[str, int]):
    frame = pd.DataFrame({"token_id": [ids["a"], ids["b"]], "months": [12, 12]})
    plan = make_plan(frame, populated)
    populated.tokens.edit(ids["b"], name="renamed")
    with pytest.raises(errors.StaleVersion):
        plan.apply()
    assert populated.tokens.get(ids["a"]).months == 6


def test_a_frame_without_rows_is_a_plan_without_changes(populated: Platform):
    plan = make_plan(pd.DataFrame({"token_id": [], "revoke": []}), populated)
    assert len(plan) == 0
    assert plan.diff().empty
    assert plan.apply().empty


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"name": ["a"], "revoke": [True]}, "needs token_id"),
        ({"token_id": [1]}, "needs token_id, and others"),
        ({"token_id": [1], "access": ["Read Access"]}, "api and access together"),
        ({"token_id": [1], "api": ["orders"], "access": ["read"]}, "must be one of"),
        ({"token_id": [1], "api": ["orders"], "access": [3]}, "must be one of"),
        ({"token_id": [1], "api": ["orders"], "access": [True]}, "must be one of"),
        ({"token_id": [1], "months": [6.5]}, "3, 6 or 12"),
        ({"token_id": [1], "months": ["6"]}, "3, 6 or 12"),
        ({"token_id": [1], "months": [9]}, "3, 6, 12"),
        ({"token_id": [1], "revoke": ["yes"]}, "True or False"),
        ({"token_id": [1, 1], "months": [6, 12]}, "says two things about months"),
        ({"token_id": [1, 1], "revoke": [True, False]}, "says two things about revoke"),
    ],
    ids=str,
)
def test_a_frame_that_cannot_be_taken_says_why(
    columns: dict[str, list], words: str, populated: Platform, ids: dict[str, int]
):
    with pytest.raises(errors.InvalidValue, match=words):
        make_plan(pd.DataFrame(columns), populated)


def test_two_accesses_of_one_token_to_one_api_contradict(populated: Platform, ids: dict[str, int]):
    both = {"api": ["orders"] * 2, "access": ["Read Access", "Full Access"]}
    with pytest.raises(errors.InvalidValue, match="two things"):
        make_plan(pd.DataFrame({"token_id": [ids["a"]] * 2, **both}), populated)


@pytest.mark.parametrize("token_id", [0, -1, 10**9, 1.5, "1", True])
def test_a_token_that_there_is_not_is_told(token_id: object, populated: Platform):
    frame = pd.DataFrame({"token_id": pd.Series([token_id], dtype=object), "revoke": [True]})
    with pytest.raises(errors.UnknownToken):
        make_plan(frame, populated)


def test_at_the_end_of_a_cell_a_plan_shows_its_changes_as_text(
    populated: Platform, ids: dict[str, int]
):
    populated.tokens.edit(ids["a"], name="<script>alert(1)</script>")
    plan = make_plan(pd.DataFrame({"token_id": [ids["a"]], "revoke": [True]}), populated)
    assert isinstance(plan, Plan)
    assert repr(plan) == "<Plan of 1 changes of 1 tokens; plan.apply() makes them>"
    shown = plan._repr_html_()
    assert "<script>" not in shown
    assert "revoked" in shown
