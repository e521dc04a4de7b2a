"""Excel: real dates (UTC), a frozen header with filters, fitting columns, colours by status."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Alignment, Font, NamedStyle, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from tokenwidgets import errors
from tokenwidgets.exports.kinds import is_matrix, kinds_of, restored
from tokenwidgets.exports.safety import FORMULA, as_cell, from_cell
from tokenwidgets.frames.columns import Kind
from tokenwidgets.vocabulary import TokenStatus

__all__ = ["read", "write"]

MOST_ROWS = 1_048_575
MOST_CHARACTERS = 32_767

_COLOURS = {
    TokenStatus.ACTIVE: "C6EFCE",
    TokenStatus.EXPIRING: "FFEB9C",
    TokenStatus.EXPIRED: "D9D9D9",
    TokenStatus.REVOKED: "FFC7CE",
}
_INSTANT = NamedStyle("instant", number_format='yyyy-mm-dd hh:mm:ss" UTC"')
# Days since the end of 1899, which is how Excel counts; 1970 began on this one.
_DAY_1970 = 25_569
_DAY = 86_400_000_000
"""Microseconds in a day."""
# A file has 16 digits of a number: so many parts of a day, which are less than a microsecond
# each. Until 2079, when the days become too large, that is exact.
_PARTS = 100_000_000_000
_NO_TEXT = {"boolean", "integer", "floating", "mixed-integer-float"}


def write(frames: Iterator[pd.DataFrame], path: Path) -> None:
    """Write the frames onto one sheet.

    Raises:
        InvalidValue: there are more rows, or longer texts, than Excel can hold.

    """
    book = Workbook(write_only=True)
    book.add_named_style(_INSTANT)
    sheet = book.create_sheet("tokenwidgets")
    try:
        names, rows = _fill(book, sheet, frames)
    except BaseException:
        # Else openpyxl complains of its half-written sheet when that is thrown away.
        sheet.close()
        raise
    _finish(sheet, names, rows + 1)
    book.save(path)


def read(path: Path) -> pd.DataFrame:
    """Read the sheet."""
    book = load_workbook(path, read_only=True)
    # Excel's own number is exact to the microsecond; made a datetime, it is not.
    book._date_formats = frozenset()
    rows = book.worksheets[0].iter_rows(values_only=True)
    names = [from_cell(str(name)) for name in next(rows)]
    # A row ends with its last cell that holds anything.
    whole = (row + (None,) * (len(names) - len(row)) for row in rows)
    columns = list(zip(*whole, strict=True)) or [()] * len(names)
    book.close()
    frame = pd.DataFrame(dict(zip(names, map(_values, columns), strict=True)))
    matrix = is_matrix(frame)
    for name, kind in kinds_of(frame, matrix=matrix).items():
        if kind is Kind.INSTANT and _are_days(frame[name]):
            frame[name] = _instants(frame[name])
    return restored(frame, matrix=matrix)


def _fill(book: Workbook, sheet: Any, frames: Iterator[pd.DataFrame]) -> tuple[list[str], int]:
    """Write the header and all rows; the names of the columns and how many rows there are."""
    names: list[str] = []
    rows = 0
    for frame in frames:
        if not names:
            names = list(frame.columns)
            _head(book, sheet, frame)
        rows += len(frame)
        if rows > MOST_ROWS:
            raise errors.InvalidValue(
                "File", f"Excel holds {MOST_ROWS:,} rows at most: choose .csv or .parquet."
            )
        columns = [_cells(sheet, frame[name]) for name in frame]
        for row in zip(*columns, strict=True):
            sheet.append(row)
    return names, rows


def _head(book: Workbook, sheet: Any, frame: pd.DataFrame) -> None:
    """What has to be said before the first row."""
    book.properties.title = "Tokens"
    book.properties.creator = "tokenwidgets"
    as_of = frame.attrs.get("as_of")
    book.properties.description = "Times are UTC." + (f" Status as of {as_of}." if as_of else "")
    sheet.freeze_panes = "A2"
    # On paper: all columns side by side, under the header on every page.
    sheet.page_setup.orientation = "landscape"
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToHeight = 0
    sheet.print_title_rows = "1:1"
    for number, name in enumerate(frame.columns, 1):
        longest = max(len(str(name)) + 3, _width(frame[name]))
        sheet.column_dimensions[get_column_letter(number)].width = min(longest + 2, 60)
    header = []
    for name in frame.columns:
        cell = WriteOnlyCell(sheet, as_cell(str(name)))
        cell.data_type = "s"
        cell.font = Font(bold=True)
        cell.alignment = Alignment(vertical="top")
        header.append(cell)
    sheet.append(header)


def _finish(sheet: Any, names: list[str], rows: int) -> None:
    """What can be said only when all rows are there."""
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(names))}{rows}"
    if "status" in names:
        letter = get_column_letter(names.index("status") + 1)
        for status, colour in _COLOURS.items():
            fill = PatternFill(bgColor=colour, fill_type="solid")
            rule = CellIsRule(operator="equal", formula=[f'"{status}"'], fill=fill)
            sheet.conditional_formatting.add(f"{letter}2:{letter}{max(rows, 2)}", rule)


def _width(values: pd.Series) -> int:
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return len("2026-12-31 23:59:59 UTC")
    return int(values.astype("str").str.len().max()) if values.notna().any() else 0


def _cells(sheet: Any, values: pd.Series) -> Iterator[Any]:
    """A column's cells, one after the other; each is written before the next is asked for."""
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        cell = WriteOnlyCell(sheet)
        cell.style = _INSTANT.name
        for day in _days(values):
            cell.value = day
            yield cell
        return
    present = values.astype(object).where(values.notna(), None)
    if pd.api.types.infer_dtype(values, skipna=True) in _NO_TEXT:
        yield from present
        return
    for text in present:
        yield None if text is None else _text_cell(sheet, as_cell(str(text)))


