"""Dialog: one question at a time, in a modal dialog, answered at most once."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
import traitlets

from tokenwidgets.language import t
from tokenwidgets.vocabulary import now
from tokenwidgets.widgets.component import Component, Message

__all__ = ["GOOD_FOR", "Confirm", "Dialog", "Dismiss"]

GOOD_FOR = timedelta(minutes=10)
"""How long after a question it can be confirmed: a click made offline may arrive much later."""

_Nonce = Annotated[str, msgspec.Meta(max_length=100)]


class Confirm(Message, tag="confirm", frozen=True):
    """The button that does it was pressed; ``values`` are the fields' values by their names."""

    values: Annotated[
        dict[
            Annotated[str, msgspec.Meta(max_length=100)],
            Annotated[str, msgspec.Meta(max_length=10_000)],
        ],
        msgspec.Meta(max_length=100),
    ]
    nonce: _Nonce


class Dismiss(Message, tag="dismiss", frozen=True):
    """The button "Cancel" or the key Escape was pressed."""

    nonce: _Nonce


class Dialog(Component, asset="dialog"):
    """Asks one question at a time: :meth:`ask`, then :meth:`dismiss` or :meth:`refuse`.

    Each question has a nonce that nobody can guess. Listeners hear of a ``Confirm`` only if it
    carries the nonce of the question on screen, for the first time, and within ``GOOD_FOR``; so
    what is repeated, or arrives late, does nothing. Who hears of one must ``dismiss`` or
    ``refuse``; until then the dialog shows that it is busy and cannot be confirmed again.

    Args:
        clock: gives the present instant, timezone-aware.

    """

    messages = (Confirm, Dismiss)

    title = traitlets.Unicode("", help="The question, and the dialog's accessible name.").tag(
        sync=True
    )
    lines = traitlets.List(traitlets.Unicode(), help="Paragraphs below it.").tag(sync=True)
    items = traitlets.List(traitlets.Unicode(), help="A list below these.").tag(sync=True)
    fields = traitlets.List(
        traitlets.Dict(),
        help="Fields: name, label, kind (select, text or number), value; options [{value, label}]"
        " of a select; help; min and max of a number.",
    ).tag(sync=True)
    confirm = traitlets.Unicode(help="The name of the button that does it.").tag(sync=True)
    danger = traitlets.Bool(False, help="Whether it destroys something: the button is red.").tag(
        sync=True
    )
    problem = traitlets.Unicode("", help="Why the last answer was refused.").tag(sync=True)
    nonce = traitlets.Unicode("", help="The question's nonce; empty when none is asked.").tag(
        sync=True
    )

    def __init__(self, *, clock: Callable[[], datetime] = now, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._clock = clock
        self._asked_at = clock()
        self._awaiting = False

    def ask(
        self,
        title: str,
        *,
        lines: Sequence[str] = (),
        items: Sequence[str] = (),
        fields: Sequence[Mapping[str, Any]] = (),
        confirm: str = "",
        danger: bool = False,
    ) -> None:
        """Open the dialog with a question, in place of the one that may be open.

        Args:
            title: the question, in few words.
            lines: paragraphs that say what will happen.
            items: what it will happen to.
            fields: what can be entered; see the trait.
            confirm: the name of the button that does it; empty: "OK".
            danger: whether it destroys something; "Cancel" then has the focus at first.

        """
        with self.hold_sync():
            self.title = title
            self.lines = list(lines)
            self.items = list(items)
            self.fields = [dict(field) for field in fields]
            self.confirm = confirm or t("OK")
            self.danger = danger
            self._await("")

    def refuse(self, problem: str) -> None:
        """Keep the dialog open, with what was entered, and show why it cannot be taken."""
        if self.nonce:
            with self.hold_sync():
                self._await(problem)

    def dismiss(self) -> None:
        """Take the question away; what it asked can no longer be confirmed."""
        self._awaiting = False
        self.nonce = ""

    def handle(self, message: Any) -> bool:
        """Let through only the first answer to the question on screen, and only in time."""
        if not self.nonce or message.nonce != self.nonce:
            self._drop("late answer")
            return False
        if isinstance(message, Dismiss):
            self.dismiss()
            return True
        if not self._awaiting:
            self._drop("second answer")
            return False
        self._awaiting = False
        if not timedelta(0) <= self._clock() - self._asked_at < GOOD_FOR:
            minutes = int(GOOD_FOR.total_seconds() // 60)
            self.refuse(
                t(
                    "This was asked more than {minutes} minutes ago, so nothing was done."
                    " If it is still right, press “{button}” again.",
                    minutes=minutes,
                    button=self.confirm,
                )
            )
            return False
        return True

    def _await(self, problem: str) -> None:
        """Expect an answer from now on, under a nonce that nobody has seen yet."""
        self.problem = problem
        self.nonce = secrets.token_urlsafe(18)
        self._asked_at = self._clock()
        self._awaiting = True
