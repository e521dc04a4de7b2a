"""Parquet: the frame's own types, and what the columns mean in the schema."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import tokenwidgets
from tokenwidgets import errors
from tokenwidgets.exports.kinds import is_matrix, restored
from tokenwidgets.frames.columns import COLUMNS, Kind

__all__ = ["read", "write"]

_MATRIX = b"tokenwidgets.access_matrix"


def write(frames: Iterator[pd.DataFrame], path: Path) -> None:
    """Write each frame as a row group.

    Raises:
        InvalidValue: a column has values that cannot be in one of Parquet.

    """
    try:
        first = next(frames)
        table = pa.Table.from_pandas(first, preserve_index=False)
        schema = _described(table.schema, first)
        with pq.ParquetWriter(path, schema, compression="zstd") as writer:
            writer.write_table(table.cast(schema))
            for frame in frames:
                writer.write_table(pa.Table.from_pandas(frame, schema, preserve_index=False))
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        why = "; ".join(map(str, error.args))
        raise errors.InvalidValue("File", f"Parquet cannot hold this ({why}).") from error


def read(path: Path) -> pd.DataFrame:
    """Read all columns."""
    table = pq.read_table(path)
    return restored(table.to_pandas(), matrix=_MATRIX in (table.schema.metadata or {}))


def _described(schema: pa.Schema, frame: pd.DataFrame) -> pa.Schema:
    """The schema with each column's meaning, who wrote it, and as of which instant."""
    levels = (frame.dtypes.iloc[1:] == Kind.ACCESS.dtype).all()
    matrix = is_matrix(frame) and levels
    meanings = {} if matrix else COLUMNS
    fields = [
        field.with_metadata({"description": meanings[field.name].meaning})
        if field.name in meanings
        else field
        for field in schema
    ]
    facts = {"tokenwidgets.version": tokenwidgets.__version__}
    if matrix:
        facts[_MATRIX.decode()] = "a row a user, a column an API"
    if "as_of" in frame.attrs:
        facts["tokenwidgets.as_of"] = frame.attrs["as_of"]
    return pa.schema(fields, {**(schema.metadata or {}), **facts})
