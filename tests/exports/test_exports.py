"""Files of frames: read again they are the same, and opened by other programs they are right."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime, timedelta

import duckdb
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tokenwidgets
from tokenwidgets import errors, export, read_export
from tokenwidgets.exports import FORMATS
from tokenwidgets.exports.safety import (
    as_cell,
    as_it_was,
    as_text,
    from_cell,
    from_text,
    spelled_out,
)
from tokenwidgets.frames.columns import EVENTS, GRANTS, HINT, INVENTORY, Kind
from tokenwidgets.vocabulary import Access

LINK = '=HYPERLINK("http://evil.example","Click")'
NAMES = [LINK, "+1+1", "-2", "@SUM(A1)", "'quoted'", "'=1", "\t=1", " =1", "\uff1d1+1", "#N/A"]
NAMES += ["#REF!", "a\u202eb", "zero\u200bwidth", "line\nbreak", "nul\0", r"back\u202eslash", "\\"]
NAMES += [
    "_x202E_",
    "_x005F_x202e_",
    "__x000A_x0041_",
    "_xD83D_",
    "1e5",
    "007",
    "TRUE",
    "nan",
    "None",
    "2026-01-31",
    "a,b;c",
    '"',
    "é 夜 🚀",
    "x" * 200,
]

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


def series(values, kind):
    if kind is Kind.INSTANT:
        return pd.Series(pd.to_datetime(values, utc=True)).dt.as_unit("us")
    return pd.Series(values, dtype=kind.dtype)


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


@pytest.fixture(params=FORMATS)
def path(request, tmp_path):
    """A file of each kind, which is not there yet."""
    return tmp_path / f"tokens{request.param}"


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


def inventory_of(names):
    rows = len(names)
    values = {
        Kind.ID: range(1, rows + 1),
        Kind.NUMBER: [6] * rows,
        Kind.TEXT: names,
        Kind.OPTIONAL_TEXT: [None] * rows,
        Kind.FLAG: [True] * rows,
        Kind.INSTANT: [datetime(2026, 7, 1, 9, 30, 15, 123_457, tzinfo=UTC)] * rows,
        Kind.STATUS: ["revoked"] * rows,
    }
    return pd.DataFrame(
        {column.name: series(values[column.kind], column.kind) for column in INVENTORY}
    )


@given(st.text() | st.text("_x05FfDd8\\u", max_size=30))
def test_what_is_done_to_a_text_can_be_taken_back(text):
    assert as_it_was(spelled_out(text)) == text
    assert from_text(as_text(text)) == text
    assert from_cell(as_cell(text)) == text
    assert not as_text(text).lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert not set(as_text(text)) & set("\0\r\n\t\u202e\u2066\u200b\ufeff")


def test_a_formula_in_csv_is_text_for_another_program(tmp_path):
    path = export(inventory_of(NAMES), tmp_path / "tokens.csv")
    table = duckdb.sql(f"SELECT * FROM read_csv('{path}')")
    types = dict(zip(table.columns, map(str, table.types), strict=True))
    assert types["token_id"] == "BIGINT"
    assert types["created_at"] == "TIMESTAMP WITH TIME ZONE"
    assert types["owner_active"] == "BOOLEAN"
    names = [row[0] for row in duckdb.sql(f"SELECT name FROM read_csv('{path}')").fetchall()]
    assert len(names) == len(NAMES)
    assert names[0] == "'" + LINK
    assert not any(name.lstrip(" ").startswith(("=", "+", "-", "@")) for name in names)
    micros = duckdb.sql(f"SELECT DISTINCT epoch_us(created_at) FROM read_csv('{path}')").fetchall()
    assert micros == [(1782898215123457,)]


def test_csv_begins_with_the_mark_that_excel_knows_utf_8_by(tmp_path):
    path = export(inventory_of(["é"]), tmp_path / "tokens.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbftoken_id,name,")


def test_a_formula_in_excel_is_text(tmp_path):
    path = export(inventory_of(NAMES), tmp_path / "tokens.xlsx")
    sheet = openpyxl.load_workbook(path).active
    cells = [sheet.cell(row, 2) for row in range(2, len(NAMES) + 2)]
    assert cells[0].value == LINK
    assert {cell.data_type for cell in cells} == {"s"}
    assert cells[0].quotePrefix
    assert not any("\u202e" in cell.value or "\0" in cell.value for cell in cells)


def test_what_excel_takes_for_a_character_spelled_out_is_written_as_the_text_that_it_is(tmp_path):
    path = export(inventory_of(["_x202E_", "_x0041", "a_x000a_x0041_"]), tmp_path / "tokens.xlsx")
    sheet = openpyxl.load_workbook(path).active
    cells = [sheet.cell(row, 2).value for row in (2, 3, 4)]
    assert cells == ["_x005F_x202E_", "_x0041", "a_x005F_x000a_x005F_x0041_"]
    assert list(pd.read_excel(path, engine="calamine")["name"]) == list(read_export(path)["name"])


def test_a_text_that_excel_has_spelled_out_itself_is_read_as_what_it_shows(tmp_path):
    book = openpyxl.Workbook()
    for text in ("name", "two_x000D_\nlines"):
        book.active.append([text])
    book.save(tmp_path / "tokens.xlsx")
    assert list(read_export(tmp_path / "tokens.xlsx")["name"]) == ["two\r\nlines"]


def test_another_reader_of_excel_sees_texts_dates_and_numbers(tmp_path):
    path = export(inventory_of([LINK, "nightly"]), tmp_path / "tokens.xlsx")
    frame = pd.read_excel(path, engine="calamine")
    assert list(frame["name"]) == [LINK, "nightly"]
    assert frame["token_id"].dtype == "int64"
    assert frame["owner_active"].dtype == bool
    assert pd.api.types.is_datetime64_any_dtype(frame["created_at"])
    assert frame["created_at"].dt.round("s").iloc[0] == datetime(2026, 7, 1, 9, 30, 15)


def test_excel_is_ready_to_be_read_by_a_person(tmp_path):
    frame = inventory_of(["nightly", "weekly"])
    frame.attrs["as_of"] = "2026-07-01T00:00:00+00:00"
    book = openpyxl.load_workbook(export(frame, tmp_path / "tokens.xlsx"))
    sheet = book.active
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:O3"
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
    assert sheet.print_title_rows == "$1:$1"
    assert sheet["A1"].font.bold
    created = sheet["J2"]
    assert created.is_date
    assert created.number_format == 'yyyy-mm-dd hh:mm:ss" UTC"'
    assert sheet.column_dimensions["J"].width >= len("2026-07-01 09:30:15 UTC")
    (marked,) = sheet.conditional_formatting
    assert str(marked.sqref) == "H2:H3"
    assert {rule.formula[0] for rule in marked.rules} == {
        '"active"',
        '"expiring"',
        '"expired"',
        '"revoked"',
    }
    assert len({rule.dxf.fill.bgColor.rgb for rule in marked.rules}) == 4
    assert "2026-07-01" in book.properties.description


def test_parquet_has_types_and_meanings_for_another_program(tmp_path):
    frame = inventory_of([LINK, "a\u202eb"])
    frame.attrs["as_of"] = "2026-07-01T00:00:00+00:00"
    path = export(frame, tmp_path / "tokens.parquet")
    table = duckdb.sql(f"SELECT * FROM '{path}'")
    types = dict(zip(table.columns, map(str, table.types), strict=True))
    assert types["token_id"] == "BIGINT"
    assert types["months"] == "SMALLINT"
    assert types["name"] == "VARCHAR"
    assert types["created_at"] == "TIMESTAMP WITH TIME ZONE"
    assert types["owner_active"] == "BOOLEAN"
    names = duckdb.sql(f"SELECT name, CAST(status AS VARCHAR) FROM '{path}'").fetchall()
    assert names == [(LINK, "revoked"), ("a\u202eb", "revoked")]
    schema = pq.read_schema(path)
    assert schema.metadata[b"tokenwidgets.as_of"] == b"2026-07-01T00:00:00+00:00"
    assert json.loads(schema.metadata[b"pandas"])["columns"]
    for column in INVENTORY:
        described = schema.field(column.name).metadata[b"description"]
        assert described.decode() == column.meaning


def test_a_file_of_another_kind_is_refused(tmp_path):
    for name in ("tokens.txt", "tokens", "tokens.csv.exe"):
        with pytest.raises(errors.InvalidValue, match=r"\.csv, \.xlsx, \.parquet"):
            export(inventory_of(["a"]), tmp_path / name)
        with pytest.raises(errors.InvalidValue):
            read_export(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_text_that_excel_cannot_hold_is_refused_and_not_cut(tmp_path):
    path = tmp_path / "tokens.xlsx"
    with pytest.raises(errors.InvalidValue, match="32,767"):
        export(inventory_of(["x" * 32_768]), path)
    assert not list(tmp_path.iterdir())


def test_more_rows_than_excel_can_hold_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("tokenwidgets.exports.excel_file.MOST_ROWS", 2)
    with pytest.raises(errors.InvalidValue, match="rows at most"):
        export(inventory_of(["a", "b", "c"]), tmp_path / "tokens.xlsx")
    assert not list(tmp_path.iterdir())


def test_a_new_file_has_the_mode_of_any_new_file_and_an_old_one_keeps_its_own(tmp_path, path):
    other = tmp_path / "other"
    other.touch()
    export(inventory_of(["a"]), path)
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(other.stat().st_mode)
    path.chmod(0o600)
    export(inventory_of(["b"]), path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(read_export(path)["name"]) == ["b"]
