"""A calendar of expirations (iCalendar, RFC 5545), for any calendar program."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tokenwidgets import errors
from tokenwidgets.vocabulary import now

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["calendar"]

_ALARM_BEFORE = timedelta(days=7)


def calendar(frame: pd.DataFrame) -> bytes:
    """The expirations of the live tokens of an inventory, as the content of an ``.ics`` file.

    A token keeps its event: a newer calendar moves it. Seven days before there is an alarm.

    Args:
        frame: what ``tokenwidgets.inventory`` gives.

    Raises:
        ConfigurationError: the library ``icalendar`` is not installed.

    """
    try:
        from icalendar import Alarm, Calendar, Event
    except ImportError:
        raise errors.ConfigurationError(
            "Calendars need `pip install tokenwidgets[calendar]`."
        ) from None
    made = Calendar()
    made.add("prodid", "-//tokenwidgets//expirations//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", "Token expirations")
    stamp = now()
    live = frame[frame["status"].isin(["active", "expiring"])].sort_values("expires_at")
    for token in live.itertuples():
        event = Event()
        event.add("uid", f"token-{token.token_id}@tokenwidgets")
        event.add("dtstamp", stamp)
        event.add("dtstart", token.expires_at.to_pydatetime())
        event.add("summary", f"Token {token.name} of {token.owner} expires")
        event.add("description", f"Owner: {token.owner_name} ({token.owner}) {token.email}".strip())
        event.add("transp", "TRANSPARENT")
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", f"Token {token.name} of {token.owner} expires in 7 days")
        alarm.add("trigger", -_ALARM_BEFORE)
        event.add_component(alarm)
        made.add_component(event)
    content: bytes = made.to_ical()
    return content
