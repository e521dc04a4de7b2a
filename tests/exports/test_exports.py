"""Files of frames, opened by other programs: texts are texts, and dates are dates."""

from __future__ import annotations

import json
import stat
from datetime import datetime

import duckdb
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from odd_frames import LINK, NAMES, inventory_of

from tokenwidgets import errors, export, read_export
from tokenwidgets.exports.safety import (
    as_cell,
    as_it_was,
    as_text,
    from_cell,
    from_text,
    spelled_out,
)
from tokenwidgets.frames.columns import INVENTORY


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
