"""Who is acting in this process, decided once for its life."""

from __future__ import annotations

import os

from traitlets.config import Config

from tokenwidgets import errors
from tokenwidgets.configuration import TokenWidgets
from tokenwidgets.database import Database
from tokenwidgets.identity.source import source_named

__all__ = ["under_voila", "who_is_acting"]


def under_voila() -> bool:
    """Whether Voilà started this process, for a visitor."""
    return os.environ.get("SERVER_SOFTWARE", "").startswith("voila/") or any(
        name in os.environ for name in ("VOILA_PREHEAT", "VOILA_KERNEL_ID")
    )


def who_is_acting(database: Database, config: Config) -> str:
    """The User ID of who is acting, from the configured identity source.

    Raises:
        IdentityError: nobody can be said to be acting; it says what to do.
        ConfigurationError: the identity source cannot be used.

    """
    name = TokenWidgets(config=config).identity_source
    if under_voila():
        raise errors.IdentityError(
            "Nobody is let in: Voilà itself does not say who is visiting. Serve the dashboard with"
            " `tokenwidgets serve` and an identity source (TokenWidgets.identity_source)."
        )
    return source_named(name or "local", config).actor(database)
