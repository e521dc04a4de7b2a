"""What all tables share: the base, the types of their columns, the lengths of names."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, LargeBinary
from sqlalchemy.orm import DeclarativeBase

from tokenwidgets.instants import Instant

__all__ = ["NAME_LENGTH", "Base", "Id"]

NAME_LENGTH = 200
"""The most characters that a name of anything may have."""

# SQLite gives a row id of its own only to INTEGER PRIMARY KEY, which is 64 bits there anyway.
Id = BigInteger().with_variant(Integer(), "sqlite")


class Base(DeclarativeBase):
    """The base of all tables."""

    type_annotation_map = {
        datetime: Instant,
        bytes: LargeBinary,
        dict[str, Any]: JSON,
    }
