"""Files of frames, read again: they are the same, whatever is in them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odd_frames import NAMES, series

import tokenwidgets
from tokenwidgets import errors, export, read_export
from tokenwidgets.frames.columns import EVENTS, GRANTS, HINT, INVENTORY, Kind
from tokenwidgets.vocabulary import Access

INSTANTS = st.datetimes(datetime(1971, 1, 1), datetime(2078, 12, 31)).map(
    lambda moment: moment.replace(tzinfo=UTC)
)
VALUES = {
    Kind.ID: st.integers(1, 2**53),
    Kind.OPTIONAL_ID: st.none() | st.integers(1, 2**53),
    Kind.NUMBER: st.sampled_from([3, 6, 12]),
    Kind.TEXT: st.sampled_from([*NAMES, ""]) | st.text(st.characters(codec="utf-8"), max_size=20),
    Kind.OPTIONAL_TEXT: st.none() | st.sampled_from(NAMES),
    Kind.FLAG: st.booleans(),
    Kind.INSTANT: st.none() | INSTANTS,
    Kind.STATUS: st.sampled_from(list(Kind.STATUS.dtype.categories)),
    Kind.ACCESS: st.sampled_from(list(Kind.ACCESS.dtype.categories)),
    Kind.OUTCOME: st.sampled_from(list(Kind.OUTCOME.dtype.categories)),
}
ROWS = st.integers(0, 4)
ACCESS = Kind.ACCESS.dtype


@st.composite
def frames(draw):
    """A frame of any of the kinds that there are, with any values."""
    columns = draw(st.sampled_from([(*INVENTORY, HINT), INVENTORY, GRANTS, EVENTS]))
    rows = draw(ROWS)
    return pd.DataFrame(
        {
            column.name: series(
                draw(st.lists(VALUES[column.kind], min_size=rows, max_size=rows)), column.kind
            )
            for column in columns
        }
    )


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(frames())
def test_a_file_gives_the_same_frame_again(path, frame):
    export(frame, path)
    pd.testing.assert_frame_equal(read_export(path), frame)


def test_the_frames_of_a_platform_come_back(populated, clock, path):
    for name in ("nightly", "=1+1"):
        populated.tokens.add("jdoe", name, {"orders": Access.FULL})
    clock.advance(timedelta(microseconds=123_457))
    populated.tokens.revoke(1)
    for frame in (
        tokenwidgets.inventory(populated),
        tokenwidgets.inventory(populated, hints=True, status="revoked"),
        tokenwidgets.grants(populated),
        tokenwidgets.access_matrix(populated),
        tokenwidgets.access_matrix(populated, owner="asmith"),
        tokenwidgets.events(populated),
    ):
        export(frame, path)
        pd.testing.assert_frame_equal(read_export(path), frame)


def test_an_api_may_be_named_like_a_column(path):
    matrix = pd.DataFrame(
        {
            name: pd.Categorical(["No Access", "Full Access"], dtype=Kind.ACCESS.dtype)
            for name in ("status", "created_at", "event_id", "owner_active")
        },
        index=pd.Index(["007", "jdoe"], name="user_id", dtype="str"),
    )
    export(matrix, path)
    pd.testing.assert_frame_equal(read_export(path), matrix)


def test_columns_of_ones_own_come_back_as_pandas_would_read_them(path):
    frame = pd.DataFrame({"department": ["Finance", ""], "tokens": [3, 4], "share": [0.5, 0.25]})
    export(frame, path)
    pd.testing.assert_frame_equal(read_export(path), frame)


def frame_of_ones_own(name):
    """Frames as an analyst makes them of ours, with the names of our columns."""
    users = pd.Series(["007", "jdoe", "jdoe"], dtype="str")
    frames = {
        "events of users": pd.DataFrame({"user_id": users, "action": ["add", "1e5", "edit"]}),
        "users alone": pd.DataFrame({"user_id": users}),
        "users, some lacking": pd.DataFrame(
            {"user_id": [None, "a"], "access": pd.Series(["No Access"] * 2, dtype=ACCESS)}
        ),
        "a count by user": users.groupby(users).size().rename_axis("user_id").reset_index(name="n"),
        "no events": pd.DataFrame({"user_id": users, "action": users}).head(0),
        "means": pd.DataFrame({"months": [6.5, 40_000.25], "owner_active": [0.5, 1.0]}),
        "counts": pd.DataFrame({"months": [40_000, 3], "owner_active": [1, 0], "status": [1, 0]}),
        "other words": pd.DataFrame({"status": ["open", "closed"], "created_at": ["soon", "late"]}),
        "tokens that lack": pd.DataFrame({"token_id": pd.Series([1, None], dtype="Int64")}),
        "a plan with gaps": pd.DataFrame(
            {
                "token_id": [1, 2, 3],
                "api": pd.Series(["orders", None, None], dtype="str"),
                "access": pd.Series(["Full Access", None, None], dtype=ACCESS),
                "months": pd.Series([None, 12, None], dtype="Int16"),
                "revoke": pd.Series([False, None, True], dtype="boolean"),
            }
        ),
        "a plan": pd.DataFrame({"token_id": [1, 2], "revoke": [True, False]}),
    }
    return frames[name] if name else frames


@pytest.mark.parametrize("name", frame_of_ones_own(None))
def test_a_frame_made_of_ours_comes_back_and_no_value_is_lost(name, path):
    frame = frame_of_ones_own(name)
    export(frame, path)
    pd.testing.assert_frame_equal(read_export(path), frame)


def test_a_plan_of_plain_python_values_has_its_flags_and_months_in_a_file(path):
    plan = pd.DataFrame({"token_id": [1, 2], "months": [12, None], "revoke": [None, True]})
    export(plan.astype({"months": object, "revoke": object}), path)
    back = read_export(path)
    assert list(back.dtypes) == ["int64", "Int16", "boolean"]
    assert back["months"].dropna().tolist() == [12]
    assert back["revoke"].dropna().tolist() == [True]


def test_chunks_make_one_file(populated, path):
    for number in range(7):
        populated.tokens.add("jdoe", f"load {number}", Access.READ)
    export(tokenwidgets.inventory(populated, chunksize=3), path, progress=True, total=7)
    pd.testing.assert_frame_equal(read_export(path), tokenwidgets.inventory(populated))


def test_every_level_of_an_index_that_has_a_name_is_a_column(path):
    index = pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["owner", "months"])
    read = read_export(export(pd.DataFrame({"count": [3, 4]}, index=index), path))
    assert list(read.columns) == ["owner", "months", "count"]
    assert list(read["owner"]) == ["a", "b"]


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
        pd.DataFrame([[1, 2]], columns=[1, "1"]),
        pd.DataFrame({"a": [1]}, index=pd.Index([1], name="a")),
        pd.DataFrame(index=[1, 2]),
    ],
)
def test_a_frame_without_columns_or_with_two_of_one_name_is_refused(frame, path):
    with pytest.raises(errors.InvalidValue, match=r"no columns|more than one column"):
        export(frame, path)
    assert not path.exists()


def test_values_that_parquet_has_no_type_for_are_refused(tmp_path):
    with pytest.raises(errors.InvalidValue, match="Parquet cannot hold this"):
        export(pd.DataFrame({"a": [{"x": 1}, [2]]}), tmp_path / "odd.parquet")


def test_a_file_of_something_else_is_refused(path):
    for content in (b"", b"\xff\xfe\xff", b'a,b\n1,2,3\n"'):
        path.write_bytes(content)
        with pytest.raises(errors.InvalidValue, match=f"{path.name} is no .* can be read"):
            read_export(path)
