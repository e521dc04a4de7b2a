"""``tokenwidgets token``: add, list, regenerate and revoke; a secret goes to standard output."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import traitlets

from tokenwidgets import errors
from tokenwidgets.cli.arguments import UsageError
from tokenwidgets.cli.command import Family, PlatformCommand, counted, say, table_of
from tokenwidgets.cli.output import ListCommand, every
from tokenwidgets.cli.streams import output_is_closed
from tokenwidgets.platform import Platform
from tokenwidgets.settings import Text, Texts
from tokenwidgets.text import comparison_key
from tokenwidgets.tokens import GrantChoice, NewToken, TokenRow
from tokenwidgets.tokens.bulk import checked_id
from tokenwidgets.vocabulary import DEFAULT_MONTHS, OVERLAPS, Access

__all__ = ["Tokens"]

_WHICH = "A token is named by its id, or by its owner's User ID and its name."
_ACCESS_WORDS = {"read": Access.READ, "full": Access.FULL}


class TokenAdd(PlatformCommand):
    """Add a token and print its secret."""

    name = "tokenwidgets token add"
    parameters = ("OWNER", "NAME")
    description = """Add a token for the user OWNER and print its secret, alone, on standard
    output. This is the only time that it can be had: nothing keeps it."""
    examples = """
    tokenwidgets token add jdoe "nightly load" --read orders --full billing --months 6
    tokenwidgets token add svc-etl staging --all-apis read > staging.token
    """
    read = Texts(help="An API to give Read Access (GET) to; once for each, or a,b,c.").tag(
        config=True
    )
    full = Texts(help="An API to give Full Access (GET & POST) to; as --read.").tag(config=True)
    all_apis = traitlets.Enum(
        ("", *_ACCESS_WORDS), "", help="One access to all active APIs: read or full."
    ).tag(config=True)
    months = traitlets.Int(
        DEFAULT_MONTHS, help="When it expires: in 3, 6 or 12 calendar months."
    ).tag(config=True)
    aliases = {
        **PlatformCommand.aliases,
        "read": "TokenAdd.read",
        "full": "TokenAdd.full",
        "all-apis": "TokenAdd.all_apis",
        "months": "TokenAdd.months",
    }

    def run(self, owner: str, name: str) -> int:
        """Add the token and print its secret."""
        choice = self._choice()
        _see_that_it_can_be_shown()
        with self.platform() as platform:
            new = platform.tokens.add(owner, name, choice, months=self.months)
        return _hand_over(new)

    def _choice(self) -> GrantChoice:
        read, full = _names(self.read), _names(self.full)
        if self.all_apis:
            if read or full:
                raise UsageError("--all-apis goes without --read and --full")
            return _ACCESS_WORDS[self.all_apis]
        twice = sorted(set(read) & set(full))
        if twice:
            raise UsageError(f"{twice[0]} cannot have both --read and --full")
        return {**dict.fromkeys(read, Access.READ), **dict.fromkeys(full, Access.FULL)}


class TokenList(ListCommand):
    """List a user's tokens."""

    name = "tokenwidgets token list"
    parameters = ("OWNER",)
    description = "List the live tokens of the user OWNER, by name."
    examples = """
    tokenwidgets token list jdoe
    tokenwidgets token list jdoe --ended --format json
    """
    ended = traitlets.Bool(False, help="The revoked and expired ones, too.").tag(config=True)
    flags = {
        **ListCommand.flags,
        "ended": ({"TokenList": {"ended": True}}, "The revoked and expired ones, too."),
    }

    def run(self, owner: str) -> int:
        """List the tokens."""
        with self.platform() as platform:
            self.write(_COLUMNS, map(_record, _tokens(platform, owner, ended=self.ended)))
        return 0


class TokenRegenerate(PlatformCommand):
    """Give a token a new secret, and print it."""

    name = "tokenwidgets token regenerate"
    parameters = ("TOKEN", "[NAME]")
    description = f"""Give a token a new secret and a new expiration, and print the secret, alone,
    on standard output. The old secret stops working at once, or after --overlap. {_WHICH}"""
    examples = """
    tokenwidgets token regenerate 17 --months 12
    tokenwidgets token regenerate jdoe "nightly load" --overlap "24 hours" > nightly.token
    """
    months = traitlets.Int(
        DEFAULT_MONTHS, help="When it expires: in 3, 6 or 12 calendar months."
    ).tag(config=True)
    overlap = Text(
        next(iter(OVERLAPS)),
        help=f"How long the old secret keeps working: {', '.join(OVERLAPS)}.",
    ).tag(config=True)
    aliases = {
        **PlatformCommand.aliases,
        "months": "TokenRegenerate.months",
        "overlap": "TokenRegenerate.overlap",
    }

    def run(self, token: str, name: str) -> int:
        """Regenerate the token and print its secret."""
        _see_that_it_can_be_shown()
        with self.platform() as platform:
            row = _found(platform, token, name)
            new = platform.tokens.regenerate(
                row.id, months=self.months, overlap=_overlap(self.overlap), version=row.version
            )
        return _hand_over(new)


