"""What all screens stand in: the menu bar, the body, one dialog, and one place for trouble."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import ipywidgets

from tokenwidgets import errors
from tokenwidgets.language import t
from tokenwidgets.platform import Platform
from tokenwidgets.screens.files import File
from tokenwidgets.screens.refusals import words_of
from tokenwidgets.tokens import NewToken
from tokenwidgets.vocabulary import now
from tokenwidgets.widgets.component import Component
from tokenwidgets.widgets.dialog import Confirm, Dialog, Dismiss
from tokenwidgets.widgets.downloads import Downloads
from tokenwidgets.widgets.form import Form
from tokenwidgets.widgets.menu_bar import MenuBar, TryAgain, Undo
from tokenwidgets.widgets.secret_dialog import SecretDialog

__all__ = ["Shell"]

log = logging.getLogger("tokenwidgets")

Action = Callable[[], None]
Answer = Callable[[Mapping[str, str]], None]


class Shell:
    """The frame of the application: shows a screen, asks questions, tells how things went."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.bar = MenuBar()
        self.body = ipywidgets.VBox(layout=ipywidgets.Layout(width="100%", overflow="visible"))
        self.dialog = Dialog()
        self.secrets = SecretDialog()
        self.downloads = Downloads()
        self._owned: list[ipywidgets.DOMWidget] = []
        for each in (self.bar, self.body, self.dialog, self.secrets, self.downloads):
            self.own(each)
        self._answer: Answer | None = None
        self._again: Action | None = None
        self._undo: Action | None = None
        self._refreshes: dict[ipywidgets.DOMWidget, Action] = {}
        self._is_stale = False
        self.dialog.listen(self._answered)
        self.bar.listen(self._asked)
        self.secrets.on_unseen(self._unseen)

    def show(self, *components: ipywidgets.DOMWidget) -> None:
        """Put these into the body, in place of what is there.

        A form that goes is nobody's: nothing of it is saved any more, be it sent late or again.
        """
        before = self.body.children
        if components != before:
            self.body.children = components
        for gone in {*before} - {*components}:
            if isinstance(gone, Form):
                gone.form = ""

    def listen(self, component: Component, do: Callable[[Any], None]) -> None:
        """Own a component, and do what is asked for by its messages: each by ``run``."""
        self.own(component)
        component.listen(lambda message: self.run(lambda: do(message)))

    def own(self, component: ipywidgets.DOMWidget) -> None:
        """Close a component when this is closed, on show or not."""
        self._owned.append(component)

    def close(self) -> None:
        """Take it away with all that it owns."""
        for each in self._owned:
            each.layout.close()
            each.close()

    def keep_fresh(self, component: ipywidgets.DOMWidget, refresh: Action) -> None:
        """Have a component refreshed when others changed something while it is on show."""
        self._refreshes[component] = refresh

    def refresh(self) -> None:
        """Show what others changed, if a list is on show; a form is left as it is.

        Under a dialog nothing moves; it is done when that is closed.
        """
        self._is_stale = self._answer is not None
        if self._is_stale:
            return
        for component in self.body.children:
            if component in self._refreshes:
                try:
                    self._refreshes[component]()
                except errors.TokenWidgetsError as error:
                    # Nobody asked for it; who asks for something next is told.
                    log.warning("what is on show could not be refreshed: %s", error)
                except Exception:
                    log.exception("a screen could not be refreshed for %s", self.platform.actor)

    def say(self, text: str, *, undo: Action | None = None, undoable: bool = True) -> None:
        """Tell that something was done.

        Args:
            text: what was done, in words.
            undo: what "Undo" beside it is to do, until the next thing that is done.
            undoable: whether it is offered: where nothing has changed, nothing can be undone.

        """
        self._undo, self._again = undo if undoable else None, None
        self.bar.say(text, undo=self._undo is not None)

    def catch_up(self, show: Action) -> None:
        """Show what is after a change that was made and told, or refused.

        When that cannot be read, it is said after what was said of the change: that stays true.
        """
        try:
            show()
        except errors.TokenWidgetsError as error:
            log.warning("%s: %s", type(error).__name__, error)
            self._miss(error, show)
        except Exception as error:
            log.exception("a screen failed for %s", self.platform.actor)
            self._miss(error, show)

    def _miss(self, error: Exception, show: Action) -> None:
        again: Action | None = None
        if isinstance(error, errors.TokenWidgetsError) and not isinstance(
            error, errors.DatabaseError
        ):
            words = words_of(error)
        else:
            # What the database says of itself is of changes, and this one was made.
            words = t("What is shown could not be read again and may be out of date.")
            again = lambda: self.run(show)  # noqa: E731
        self._warn(f"{self.bar.notice['text']} {words}".strip(), again)

    @contextlib.contextmanager
    def trouble(self, again: Action | None = None) -> Iterator[None]:
        """Turn errors of this block into words on screen; none gets further.

        Args:
            again: what "Try again" is to do, when it was the database.

        """
        try:
            yield
        except errors.DatabaseError as error:
            log.warning("%s: %s", type(error).__name__, error)
            # What may have been done already is not to be done again unseen.
            self._warn(words_of(error), None if isinstance(error, errors.OutcomeUnknown) else again)
        except errors.TokenWidgetsError as error:
            self._warn(words_of(error))
        except Exception:
            # What it is belongs into the log and not into a browser.
            log.exception("a screen failed for %s", self.platform.actor)
            self._warn(t("Something went wrong. It was written to the server's log."))

    def _warn(self, text: str, again: Action | None = None) -> None:
        self._undo, self._again = None, again
        self.bar.warn(text, retry=again is not None)

    def run(self, action: Action) -> None:
        """Do what a person asked for within ``trouble``, and offer to do it again."""
        said = self.bar.notice["serial"]
        with self._busy(), self.trouble(lambda: self.run(action)):
            action()
        if self.bar.notice["serial"] == said and self.bar.notice["text"]:
            # What was said of the last thing is not true of this one.
            self.say("")

    @contextlib.contextmanager
    def _busy(self) -> Iterator[None]:
        """Say to the browser that an answer takes as long as this block."""
        self.bar.busy = True
        try:
            yield
        finally:
            self.bar.busy = False

    def ask(
        self,
        title: str,
        answer: Answer,
        *,
        confirm: str,
        lines: Sequence[str] = (),
        items: Sequence[str] = (),
        fields: Sequence[Mapping[str, Any]] = (),
        danger: bool = False,
    ) -> None:
        """Open a dialog; ``answer(values)`` is called if, and only if, it is confirmed.

        When it raises ``InvalidValue``, the dialog stays open and shows why.
        """
        self._answer = answer
        self.dialog.ask(
            title,
            lines=list(lines),
            items=list(items),
            fields=[dict(field) for field in fields],
            confirm=confirm,
            danger=danger,
        )

    def reveal(self, made: Sequence[NewToken]) -> None:
        """Show new secrets, once."""
        self.secrets.show([(new.token.name, new.secret) for new in made])

    def hand_over(self, name: str, file: File) -> None:
        """Let the browser save a file under this name and the day."""
        self.downloads.hand_over(
            f"{name}-{now():%Y-%m-%d}{file.suffix}", file.media_type, file.data
        )

    def _asked(self, message: Any) -> None:
        # What was pressed beside an earlier message is about something else.
        match message:
            case TryAgain(serial=serial) if serial == self.bar.notice["serial"] and self._again:
                again, self._again = self._again, None
                self.bar.say("")
                again()
            case Undo(serial=serial) if serial == self.bar.notice["serial"] and self._undo:
                undo, self._undo = self._undo, None
                self.run(lambda: self._take_back(undo))

    def _take_back(self, undo: Action) -> None:
        try:
            undo()
        except errors.StaleVersion as error:
            but = t("So nothing was undone.")
            self.bar.warn(f"{words_of(error)} {but}")

    def _answered(self, message: Any) -> None:
        if isinstance(message, Dismiss):
            self._answered_for_good()
        if not isinstance(message, Confirm) or self._answer is None:
            return
        answer = self._answer
        with self._busy(), self.trouble():
            try:
                answer(message.values)
            except errors.InvalidValue as error:
                self.dialog.refuse(words_of(error))
                return
            except BaseException:
                self._close_dialog(answer)
                raise
            self._close_dialog(answer)

    def _close_dialog(self, answer: Answer) -> None:
        # The answer may have asked another question, which is to stay.
        if self._answer is answer:
            self.dialog.dismiss()
            self._answered_for_good()

    def _answered_for_good(self) -> None:
        self._answer = None
        if self._is_stale:
            self.refresh()

    def _unseen(self) -> None:
        self.bar.warn(
            t(
                "Your browser did not say that it has shown the secret, and nobody can show it"
                " again. If you have not seen it, choose Regenerate for a new one."
            )
        )
