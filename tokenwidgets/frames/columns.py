"""The columns of the frames: what each is called, its dtype, and what it means."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

import pandas as pd

from tokenwidgets.audit import DENIED, DONE
from tokenwidgets.vocabulary import Access, TokenStatus

__all__ = [
    "COLUMNS",
    "EVENTS",
    "GRANTS",
    "HINT",
    "INVENTORY",
    "NOT_A_TIME",
    "REVOKE",
    "Column",
    "Kind",
]

NOT_A_TIME: int = pd.NaT.value
"""What stands for a missing instant (NaT) where instants are whole numbers."""


class Kind(Enum):
    """What a column holds. Instants, optional texts and ids may be missing: NaT, NaN, NA."""

    ID = "id"
    OPTIONAL_ID = "optional id"
    NUMBER = "number"
    TEXT = "text"
    OPTIONAL_TEXT = "optional text"
    FLAG = "flag"
    INSTANT = "instant"
    STATUS = "status"
    ACCESS = "access"
    OUTCOME = "outcome"

    @property
    def dtype(self) -> Any:
        """The dtype, as pandas takes it."""
        return _DTYPES[self]


_DTYPES: dict[Kind, Any] = {
    Kind.ID: "int64",
    Kind.OPTIONAL_ID: "Int64",
    Kind.NUMBER: "int16",
    Kind.TEXT: "str",
    Kind.OPTIONAL_TEXT: "str",
    Kind.FLAG: "bool",
    Kind.INSTANT: "datetime64[us, UTC]",
    Kind.STATUS: pd.CategoricalDtype([status.value for status in TokenStatus], ordered=True),
    Kind.ACCESS: pd.CategoricalDtype([access.label for access in Access], ordered=True),
    Kind.OUTCOME: pd.CategoricalDtype([DONE, DENIED]),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a frame."""

    name: str
    kind: Kind
    meaning: str


INVENTORY = (
    Column("token_id", Kind.ID, "the token's number, which it keeps for good"),
    Column("name", Kind.TEXT, "the token's name"),
    Column("owner", Kind.TEXT, "the owner's User ID"),
    Column("owner_name", Kind.TEXT, "the owner's name"),
    Column("email", Kind.TEXT, "the owner's e-mail address; empty if none is known"),
    Column("department", Kind.TEXT, "the owner's department; may be empty"),
    Column("owner_active", Kind.FLAG, "whether the owner is active; else the token opens nothing"),
    Column("status", Kind.STATUS, "active, expiring, expired, revoked (ordered)"),
    Column("months", Kind.NUMBER, "the expiration that was chosen, in calendar months"),
    Column("created_at", Kind.INSTANT, "when it was added"),
    Column("created_by", Kind.TEXT, "the User ID of who added it"),
    Column("expires_at", Kind.INSTANT, "when it expires or expired"),
    Column("revoked_at", Kind.INSTANT, "when it was revoked; NaT if it was not"),
    Column("last_used_at", Kind.INSTANT, "when it was last used; NaT if never"),
    Column("last_used_api", Kind.OPTIONAL_TEXT, "the API that it last opened; NaN if never"),
)
HINT = Column("hint", Kind.TEXT, "prefix and last four characters of the secret (hints=True)")
GRANTS = (
    *INVENTORY[:3],
    INVENTORY[7],
    Column("api", Kind.OPTIONAL_TEXT, "the API's name"),
    Column("api_group", Kind.TEXT, "the API's group; may be empty"),
    Column("api_active", Kind.FLAG, "whether the API is active; else nothing opens it"),
    Column("access", Kind.ACCESS, "Read Access or Full Access (ordered, No Access first)"),
)
EVENTS = (
    Column("event_id", Kind.ID, "the event's number, without gaps"),
    Column("at", Kind.INSTANT, "when"),
    Column("actor", Kind.TEXT, "the User ID of who did it, or tried to"),
    Column("action", Kind.TEXT, "what, such as “revoke token”"),
    Column("outcome", Kind.OUTCOME, "done or denied"),
    Column("user_id", Kind.OPTIONAL_TEXT, "the User ID of whom it is about; NaN if of nobody"),
    Column("token_id", Kind.OPTIONAL_ID, "the token that it is about; NA if none, or several"),
    Column("subject", Kind.TEXT, "what it is about, in words"),
    Column("detail", Kind.TEXT, "the rest, as JSON"),
)

REVOKE = Column("revoke", Kind.FLAG, "whether a plan revokes the token")

COLUMNS = {column.name: column for column in (*EVENTS, *GRANTS, *INVENTORY, HINT, REVOKE)}
"""The columns of all frames by name; ``token_id`` is the inventory's, which never lacks."""
