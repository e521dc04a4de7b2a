"""Where a scan found a secret."""

from __future__ import annotations

from tokenwidgets.scan import Scan
from tokenwidgets.secret import digest


def places(done: Scan, secret: str) -> list[str]:
    """The places of the secret, as they are told."""
    return [str(each.place) for each in done.found if each.digest == digest(secret)]