def _days(values: pd.Series) -> list[float | None]:
    whole = values.dt.as_unit("us").astype("int64").to_numpy()
    days, rest = np.divmod(whole, _DAY)
    serial = (_DAY_1970 + days) + np.rint(rest / _DAY * _PARTS) / _PARTS
    lacks = values.isna().to_numpy()
    return [None if lack else day for day, lack in zip(serial.tolist(), lacks, strict=True)]


def _text_cell(sheet: Any, text: str) -> Any:
    """A text that Excel shows as it is, also when it is edited."""
    if len(text) > MOST_CHARACTERS:
        raise errors.InvalidValue(
            "File",
            f"a cell of Excel holds {MOST_CHARACTERS:,} characters at most, and one text has"
            f" {len(text):,}: choose .csv or .parquet.",
        )
    formula = FORMULA.match(text)
    if not formula and not text.startswith("#"):
        return text
    cell = WriteOnlyCell(sheet, text)
    # Not what openpyxl makes of it: "=1+1" is no formula here, and "#N/A" no error.
    cell.data_type = "s"
    cell.quotePrefix = bool(formula)
    return cell


def _values(cells: tuple[Any, ...]) -> list[Any]:
    return [from_cell(cell) if isinstance(cell, str) else cell for cell in cells]


def _are_days(values: pd.Series) -> bool:
    return values.dtype != bool and (
        pd.api.types.is_numeric_dtype(values.dtype) or bool(values.isna().all())
    )


def _instants(values: pd.Series) -> pd.Series:
    serial = values.to_numpy(float, na_value=np.nan)
    days = np.floor(serial)
    lacks = np.isnan(serial)
    whole = np.where(lacks, 0, days - _DAY_1970).astype(np.int64) * _DAY
    whole += np.where(lacks, 0, np.rint(np.rint((serial - days) * _PARTS) / _PARTS * _DAY)).astype(
        np.int64
    )
    instants = whole.view("datetime64[us]")
    instants[lacks] = np.datetime64("NaT")
    return pd.Series(instants).dt.tz_localize("UTC")
