"""Send the reminders that are due, each once, whatever happens to the mail server."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass

from tokenwidgets import errors
from tokenwidgets.expiry.mail import Mail
from tokenwidgets.expiry.reminders import Reminder, ReminderService

__all__ = ["Outcome", "send_reminders"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the reminders: those that were sent, and why the others were not.

    Those go out with a later run.
    """

    sent: tuple[Reminder, ...]
    failed: tuple[tuple[Reminder, str], ...]


def send_reminders(service: ReminderService, mail: Mail) -> Outcome:
    """Send what is due. Safe to run again, also at the same time.

    Args:
        service: as whom, from which database.
        mail: how.

    Raises:
        ConfigurationError: a setting of ``Mail`` cannot be used; nothing was sent.
        NotAllowed: the actor lacks ``Token Inventory``.

    """
    waiting = service.claim()
    sent: list[Reminder] = []
    failed: list[tuple[Reminder, str]] = []
    try:
        if waiting:
            with mail.connection() as server:
                while waiting:
                    problem = _refusal(server, mail, service, waiting[0])
                    reminder = waiting.pop(0)
                    if problem:
                        failed.append((reminder, problem))
                        service.give_back(reminder)
                    else:
                        sent.append(reminder)
                        service.sent(reminder)
    except OSError as error:
        failed += [(reminder, _why(error)) for reminder in waiting]
    finally:
        for reminder in waiting:
            service.give_back(reminder)
    return Outcome(tuple(sent), tuple(failed))


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
