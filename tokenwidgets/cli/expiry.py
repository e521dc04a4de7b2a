"""``tokenwidgets expiring`` and ``tokenwidgets remind``: what expires soon, and whom to tell."""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path
from typing import Any

import traitlets

from tokenwidgets.cli.arguments import UsageError
from tokenwidgets.cli.command import PlatformCommand, counted, say
from tokenwidgets.cli.filters import FilteredCommand, duration
from tokenwidgets.cli.inventory import records
from tokenwidgets.cli.output import ListCommand
from tokenwidgets.expiry import Mail, Reminder, ReminderService, send_reminders
from tokenwidgets.settings import Text

__all__ = ["Expiring", "Remind"]


class Expiring(FilteredCommand):
    """List the tokens that expire soon."""

    name = "tokenwidgets expiring"
    description = """List the live tokens that expire soon, the next one first; or write a calendar
    of them, which calendar programs can subscribe to."""
    examples = """
    tokenwidgets expiring --within 30d
    tokenwidgets expiring --within 26w --ics expirations.ics
    """
    within = Text("30d", help="How soon: 30d, 12h, 4w.").tag(config=True)
    ics = traitlets.Unicode(
        help="Write a calendar into this file instead; - is standard output."
    ).tag(config=True)
    aliases = {
        **FilteredCommand.aliases,
        "within": "Expiring.within",
        "ics": "Expiring.ics",
    }
    _shown = ("token_id", "name", "owner", "owner_name", "email", "expires_at", "last_used_at")

    def run(self) -> int:
        """List them."""
        from tokenwidgets.frames import inventory

        if self.ics and self.format_was_given:
            raise UsageError("--format goes without --ics")
        filters: Any = self.filters()
        filters["expiring_within"] = duration("--within", self.within)
        with self.platform() as platform:
            frame = inventory(platform, **filters).sort_values(["expires_at", "token_id"])
        if self.ics:
            return self._write_calendar(frame)
        _, rows = records([frame])
        self.write(self._shown, rows)
        return 0

    def _write_calendar(self, frame: Any) -> int:
        from tokenwidgets.expiry import calendar
        from tokenwidgets.exports.replacing import replacing

        content = calendar(frame)
        if self.ics == "-":
            sys.stdout.buffer.write(content)
            return 0
        try:
            with replacing(Path(self.ics)) as part:
                part.write_bytes(content)
        except OSError as error:
            say(f"tokenwidgets: {self.ics} cannot be written: {error.strerror}.")
            return 1
        say(f"Wrote {self.ics}.")
        return 0


class Remind(ListCommand):
    """Remind people by e-mail of tokens that expire soon."""

    name = "tokenwidgets remind"
    description = """Send e-mails about tokens that expire within 30, 7 and 1 days, to their owners
    and to those who administer them: once for each token and stage. Run it every hour or every
    day, as from cron; two runs at once send nothing twice. What cannot be sent is sent by a later
    run; the exit status is 1 then, and when it cannot be recorded that something was sent, which
    is sent again. The mail server is set with c.Mail in the configuration."""
    examples = """
    tokenwidgets remind --dry-run
    tokenwidgets remind --smtp-host mail.example.org --sender tokens@example.org
    """
    classes = [*PlatformCommand.classes, Mail]
    dry_run = traitlets.Bool(False, help="Only list what would be sent.").tag(config=True)
    aliases = {
        **ListCommand.aliases,
        "smtp-host": "Mail.host",
        "smtp-port": "Mail.port",
        "smtp-security": "Mail.security",
        "smtp-user": "Mail.user",
        "sender": "Mail.sender",
        "template": "Mail.template",
        "link": "Mail.link",
    }
    flags = {
        **ListCommand.flags,
        "dry-run": ({"Remind": {"dry_run": True}}, "Only list what would be sent."),
    }

    def run(self) -> int:
        """Send or list the reminders."""
        with self.platform() as platform:
            service = ReminderService(platform.database, platform.actor)
            if self.dry_run:
                self._list(service.due())
                return 0
            outcome = send_reminders(service, Mail(config=self.config))
        for why, failed in groupby(outcome.failed, key=lambda failure: failure[1]):
            names = ", ".join(reminder.email for reminder, _ in failed)
            say(f"tokenwidgets: {why}; not sent to {names}.")
        for reminder, why in outcome.unrecorded:
            say(
                f"tokenwidgets: {why} What was sent to {reminder.email} could not be recorded, so a"
                " run after an hour sends it again."
            )
        say(f"Sent {counted(len(outcome.sent), 'reminder')}.")
        return 1 if outcome.failed or outcome.unrecorded else 0

    def _list(self, reminders: list[Reminder]) -> None:
        rows = (
            {
                "to": reminder.email,
                "user_id": reminder.user_id,
                "token_id": token.id,
                "name": token.name,
                "owner": token.owner,
                "expires_at": token.expires_at,
                "stage": f"{token.stage}d",
            }
            for reminder in reminders
            for token in reminder.tokens
        )
        columns = ("to", "user_id", "token_id", "name", "owner", "expires_at", "stage")
        self.write(columns, rows)
