"""SecretDialog: shows new secrets, once, in one view.

The way of a secret from Python to a person's eyes:

1. ``show`` offers the secrets to all views, without sending them.
2. Each view in sight claims them under a random id of its own; the first claim wins.
3. The secrets go out in one custom message, which names that id, and Python forgets them.
4. The view with the id puts them into its DOM and acknowledges; no other view shows them.

A custom message is neither saved into a notebook nor sent to a page that connects later. But it
goes to every client of the kernel, as all of a kernel's messages do: a view that was not chosen
does not show it, and a client that is not ours could. The clients of one kernel are one person:
its owner, and nobody else, can connect to it.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Protocol

import msgspec

from tokenwidgets.secret import Secret
from tokenwidgets.widgets.component import Component, Message

__all__ = ["SEEN_WITHIN", "Claim", "SecretDialog", "Seen"]

log = logging.getLogger("tokenwidgets.widgets")

SEEN_WITHIN = 15.0
"""How long a view may take to claim secrets and to acknowledge them, in seconds."""

_Id = Annotated[str, msgspec.Meta(max_length=100)]


class Claim(Message, tag="claim", frozen=True):
    """A view asks for the secrets that were offered under ``nonce``, to show them."""

    nonce: _Id
    view: _Id


class Seen(Message, tag="seen", frozen=True):
    """The view has put the secrets on screen."""

    nonce: _Id
    view: _Id


class _Timer(Protocol):
    def cancel(self) -> Any: ...


@dataclass(slots=True, repr=False)
class _Offer:
    """Secrets on their way, by token name; none once they were sent to ``view``."""

    secrets: list[tuple[str, Secret]]
    timer: _Timer | None = None
    view: str | None = None


class SecretDialog(Component, asset="secret_dialog"):
    """Shows the secrets of new tokens once, to be copied or downloaded.

    No secret is ever in a trait of it. Its messages are its own affair: listeners hear of none.

    Args:
        seen_within: how long to wait for a view's acknowledgement, in seconds.

    """

    messages = (Claim, Seen)

    def __init__(self, *, seen_within: float = SEEN_WITHIN, **kwargs: Any) -> None:
        self._offers: dict[str, _Offer] = {}
        super().__init__(**kwargs)
        self._seen_within = seen_within
        self._unseen: list[Callable[[], None]] = []

    def show(self, made: Sequence[tuple[str, Secret]]) -> None:
        """Show new secrets: pairs of a token's name and its secret.

        Call it after the digests are committed, in answer to what a person did just now.
        """
        if not made:
            return
        nonce = secrets.token_urlsafe(18)
        # The offer first: on a busy machine the time may be up before the next line is reached.
        offer = self._offers[nonce] = _Offer(list(made))
        offer.timer = _call_later(self._seen_within, lambda: self._give_up(nonce))
        self.send({"type": "offer", "nonce": nonce})

    def on_unseen(self, callback: Callable[[], None]) -> None:
        """Call back when secrets were not acknowledged in time, so that nobody may have seen them.

        They are forgotten then; what helps is to regenerate the tokens.
        """
        self._unseen.append(callback)

    def handle(self, message: Any) -> bool:
        """Send the secrets to the first view that claims them; take its acknowledgement."""
        offer = self._offers.get(message.nonce)
        match message:
            case Claim(nonce=nonce, view=view) if offer is not None and offer.view is None:
                self._hand_over(nonce, offer, view)
            case Seen(nonce=nonce, view=view) if offer is not None and offer.view == view:
                self._forget(nonce)
        return False

    def close(self) -> None:
        """Take it away, and forget the secrets that nobody has come for."""
        for nonce in tuple(self._offers):
            self._forget(nonce)
        super().close()

    def _forget(self, nonce: str) -> None:
        timer = self._offers.pop(nonce).timer
        if timer is not None:
            timer.cancel()

    def _hand_over(self, nonce: str, offer: _Offer, view: str) -> None:
        made, offer.secrets, offer.view = offer.secrets, [], view
        self.send(
            {
                "type": "secrets",
                "nonce": nonce,
                "view": view,
                "tokens": [{"name": name, "secret": secret.reveal()} for name, secret in made],
            }
        )

    def _give_up(self, nonce: str) -> None:
        if self._offers.pop(nonce, None) is None:
            return
        for callback in tuple(self._unseen):
            try:
                callback()
            except Exception:
                log.exception("could not tell that a secret was not seen")


def _call_later(seconds: float, action: Callable[[], None]) -> _Timer:
    """Do it later: on the running event loop, as a kernel has, or else in a thread."""
    try:
        return asyncio.get_running_loop().call_later(seconds, action)
    except RuntimeError:
        timer = threading.Timer(seconds, action)
        timer.daemon = True
        timer.start()
        return timer
