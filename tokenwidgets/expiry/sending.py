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
    run = _Run(service, mail)
    why = ""
    try:
        if run.waiting:
            with mail.connection() as server:
                run.send(server)
    except (OSError, errors.ClockError, errors.DatabaseError) as error:
        why = _why(error)
        run.failed += [(reminder, why) for reminder in run.waiting]
    finally:
        run.end()
    unrecorded = tuple((reminder, why) for reminder in run.unrecorded)
    return Outcome(tuple(run.sent), tuple(run.failed), unrecorded)


class _Run:
    """What this run has claimed: what waits to be sent, and what became of the rest."""

    def __init__(self, service: ReminderService, mail: Mail) -> None:
        self._service = service
        self._mail = mail
        self.waiting = service.claim()
        self.sent: list[Reminder] = []
        self.failed: list[tuple[Reminder, str]] = []
        self.unrecorded: list[Reminder] = []

    def send(self, server: smtplib.SMTP) -> None:
        """Send one after the other, as long as they are this run's."""
        while self.waiting:
            held = self._service.hold(self.waiting[0])
            if held is None:
                self.waiting.pop(0)
                continue
            self.waiting[0] = held
            problem = _refusal(server, self._mail, self._service, held)
            self.waiting.pop(0)
            if problem:
                self.failed.append((held, problem))
                self._service.give_back(held)
            else:
                self.sent.append(held)
                self.unrecorded.append(held)
                self._record()

    def _record(self) -> None:
        """Say of what was sent that it was, again if need be: else it would be sent again."""
        for pause in (*_PAUSES, None):
            try:
                self._service.sent(self.unrecorded[0])
            except errors.DatabaseError:
                if pause is None:
                    raise
                time.sleep(pause)
            else:
                self.unrecorded.pop()
                return

    def end(self) -> None:
        """Record what was sent, and let a later run have what was not."""
        # What cannot be done now is no worse than if this run were killed: claims lapse.
        with contextlib.suppress(errors.TokenWidgetsError):
            while self.unrecorded:
                self._service.sent(self.unrecorded[0])
                self.unrecorded.pop()
            for reminder in self.waiting:
                self._service.give_back(reminder)


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
