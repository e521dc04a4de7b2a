"""What an actor chose to see, remembered for that actor alone. Not audited: it changes nothing."""

from __future__ import annotations

import json
from typing import Any

from tokenwidgets import audit, errors
from tokenwidgets.schema import Preference
from tokenwidgets.service import Service
from tokenwidgets.text import check_name

__all__ = ["LANGUAGE", "PreferenceService"]

LANGUAGE = "language"
"""The name of the preference that has the code of the actor's own language."""

_MOST_CHARACTERS = 10_000


class PreferenceService(Service):
    """The actor's own preferences: a name and a JSON value each."""

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a preference, or ``default``.

        Raises:
            InvalidValue: the name cannot be one.

        """
        name = check_name("Preference", name)
        with self.database.read() as session:
            row = session.get(Preference, (self.authority_in(session).actor_row_id, name))
            return default if row is None else row.value

    def set(self, name: str, value: Any) -> None:
        """Remember a value, at most 10,000 characters of JSON.

        Raises:
            InvalidValue: it is longer, or no JSON, or the name cannot be one.

        """
        name = check_name("Preference", name)
        try:
            size = len(json.dumps(value, allow_nan=False))
        except (TypeError, ValueError):
            raise errors.InvalidValue(name, "must be a JSON value.") from None
        if size > _MOST_CHARACTERS:
            raise errors.InvalidValue(name, f"is longer than {_MOST_CHARACTERS} characters.")
        with self.database.write() as session:
            # Two windows of one actor take turns.
            audit.queue(session)
            actor = self.authority_in(session).actor_row_id
            session.merge(Preference(user_id=actor, name=name, value=value))
