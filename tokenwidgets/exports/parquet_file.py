"""Parquet: the frame's own types, and what the columns mean in the schema."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import tokenwidgets
from tokenwidgets.exports.kinds import is_matrix
from tokenwidgets.frames.columns import COLUMNS

__all__ = ["read", "write"]


def write(frames: Iterator[pd.DataFrame], path: Path) -> None:
    """Write each frame as a row group."""
    first = next(frames)
    table = pa.Table.from_pandas(first, preserve_index=False)
    schema = _described(table.schema, first)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        writer.write_table(table.cast(schema))
        for frame in frames:
            writer.write_table(pa.Table.from_pandas(frame, schema, preserve_index=False))


def read(path: Path) -> pd.DataFrame:
    """Read all columns."""
    return pq.read_table(path).to_pandas()


def _described(schema: pa.Schema, frame: pd.DataFrame) -> pa.Schema:
    """The schema with each column's meaning, who wrote it, and as of which instant."""
    meanings = {} if is_matrix(schema.names) else COLUMNS
    fields = [
        field.with_metadata({"description": meanings[field.name].meaning})
        if field.name in meanings
        else field
        for field in schema
    ]
    facts = {"tokenwidgets.version": tokenwidgets.__version__}
    if "as_of" in frame.attrs:
        facts["tokenwidgets.as_of"] = frame.attrs["as_of"]
    return pa.schema(fields, {**(schema.metadata or {}), **facts})
