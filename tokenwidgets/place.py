"""A database's URL: read from text, and shown in messages without any password."""

from __future__ import annotations

from sqlalchemy import URL, make_url

from tokenwidgets import errors

__all__ = ["place_of", "url_of"]

# What else a URL may say (password, sslpassword, options, …) is nothing for a message.
_SHOWN = ("host", "port", "mode", "uri")


def url_of(text: str | URL) -> URL:
    """Read a URL.

    Raises:
        ConfigurationError: one part of it would be taken for another, or it has a character that no
            path or name can have; its text is not repeated.

    """
    try:
        url = make_url(text)
        mixed = "@" in (url.host or "") or (url.password and "@" in (url.database or ""))
        strange = "%00" in url.render_as_string(hide_password=False)
    except UnicodeEncodeError:
        mixed, strange = False, True
    except ValueError:
        mixed, strange = True, False
    if mixed:
        raise errors.ConfigurationError(
            "The database URL cannot be read: its port has to be a number, and in a user's name"
            " and password write @ as %40, : as %3A and / as %2F."
        ) from None
    if strange:
        raise errors.ConfigurationError(
            "The database URL cannot be read: it has a character that is no text (NUL, or a byte"
            " that is not UTF-8). Rename the file, or its folder."
        ) from None
    return url


def place_of(url: URL) -> str:
    """Where a database is, for messages; without any password."""
    shown = {name: url.query[name] for name in _SHOWN if name in url.query}
    return url.set(query=shown).render_as_string(hide_password=True)