class TokenRevoke(PlatformCommand):
    """Revoke a token."""

    name = "tokenwidgets token revoke"
    parameters = ("TOKEN", "[NAME]")
    description = f"Revoke a token: it stops working at once and for good. {_WHICH}"
    examples = """
    tokenwidgets token revoke 17
    tokenwidgets token revoke jdoe "nightly load"
    """

    def run(self, token: str, name: str) -> int:
        """Revoke the token."""
        with self.platform() as platform:
            row = platform.tokens.revoke(_found(platform, token, name).id)
        say(f"Revoked {row.name} of {row.owner}, token {row.id}.")
        return 0


class TokenRevokeAll(PlatformCommand):
    """Revoke all live tokens of a user."""

    name = "tokenwidgets token revoke-all"
    parameters = ("OWNER",)
    description = "Revoke all live tokens of the user OWNER, at once and for good."
    examples = """
    tokenwidgets token revoke-all jdoe
    """

    def run(self, owner: str) -> int:
        """Revoke the tokens."""
        with self.platform() as platform:
            count = platform.tokens.revoke_all(owner)
        say(f"Revoked {counted(count, 'token')} of {owner}.")
        return 0


class Tokens(Family):
    """The commands about tokens."""

    name = "tokenwidgets token"
    description = "Add, list, regenerate and revoke API tokens."
    subcommands = table_of(
        add=TokenAdd,
        list=TokenList,
        regenerate=TokenRegenerate,
        revoke=TokenRevoke,
        revoke_all=TokenRevokeAll,
    )


def _see_that_it_can_be_shown() -> None:
    """Refuse to make a secret that nobody could see."""
    if output_is_closed():
        raise UsageError("standard output is closed, so the secret could not be shown")


def _hand_over(new: NewToken) -> int:
    """Print the secret alone on standard output, and what it is of elsewhere."""
    token = new.token
    try:
        print(new.secret.reveal(), flush=True)
    except OSError:
        say(
            f"tokenwidgets: the secret of token {token.id} could not be written, so nobody has it."
            f" Regenerate it: tokenwidgets token regenerate {token.id}"
        )
        raise
    access = ", ".join(f"{api}: {each.label}" for api, each in token.grants.items())
    say(
        f"{token.name} of {token.owner} (token {token.id}) opens {access}; it expires on"
        f" {token.expires_at.astimezone():%Y-%m-%d}. The secret is shown this once."
    )
    return 0


def _found(platform: Platform, token: str, name: str) -> TokenRow:
    """The token with this id, or the owner's token of this name; a live one before others."""
    if not name:
        if not token.isdecimal():
            raise UsageError(f"{token} is no token's id, and there is no NAME after it")
        # Of longer ones Python makes no number at all.
        return platform.tokens.get(checked_id(int(token) if len(token) < 20 else token))
    for ended in (False, True):
        for row in _tokens(platform, token, ended=ended):
            if comparison_key(row.name) == comparison_key(name):
                return row
    raise errors.UnknownToken(f"{token} has no token named {name!r}.")


def _tokens(platform: Platform, owner: str, *, ended: bool) -> Iterable[TokenRow]:
    return every(lambda at: platform.tokens.page(owner, ended=ended, cursor=at, rows=1000))


def _names(values: Iterable[str]) -> list[str]:
    return [name for value in values for name in map(str.strip, value.split(",")) if name]


def _overlap(words: str) -> timedelta:
    if words not in OVERLAPS:
        raise errors.InvalidValue("--overlap", f"must be one of: {', '.join(OVERLAPS)}.")
    return OVERLAPS[words]


_COLUMNS = ("id", "name", "token", "access", "created", "expires", "last_used", "status")


def _record(token: TokenRow) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "token": token.hint,
        "access": {api: access.name.lower() for api, access in token.grants.items()},
        "created": token.created_at,
        "expires": token.expires_at,
        "last_used": token.last_used_at,
        "status": token.status,
    }
