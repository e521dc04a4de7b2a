"""A mail server, and tokens that expire."""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass, field

import pytest
from aiosmtpd.controller import Controller
from served import free_port
from traitlets.config import Config

from tokenwidgets.expiry import Mail, ReminderService
from tokenwidgets.vocabulary import Access


@dataclass
class Mailbox:
    """What a mail server got; it refuses the addresses in ``refuses``."""

    port: int = 0
    messages: list = field(default_factory=list)
    refuses: set = field(default_factory=set)

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address in self.refuses:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.messages.append((envelope.rcpt_tos, message))
        return "250 OK"

    @property
    def to(self):
        """The addresses that got something, sorted, one for each message."""
        return sorted(to for recipients, _ in self.messages for to in recipients)

    def text_to(self, address):
        """The texts of the messages to an address, one after the other."""
        return "\n".join(message.get_content() for to, message in self.messages if to == [address])


@pytest.fixture
def serve():
    """Start a mail server with a handler and options of aiosmtpd; gives its port."""
    running = []

    def start(handler, **options):
        port = free_port()
        options = {"ready_timeout": 60, **options}
        controller = Controller(handler, hostname="127.0.0.1", port=port, **options)
        controller.start()
        running.append(controller)
        return port

    yield start
    for controller in running:
        controller.stop()


@pytest.fixture
def mailbox(serve):
    """A real SMTP server on this machine."""
    box = Mailbox()
    box.port = serve(box)
    return box


@pytest.fixture
def mail(mailbox):
    """The settings for it."""
    settings = {"host": "127.0.0.1", "port": mailbox.port, "sender": "tokens@example.org"}
    return Mail(config=Config(Mail=settings))


@pytest.fixture
def service(populated, clock):
    """Reminders, as admin, who has an address now."""
    populated.users.edit("admin", email="admin@example.org")
    return ReminderService(populated.database, "admin", clock=clock)


@pytest.fixture
def token(populated):
    """A token "nightly" of jdoe, which expires 89 days from now."""
    return populated.tokens.add("jdoe", "nightly", {"orders": Access.READ}, months=3).token
