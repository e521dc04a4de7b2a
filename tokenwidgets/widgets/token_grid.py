"""TokenGrid: a user's tokens, and the links and buttons that change them."""

from __future__ import annotations

from typing import Annotated

import msgspec
import traitlets

from tokenwidgets.widgets.component import Component, Message
from tokenwidgets.widgets.paging import NextPage, PreviousPage

__all__ = [
    "AddToken",
    "EditToken",
    "NextPage",
    "PreviousPage",
    "RegenerateToken",
    "RevokeAll",
    "RevokeToken",
    "ShowEnded",
    "TokenGrid",
]

_Id = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]


class AddToken(Message, tag="add-token", frozen=True):
    """The button "Add" was pressed."""


class EditToken(Message, tag="edit-token", frozen=True):
    """The link "Edit" of a token was followed; ``id`` is the token's."""

    id: _Id


class RegenerateToken(Message, tag="regenerate-token", frozen=True):
    """The link "Regenerate" of a token was followed; ``id`` is the token's."""

    id: _Id


class RevokeToken(Message, tag="revoke-token", frozen=True):
    """The link "Revoke" of a token was followed; ``id`` is the token's."""

    id: _Id


class RevokeAll(Message, tag="revoke-all", frozen=True):
    """The button "Revoke All" was pressed."""


class ShowEnded(Message, tag="show-ended", frozen=True):
    """The check box "Show revoked and expired" was ticked, or unticked."""

    shown: bool


class TokenGrid(Component, asset="token_grid"):
    """One page of a user's tokens, with help on what can be done with them.

    It asks for things and does none: who listens to its messages answers them, and sets ``rows``
    and the rest (in one ``hold_sync()``). A row (instants are ISO 8601 with zone, or None):

    - ``id``, ``name``, and ``hint``, which is all that can be shown of the secret
    - ``access``: a short summary; ``access_details``: a list of ``{"api", "access"}``
    - ``created``, ``expires``, ``last_used``; ``last_used_api``: a name or None
    - ``status``: ``active``, ``expiring``, ``expired`` or ``revoked``
    - ``still_presented``: when a dead secret of the token was presented last
    - ``old_secret``: None, or ``{"hint", "ends", "last_used"}`` while an overlap lasts
    - ``can``: those of ``edit``, ``regenerate`` and ``revoke`` that there are links for
    """

    messages = (
        AddToken,
        EditToken,
        RegenerateToken,
        RevokeToken,
        RevokeAll,
        ShowEnded,
        PreviousPage,
        NextPage,
    )

    user = traitlets.Unicode("", help="The User ID of the tokens' owner.").tag(sync=True)
    can_add = traitlets.Bool(True, help="Whether the user is active, so can be given tokens.").tag(
        sync=True
    )
    rows = traitlets.List(traitlets.Dict(), help="The tokens of this page.").tag(sync=True)
    show_ended = traitlets.Bool(False, help="Whether the revoked and expired are there too.").tag(
        sync=True
    )
    page = traitlets.Int(1, min=1, help="The page's number, from 1.").tag(sync=True)
    has_previous = traitlets.Bool(False, help="Whether there is a page before.").tag(sync=True)
    has_next = traitlets.Bool(False, help="Whether there is a page after.").tag(sync=True)
    total = traitlets.Unicode("", help='How many there are in all, such as "3 tokens".').tag(
        sync=True
    )
