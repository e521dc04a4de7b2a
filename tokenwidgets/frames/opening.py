"""What the frames take: a platform or the default one, and filters by name."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TypedDict

from tokenwidgets.platform import Platform
from tokenwidgets.vocabulary import Access, TokenStatus

__all__ = ["Filters", "opened"]


class Filters(TypedDict, total=False):
    """The fields of ``TokenFilter``, as keyword arguments."""

    status: TokenStatus | str | Sequence[TokenStatus | str] | None
    owner: str | Sequence[str] | None
    group: str | None
    department: str | None
    api: str | None
    access: Access | None
    search: str
    expiring_within: timedelta | None
    unused_for: timedelta | None
    created_since: datetime | None
    created_before: datetime | None
    expires_since: datetime | None
    expires_before: datetime | None


@contextlib.contextmanager
def opened(platform: Platform | None) -> Iterator[Platform]:
    """The platform; or else the one of ``tokenwidgets.connect()``, closed again afterwards."""
    if platform is not None:
        yield platform
        return
    from tokenwidgets.connection import connect

    platform = connect()
    try:
        yield platform
    finally:
        platform.database.close()
