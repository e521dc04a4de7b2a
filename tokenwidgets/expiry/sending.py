"""Send the reminders that are due, each once, whatever happens to the mail server."""

from __future__ import annotations

import contextlib
import smtplib
import time
from dataclasses import dataclass

from tokenwidgets import errors
from tokenwidgets.expiry.mail import Mail
from tokenwidgets.expiry.reminders import Reminder, ReminderService

__all__ = ["Outcome", "send_reminders"]


_PAUSES = (0.1, 1.0, 5.0)  # seconds, before it is tried again to record what was sent


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the reminders: those that were sent, and why the others were not.

    Those go out with a later run. So do, once more and after an hour, those of which it could not
    be recorded that they were sent: ``unrecorded``, with why. What another run took over, as this
    one was slow, is in none of them.
    """

    sent: tuple[Reminder, ...]
    failed: tuple[tuple[Reminder, str], ...]
    unrecorded: tuple[tuple[Reminder, str], ...] = ()


def send_reminders(service: ReminderService, mail: Mail) -> Outcome:
    """Send what is due. Safe to run again, also at the same time.

    Args:
        service: as whom, from which database.
        mail: how.

    Raises:
        ConfigurationError: a setting of ``Mail`` cannot be used; nothing more was sent.
        ClockError: the clock is behind the audit trail; nothing was sent.
        DatabaseError: the database cannot be asked what is due; nothing was sent.
        NotAllowed: the actor lacks ``Token Inventory``.

    """
    waiting = service.claim()
    sent: list[Reminder] = []
    failed: list[tuple[Reminder, str]] = []
    unrecorded: list[Reminder] = []
    why = ""
    try:
        if waiting:
            with mail.connection() as server:
                while waiting:
                    held = service.hold(waiting[0])
                    if held is None:
                        waiting.pop(0)
                        continue
                    waiting[0] = held
                    problem = _refusal(server, mail, service, held)
                    waiting.pop(0)
                    if problem:
                        failed.append((held, problem))
                        service.give_back(held)
                    else:
                        sent.append(held)
                        unrecorded.append(held)
                        _record(service, unrecorded)
    except (OSError, errors.ClockError, errors.DatabaseError) as error:
        why = _why(error)
        failed += [(reminder, why) for reminder in waiting]
    finally:
        # What cannot be done now is no worse than if this run were killed: claims lapse.
        with contextlib.suppress(errors.TokenWidgetsError):
            while unrecorded:
                service.sent(unrecorded[0])
                unrecorded.pop()
            for reminder in waiting:
                service.give_back(reminder)
    return Outcome(tuple(sent), tuple(failed), tuple((each, why) for each in unrecorded))


def _record(service: ReminderService, unrecorded: list[Reminder]) -> None:
    """Say of what was sent that it was, again if need be: else it would be sent again."""
    for pause in (*_PAUSES, None):
        try:
            service.sent(unrecorded[0])
        except errors.DatabaseError:
            if pause is None:
                raise
            time.sleep(pause)
        else:
            unrecorded.pop()
            return


def _refusal(
    server: smtplib.SMTP, mail: Mail, service: ReminderService, reminder: Reminder
) -> str | None:
    """Send one, and say why not if the server refuses this one; other trouble is of all."""
    try:
        server.send_message(mail.message(reminder, service.now()))
    except (
        errors.InvalidValue,
        smtplib.SMTPDataError,
        smtplib.SMTPNotSupportedError,
        smtplib.SMTPRecipientsRefused,
    ) as error:
        return _why(error)
    return None


def _why(error: Exception) -> str:
    return str(error)[:200] or type(error).__name__
