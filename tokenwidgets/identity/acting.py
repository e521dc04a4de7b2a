"""Who is acting in this process, decided once for its life."""

from __future__ import annotations

import os

from traitlets.config import Config

from tokenwidgets import errors
from tokenwidgets.configuration import TokenWidgets
from tokenwidgets.database import Database
from tokenwidgets.identity.source import source_named

__all__ = ["VISITOR", "VISITOR_VARIABLE", "under_voila", "who_is_acting"]

VISITOR_VARIABLE = "TOKENWIDGETS_VISITOR"
"""Where ``tokenwidgets serve`` tells a kernel, when it starts it, whose kernel it is.

The kernel's id, a space, and the User ID: what a process inherits from another is not its own.
"""

# As of the first import: nothing later changes whose kernel this process is.
_KERNEL, _, VISITOR = os.environ.get(VISITOR_VARIABLE, "").partition(" ")


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
    if under_voila():
        return _visitor()
    name = TokenWidgets(config=config).identity_source
    return source_named(name or "local", config).actor(database)


def _visitor() -> str:
    if os.environ.get("VOILA_PREHEAT", "False") != "False":
        raise errors.IdentityError(
            "Nobody is let in: this kernel was preheated, so it started before anybody visited,"
            " and what it is told about the visitor later comes over a connection that proves"
            " nothing. Use `tokenwidgets serve`, which does not preheat kernels."
        )
    if not VISITOR or os.environ.get("VOILA_KERNEL_ID") != _KERNEL:
        raise errors.IdentityError(
            "Nobody is let in: Voilà by itself does not say who is visiting. Serve the dashboard"
            " with `tokenwidgets serve`, and choose an identity source for it"
            " (TokenWidgets.identity_source: proxy, jupyterhub or local)."
        )
    return VISITOR
