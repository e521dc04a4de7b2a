"""The token grid passes on which link or button was used, and changes nothing by itself."""

from __future__ import annotations

from typing import Any

import pytest
from wire import Wire

from tokenwidgets.widgets.token_grid import (
    AddToken,
    EditToken,
    NextPage,
    PreviousPage,
    RegenerateToken,
    RevokeAll,
    RevokeToken,
    ShowEnded,
    TokenGrid,
)

ROW = {"id": 7, "name": "nightly-load", "status": "active", "can": ["edit"]}


@pytest.fixture
def grid() -> TokenGrid:
    return TokenGrid(user="jdoe", rows=[ROW])


@pytest.fixture
def heard(grid: TokenGrid) -> list[Any]:
    """What a listener of the grid hears."""
    heard: list[Any] = []
    grid.listen(heard.append)
    return heard


def test_listeners_hear_of_every_link_and_button(grid: TokenGrid, heard: list[Any], wire: Wire):
    wire.send(grid, "add-token")
    wire.send(grid, "edit-token", id=7)
    wire.send(grid, "regenerate-token", id=7)
    wire.send(grid, "revoke-token", id=2**63 - 1)
    wire.send(grid, "revoke-all")
    wire.send(grid, "show-ended", shown=True)
    wire.send(grid, "previous-page")
    wire.send(grid, "next-page")
    assert heard == [
        AddToken(),
        EditToken(id=7),
        RegenerateToken(id=7),
        RevokeToken(id=2**63 - 1),
        RevokeAll(),
        ShowEnded(shown=True),
        PreviousPage(),
        NextPage(),
    ]
    assert grid.dropped == 0


@pytest.mark.parametrize("wrong", [None, 0, -7, 2**63, 7.5, True, "7", [7], {"id": 7}])
@pytest.mark.parametrize("kind", ["edit-token", "regenerate-token", "revoke-token"])
def test_what_is_no_id_of_a_token_is_dropped(
    grid: TokenGrid, heard: list[Any], wire: Wire, kind: str, wrong: Any
):
    wire.send(grid, kind, id=wrong)
    assert heard == []
    assert grid.dropped == 1


@pytest.mark.parametrize("content", [{}, {"shown": "yes"}, {"shown": 1}, {"shown": None}])
def test_a_tick_is_yes_or_no(
    grid: TokenGrid, heard: list[Any], wire: Wire, content: dict[str, Any]
):
    wire.send(grid, "show-ended", **content)
    assert heard == []


def test_a_click_changes_nothing_until_whoever_fills_the_grid_says_so(grid: TokenGrid, wire: Wire):
    wire.send(grid, "revoke-token", id=7)
    wire.send(grid, "revoke-all")
    wire.send(grid, "show-ended", shown=True)
    assert grid.rows == [ROW]
    assert grid.show_ended is False
    assert [each.data for each in wire.sent if each.data.get("method") == "update"] == []
