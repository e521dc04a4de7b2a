"""Connect a notebook or a script to the platform, as whoever is acting."""

from __future__ import annotations

from traitlets import TraitError
from traitlets.config import Config

from tokenwidgets import errors
from tokenwidgets.configuration import TokenWidgets, load_config
from tokenwidgets.database import Database
from tokenwidgets.identity import who_is_acting
from tokenwidgets.platform import Platform, open_platform
from tokenwidgets.upgrade import check_schema

__all__ = ["connect"]


def connect(database_url: str | None = None, *, config: Config | None = None) -> Platform:
    """Open the platform as the user whom the identity source names.

    Args:
        database_url: an SQLAlchemy URL; by default the configured one.
        config: the whole configuration; by default ``tokenwidgets_config.py`` and the environment.

    Raises:
        IdentityError: nobody can be said to be acting, or not an active user of this platform.
        ConfigurationError: a setting cannot be used.
        DatabaseError: the database is not there, not ours, empty, or of another version.

    """
    config = load_config() if config is None else config
    try:
        settings = TokenWidgets(config=config)
    except TraitError as error:
        raise errors.ConfigurationError(str(error)) from None
    database = Database(database_url or settings.database_url)
    try:
        check_schema(database)
        actor = who_is_acting(database, config)
        platform = open_platform(database, actor, prefix=settings.token_prefix)
        # Refuse a user who is unknown or inactive here, and not at the first click.
        platform.users.authority()
    except TraitError as error:  # of the identity source
        database.close()
        raise errors.ConfigurationError(str(error)) from None
    except BaseException:
        database.close()
        raise
    return platform
