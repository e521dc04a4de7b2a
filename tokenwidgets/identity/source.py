"""The interface of identity sources, and the source that a setting names."""

from __future__ import annotations

from traitlets.config import Config, Configurable
from traitlets.utils.importstring import import_item

from tokenwidgets import errors
from tokenwidgets.database import Database

__all__ = ["SOURCES", "IdentitySource", "source_named"]

SOURCES = {
    "local": "tokenwidgets.identity.local.LocalIdentity",
}
"""The sources that come with tokenwidgets, by the name they are configured with."""


class IdentitySource(Configurable):
    """Says who is acting. A source of your own overrides what it can answer."""

    def actor(self, database: Database) -> str:
        """The User ID of whoever runs this process: a kernel, a script.

        Raises:
            IdentityError: this source cannot tell, with what to do about it.

        """
        raise errors.IdentityError(
            f"{type(self).__name__} identifies visitors of a dashboard that `tokenwidgets serve`"
            " runs; it cannot say who is acting in this process."
        )


def source_named(name: str, config: Config | None = None) -> IdentitySource:
    """The source with this name, or of the class with this import name, configured.

    Raises:
        ConfigurationError: there is none.

    """
    try:
        kind = import_item(SOURCES.get(name, name))
    except (ImportError, ValueError) as error:
        raise errors.ConfigurationError(
            f"There is no identity source {name!r} ({error}): use one of"
            f" {', '.join(SOURCES)}, or the import name of a class."
        ) from None
    if not (isinstance(kind, type) and issubclass(kind, IdentitySource)):
        raise errors.ConfigurationError(
            f"The identity source {name!r} is no subclass of tokenwidgets.identity.IdentitySource."
        )
    return kind(config=config or Config())
