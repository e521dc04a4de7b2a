"""A plan from a DataFrame: what it would change is looked at first, then all of it is done."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import tokenwidgets
from tokenwidgets import errors
from tokenwidgets.exports import FORMATS
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


def test_a_column_that_is_assigned_to_the_inventory_is_changed_and_nothing_else(
    populated: Platform, ids: dict[str, int]
):
    inventory = tokenwidgets.inventory(populated, hints=True)
    some = inventory[inventory["name"] != "c"]
    opened = make_plan(some.assign(api="billing", access="Full Access"), populated).diff()
    assert set(opened["token"]) == {"a", "b"}
    assert set(opened["what"]) == {"access to billing"}
    levels = make_plan(tokenwidgets.grants(populated).assign(access=Access.FULL), populated)
    assert set(levels.diff()["what"]) == {"access to orders"}
    done = tokenwidgets.apply_plan(some.assign(revoke=True), populated)
    assert set(done["token"]) == {"a", "b"}
    assert set(done["after"]) == {"revoked"}


def test_months_beside_the_inventory_s_columns_are_no_wish_and_one_is_not_passed_over(
    populated: Platform, ids: dict[str, int]
):
    inventory = tokenwidgets.inventory(populated)
    for frame in (
        inventory,
        inventory.assign(months=12),
        inventory[["token_id", "name", "months"]],
    ):
        with pytest.raises(errors.InvalidValue, match=r'says nothing.*\["token_id", "months"\]'):
            apply_plan(frame, populated)
    wished = inventory.assign(months=12, api="billing", access="Read Access")
    with pytest.raises(errors.InvalidValue, match="months 12 for token 1, which has 6"):
        apply_plan(wished, populated)
    done = apply_plan(wished[["token_id", "months"]], populated)
    assert set(done["what"]) == {"expires"}


def test_a_plan_goes_through_a_file(tmp_path: Path, populated: Platform, ids: dict[str, int]):
    frame = pd.DataFrame(
        {
            "token_id": list(ids.values()),
            "api": ["billing", None, None],
            "access": [Access.READ, None, None],
            "months": [None, 12, None],
            "revoke": [False, None, True],
        }
    )
    diff = make_plan(frame, populated).diff()
    assert len(diff) == 3
    for suffix in FORMATS:
        back = tokenwidgets.read_export(tokenwidgets.export(frame, tmp_path / f"plan{suffix}"))
        pd.testing.assert_frame_equal(make_plan(back, populated).diff(), diff)


def test_what_is_nearly_a_plan_is_refused_and_not_passed_over(
    populated: Platform, ids: dict[str, int]
):
    two = {"token_id": [ids["a"], ids["b"]]}
    months = {**two, "months": [12, 12]}
    for columns, words in (
        ({**two, "revoked": [True, True]}, "column 'revoked': is it 'revoke'"),
        ({**two, "Months": [12, 12]}, "column 'Months': is it 'months'"),
        ({**months, "acces": ["Read Access"] * 2}, "column 'acces': is it 'access'"),
        ({**two, "what": ["revoke"] * 2}, "needs token_id, and others"),
        (
            {**two, "api": ["orders", "billing"], "access": ["Full Access", None]},
            rf"row 1 \(token {ids['b']}\) has the api 'billing' and no access",
        ),
        (
            {**two, "api": ["orders", " "], "access": ["Full Access", "Read Access"]},
            rf"row 1 \(token {ids['b']}\) has the access 'Read Access' and no api",
        ),
        ({**two, "months": [np.array([3, 6]), 6]}, "row 0 has no single value as months: ndarray"),
        ({**two, "revoke": [True, np.array([1, 2])]}, "row 1 has no single value as revoke"),
        ({"token_id": [[1], [2]], "revoke": [True, True]}, "no single value as token_id: list"),
        ({**two, "months": [10**400, float("inf")]}, "3, 6"),
    ):
        with pytest.raises(errors.InvalidValue, match=words):
            make_plan(pd.DataFrame(columns), populated)
    twice = pd.DataFrame([[ids["a"], 12, 6]], columns=["token_id", "months", "months"])
    with pytest.raises(errors.InvalidValue, match="column 'months' more than once"):
        make_plan(twice, populated)
    own = pd.DataFrame({**months, "ticket": ["T-1", "T-2"], "days_left": [3, 4]})
    assert len(make_plan(own, populated)) == 2


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


def test_a_frame_that_cannot_be_taken_says_why(populated: Platform, ids: dict[str, int]):
    for columns, words in (
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
    ):
        with pytest.raises(errors.InvalidValue, match=words):
            make_plan(pd.DataFrame(columns), populated)


def test_two_accesses_of_one_token_to_one_api_contradict(populated: Platform, ids: dict[str, int]):
    both = {"api": ["orders"] * 2, "access": ["Read Access", "Full Access"]}
    with pytest.raises(errors.InvalidValue, match="two things"):
        make_plan(pd.DataFrame({"token_id": [ids["a"]] * 2, **both}), populated)


def test_a_token_that_there_is_not_is_told(populated: Platform):
    for token_id in (0, -1, 10**9, 1.5, "1", True, None):
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
