"""``tokenwidgets verify``: the verifier's answer for a secret on standard input."""

from __future__ import annotations

import getpass
import sys

import traitlets

from tokenwidgets.cli.arguments import UsageError
from tokenwidgets.cli.command import Command
from tokenwidgets.cli.streams import input_is_closed
from tokenwidgets.configuration import TokenWidgets
from tokenwidgets.secret import LONGEST
from tokenwidgets.settings import Text
from tokenwidgets.verifier import Verifier
from tokenwidgets.vocabulary import Decision, Reason

__all__ = ["Verify"]

_TROUBLE = frozenset({Reason.UNAVAILABLE, Reason.CLOCK})


class Verify(Command):
    """Ask whether a secret opens an API."""

    name = "tokenwidgets verify"
    description = """Ask whether the secret on standard input may do a method on an API, as API
    servers ask it, and print the decision. Exit status: 0 allowed, 1 denied, 2 trouble."""
    examples = """
    tokenwidgets verify --api orders --method GET < nightly.token
    """
    trouble_status = 2

    api = Text(help="The API's name.").tag(config=True)
    method = Text("GET", help="The HTTP method, in upper case.").tag(config=True)
    record = traitlets.Bool(
        False, help="Record it as a use of the token; by default only API servers do."
    ).tag(config=True)
    aliases = {**Command.aliases, "api": "Verify.api", "method": "Verify.method"}
    flags = {
        **Command.flags,
        "record": ({"Verify": {"record": True}}, "Record it as a use of the token."),
    }

    def run(self) -> int:
        """Print the decision."""
        from tokenwidgets.upgrade import check_schema

        if not self.api:
            raise UsageError("--api must be given")
        secret = _secret()
        database = self.database()
        check_schema(database)
        database.close()
        with Verifier(TokenWidgets(config=self.config).database_url, record_usage=self.record) as v:
            decision = v.check(secret, self.api, self.method)
        print(_in_words(decision))
        if decision.reason in _TROUBLE:
            return 2
        return 0 if decision.allowed else 1


def _secret() -> str:
    if input_is_closed():
        raise UsageError("the secret cannot be read: standard input is closed")
    if sys.stdin.isatty():
        return getpass.getpass("Secret: ")
    return sys.stdin.buffer.read(LONGEST * 4).decode("utf-8", "replace").strip()


def _in_words(decision: Decision) -> str:
    words = "allowed" if decision.allowed else f"denied: {decision.reason}"
    if decision.token_id is not None and decision.expires_at is not None:
        words += (
            f" (token {decision.token_id} of {decision.user_id},"
            f" expires {decision.expires_at:%Y-%m-%d %H:%M} UTC)"
        )
    return words
