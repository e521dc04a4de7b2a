"""AccessForm: the form in which a token is added or edited."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
import traitlets

from tokenwidgets.language import t
from tokenwidgets.vocabulary import DEFAULT_MONTHS, EXPIRATION_MONTHS
from tokenwidgets.widgets.form import Form, FormMessage

__all__ = ["AccessForm", "CancelForm", "SaveToken"]


class CancelForm(FormMessage, tag="cancel-form", frozen=True):
    """The button "Cancel" was pressed."""


class SaveToken(FormMessage, tag="save-token", frozen=True):
    """The button "Save" was pressed.

    ``expiration`` is ``keep`` or months. ``grants`` has the access by API name; an API that it
    does not name has No Access.
    """

    name: Annotated[str, msgspec.Meta(max_length=10_000)]
    expiration: Literal["keep", "3", "6", "12"]
    separate: bool
    grants: Annotated[
        dict[
            Annotated[str, msgspec.Meta(max_length=1000)],
            Literal["No Access", "Read Access", "Full Access"],
        ],
        msgspec.Meta(max_length=5000),
    ]


class AccessForm(Form, asset="access_form"):
    """A token's name, its expiration, and its access to each API.

    What is typed and chosen stays in the browser until "Save". The form takes new contents from
    the traits only when ``serial`` changes; set it, and a new ``form`` without which no message is
    taken, last and in one ``hold_sync()`` with them. Who listens answers a ``SaveToken`` by setting
    ``errors``, by new contents, or by taking the form away; "Save" can be pressed again as soon as
    all listeners have been called.
    """

    messages = (CancelForm, SaveToken)

    title = traitlets.Unicode(help="The heading.").tag(sync=True)
    adding = traitlets.Bool(True, help="Whether it is a new token: offers separate tokens.").tag(
        sync=True
    )
    token_name = traitlets.Unicode("", help="The token's name to begin with.").tag(sync=True)
    apis = traitlets.List(
        traitlets.Dict(),
        help="The APIs in their order: name, title, group, and the labels of the levels on offer.",
    ).tag(sync=True)
    grants = traitlets.Dict(
        help="The access to begin with, by API name; No Access where there is none."
    ).tag(sync=True)
    expirations = traitlets.List(
        traitlets.Dict(), help="The choices: value, label, and the date that it leads to or None."
    ).tag(sync=True)
    expiration = traitlets.Unicode(
        str(DEFAULT_MONTHS), help="The value of the choice to begin with."
    ).tag(sync=True)
    notice = traitlets.Unicode("", help="What to know before going on; empty for none.").tag(
        sync=True
    )
    serial = traitlets.Int(0, help="Counts the fillings.").tag(sync=True)

    @traitlets.default("title")
    def _default_title(self) -> str:
        return t("Add token")

    @traitlets.default("expirations")
    def _default_expirations(self) -> list[dict[str, Any]]:
        return [{"value": str(m), "label": str(m), "date": None} for m in EXPIRATION_MONTHS]
