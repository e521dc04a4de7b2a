"""Reminders as e-mails: the SMTP settings, the template, the message."""

from __future__ import annotations

import contextlib
import os
import smtplib
import ssl
from collections.abc import Iterator
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from importlib.resources import files
from ipaddress import ip_address
from pathlib import Path

import traitlets
from traitlets.config import Configurable

from tokenwidgets import errors
from tokenwidgets.expiry.reminders import Reminder
from tokenwidgets.settings import Text
from tokenwidgets.text import check_email

__all__ = ["Mail"]

_TIMEOUT = 30.0


class Mail(Configurable):
    """How reminders are sent; ``c.Mail`` in the configuration file."""

    host = Text("localhost", help="The SMTP server.").tag(config=True)
    port = traitlets.Int(0, help="Its port; 0 for the usual one (25, 465, 587).").tag(config=True)
    security = traitlets.Enum(
        ["starttls", "tls", "none"],
        "none",
        help="""How the connection is kept from others: starttls (port 587), tls from its
        beginning (port 465), or none (port 25), for a server on this machine.""",
    ).tag(config=True)
    user = Text("", help="The user name for the server, if it wants one.").tag(config=True)
    password_file = traitlets.Unicode(
        "",
        help="""A file that holds the password alone. Else it is taken from the environment:
        TOKENWIDGETS_SMTP_PASSWORD.""",
    ).tag(config=True)
    sender = Text("", help="The address that reminders come from. There is no default.").tag(
        config=True
    )
    template = traitlets.Unicode(
        "",
        help="""A Jinja template for the message in place of ours: the first line is the subject,
        the text follows after an empty line. It is given the reminder and the link.""",
    ).tag(config=True)
    link = Text("", help="The URL of the dashboard, for the message.").tag(config=True)

    def message(self, reminder: Reminder, at: datetime) -> EmailMessage:
        """The e-mail for a reminder.

        Raises:
            ConfigurationError: there is no sender, or the template cannot be used.
            InvalidValue: no message can be sent to the address.

        """
        subject, text = self._rendered(reminder, at)
        message = EmailMessage()
        message["Subject"] = subject
        message["From"] = self._sender()
        try:
            message["To"] = Address(reminder.name, addr_spec=reminder.email)
        except (MessageError, ValueError) as error:
            raise errors.InvalidValue("Email", f"cannot be written to ({error}).") from None
        message["Date"] = format_datetime(at)
        message["Message-ID"] = make_msgid(domain=self._sender().rpartition("@")[2])
        # So that no holiday notice answers it (RFC 3834).
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
        return message

    @contextlib.contextmanager
    def connection(self) -> Iterator[smtplib.SMTP]:
        """A connection to the server, encrypted and logged in as configured.

        Raises:
            ConfigurationError: a password would go over the network for all to read, or a setting
                cannot be used.
            OSError: the server cannot be reached, or refuses (``smtplib.SMTPException``).

        """
        self._sender()
        if self.user and self.security == "none" and not _is_local(self.host):
            raise errors.ConfigurationError(
                "Mail.user is set but Mail.security is none, so the password would go over the"
                " network for all to read: set Mail.security to starttls or tls."
            )
        context = ssl.create_default_context()
        with self._connected(context) as server:
            if self.security == "starttls":
                server.starttls(context=context)
            if self.user:
                self._log_in(server)
            yield server

    def _connected(self, context: ssl.SSLContext) -> smtplib.SMTP:
        usual = {"starttls": 587, "tls": 465, "none": 25}[self.security]
        port = self.port or usual
        try:
            if self.security == "tls":
                return smtplib.SMTP_SSL(self.host, port, timeout=_TIMEOUT, context=context)
            return smtplib.SMTP(self.host, port, timeout=_TIMEOUT)
        except (ValueError, OverflowError) as error:
            raise errors.ConfigurationError(
                f"Mail.host {self.host!r} with Mail.port {port} cannot be used ({error})."
            ) from error

    def _log_in(self, server: smtplib.SMTP) -> None:
        password = self._password()
        # The library would say what the password is.
        for what, value in (("Mail.user", self.user), ("The password of Mail.user", password)):
            if not value.isascii():
                raise errors.ConfigurationError(
                    f"{what} has characters that are not ASCII, which cannot be sent in a login."
                )
        server.login(self.user, password)

    def _sender(self) -> str:
        if not self.sender:
            raise errors.ConfigurationError("Mail.sender is not set: who are reminders from?")
        return check_email("Mail.sender", self.sender)

    def _password(self) -> str:
        if self.password_file:
            try:
                return Path(self.password_file).read_text("utf-8").strip()
            except OSError as error:
                raise errors.ConfigurationError(
                    f"Mail.password_file cannot be read: {error.strerror}."
                ) from None
            except ValueError:
                raise errors.ConfigurationError(
                    "Mail.password_file cannot be read: it is no text in UTF-8."
                ) from None
        return os.environ.get("TOKENWIDGETS_SMTP_PASSWORD", "")

    def _rendered(self, reminder: Reminder, at: datetime) -> tuple[str, str]:
        from jinja2 import StrictUndefined
        from jinja2.sandbox import SandboxedEnvironment

        ours = files("tokenwidgets.expiry") / "reminder.txt"
        path = Path(self.template) if self.template else ours
        # Plain text: there is nothing to escape.
        environment = SandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True)
        try:
            template = environment.from_string(path.read_text("utf-8"))
            words = template.render(reminder=reminder, at=at, link=self.link)
        except Exception as error:  # a template is a program of its author's
            raise errors.ConfigurationError(
                f"The template {path} cannot be used ({type(error).__name__}: {error})."
            ) from error
        subject, _, text = words.strip().partition("\n")
        # A header is one line, whatever counts as the end of one.
        return " ".join(subject.split()), text.strip() + "\n"


def _is_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
