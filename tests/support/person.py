"""A person at the application, without a browser."""

from __future__ import annotations

from typing import Any

from ipywidgets import Widget
from wire import Wire

from tokenwidgets.app import ApplicationUsers
from tokenwidgets.platform import Platform
from tokenwidgets.secret import PATTERN, is_well_formed
from tokenwidgets.tokens import TokenRow


def live_tokens(platform: Platform, owner: str = "jdoe") -> dict[str, TokenRow]:
    """The live tokens of a user by name."""
    return {token.name: token for token in platform.tokens.page(owner).rows}


class Person:
    """Somebody at the application: does what a browser would send, sees what it would show."""

    def __init__(self, app: ApplicationUsers, wire: Wire) -> None:
        self.app = app
        self.wire = wire

    @property
    def picker(self) -> Any:
        return self.app.users.picker

    @property
    def strip(self) -> Any:
        return self.app.detail.strip

    @property
    def dialog(self) -> Any:
        return self.app.shell.dialog

    @property
    def tokens(self) -> Any:
        return self.app.detail._tabs["API Tokens"]

    @property
    def said(self) -> tuple[str, str]:
        """The message on show: its kind and its words."""
        notice = self.app.shell.bar.notice
        return notice["kind"], notice["text"]

    @property
    def shown(self) -> list[Widget]:
        """What is in the body of the screen."""
        return list(self.app.shell.body.children)

    def does(self, widget: Widget, type: str, **content: Any) -> None:
        """Send one message of a component."""
        self.wire.send(widget, type, **content)

    def tries_again(self, serial: int | None = None) -> None:
        """Press "Try again" beside the message on show, or beside an earlier one."""
        bar = self.app.shell.bar
        self.does(bar, "try-again", serial=bar.notice["serial"] if serial is None else serial)

    def ticks(self, component: Any, type: str, **content: Any) -> None:
        """Send a message about the check boxes that are on show."""
        self.does(component, type, serial=component.serial, **content)

    def opens(self, user_id: str, tab: str = "") -> None:
        """Open a user, on a tab if told."""
        self.does(self.picker, "open-row", key=user_id)
        if tab:
            self.does(self.strip, "select-tab", name=tab)

    def row(self, name: str) -> dict[str, Any]:
        """The token of this name as the grid shows it."""
        (row,) = [row for row in self.tokens.grid.rows if row["name"] == name]
        return row

    def saves(
        self,
        name: str,
        expiration: str = "6",
        *,
        separate: bool = False,
        nonce: str | None = None,
        **access: str,
    ) -> None:
        """Press "Save" on the token's form; on an earlier one, if its nonce is given."""
        form = self.tokens.form.form
        self.does(
            form,
            "save-token",
            form=form.form if nonce is None else nonce,
            name=name,
            expiration=expiration,
            separate=separate,
            grants=access,
        )

    def adds(self, name: str, expiration: str = "6", **choices: Any) -> None:
        """Press "Add", and save the form."""
        self.does(self.tokens.grid, "add-token")
        self.saves(name, expiration, **choices)

    def confirms(self, **values: str) -> None:
        """Press the button that does it, in the dialog."""
        self.does(self.dialog, "confirm", values=values, nonce=self.dialog.nonce)

    def undoes(self) -> None:
        """Press "Undo" beside the message on show."""
        bar = self.app.shell.bar
        self.does(bar, "undo", serial=bar.notice["serial"])

    def takes_secrets(self) -> dict[str, str]:
        """Let the view show the secrets that were offered; gives them by token name."""
        secrets = self.app.shell.secrets
        nonce = [each["nonce"] for each in self.wire.customs(secrets) if each["type"] == "offer"][
            -1
        ]
        self.does(secrets, "claim", nonce=nonce, view="view-1")
        message = self.wire.customs(secrets)[-1]
        assert message["type"] == "secrets"
        assert message["nonce"] == nonce
        self.does(secrets, "seen", nonce=nonce, view="view-1")
        return {token["name"]: token["secret"] for token in message["tokens"]}

    def secrets_in_state(self) -> list[str]:
        """The secrets in any state that went out, or that any widget has now."""
        return [text for text in PATTERN.findall(self.wire.states()) if is_well_formed(text)]
