"""A file goes to the browser in pieces, to the view that claimed it first, and never as state."""

from __future__ import annotations

from typing import Any

import pytest
from wire import Wire

from tokenwidgets.widgets.downloads import MOST_BYTES, PIECE, Downloads


@pytest.fixture
def downloads() -> Downloads:
    return Downloads()


def offered(wire: Wire, downloads: Downloads) -> dict[str, Any]:
    return [each for each in wire.customs(downloads) if each["type"] == "offer"][-1]


def take(wire: Wire, downloads: Downloads, nonce: str, offset: int, view: str = "a") -> None:
    wire.send(downloads, "take-piece", nonce=nonce, view=view, offset=offset)


def test_what_is_offered_has_no_contents(downloads: Downloads, wire: Wire):
    downloads.hand_over("tokens.csv", "text/csv", b"name\nnightly\n")
    offer = offered(wire, downloads)
    nonce = offer.pop("nonce")
    assert len(nonce) >= 20
    assert offer == {"type": "offer", "name": "tokens.csv", "media": "text/csv", "size": 13}
    assert wire.buffers(downloads) == []


def test_a_file_arrives_whole_in_pieces(downloads: Downloads, wire: Wire):
    data = bytes(range(256)) * 10_000
    downloads.hand_over("x.parquet", "application/x", data)
    nonce = offered(wire, downloads)["nonce"]
    for offset in range(0, len(data), PIECE):
        take(wire, downloads, nonce, offset)
    pieces = wire.buffers(downloads)
    assert [len(piece) for piece in pieces] == [PIECE, PIECE, len(data) - 2 * PIECE]
    assert b"".join(pieces) == data


def test_an_empty_file_arrives_too(downloads: Downloads, wire: Wire):
    downloads.hand_over("x.csv", "text/csv", b"")
    take(wire, downloads, offered(wire, downloads)["nonce"], 0)
    assert wire.buffers(downloads) == [b""]


def test_a_second_view_gets_nothing(downloads: Downloads, wire: Wire):
    downloads.hand_over("x.csv", "text/csv", b"x" * (PIECE + 1))
    nonce = offered(wire, downloads)["nonce"]
    take(wire, downloads, nonce, 0, "first")
    take(wire, downloads, nonce, 0, "second")
    take(wire, downloads, nonce, PIECE, "second")
    assert len(wire.buffers(downloads)) == 1
    assert {each.get("view") for each in wire.customs(downloads)} == {None, "first"}


def test_a_file_can_be_taken_once(downloads: Downloads, wire: Wire):
    downloads.hand_over("x.csv", "text/csv", b"x")
    nonce = offered(wire, downloads)["nonce"]
    take(wire, downloads, nonce, 0)
    take(wire, downloads, nonce, 0)
    assert len(wire.buffers(downloads)) == 1


def test_who_guesses_gets_nothing(downloads: Downloads, wire: Wire):
    downloads.hand_over("x.csv", "text/csv", b"x")
    for nonce in ("", "x", "a" * 24):
        take(wire, downloads, nonce, 0)
    take(wire, downloads, offered(wire, downloads)["nonce"], MOST_BYTES + 1)
    take(wire, downloads, offered(wire, downloads)["nonce"], -1)
    assert wire.buffers(downloads) == []


def test_files_that_nobody_takes_are_forgotten(downloads: Downloads, wire: Wire):
    downloads.hand_over("first.csv", "text/csv", b"x")
    first = offered(wire, downloads)["nonce"]
    for number in range(5):
        downloads.hand_over(f"{number}.csv", "text/csv", b"x")
    take(wire, downloads, first, 0)
    assert wire.buffers(downloads) == []


def test_a_file_that_is_too_large_is_not_offered(downloads: Downloads, wire: Wire):
    with pytest.raises(ValueError, match="larger than"):
        downloads.hand_over("x.csv", "text/csv", bytes(MOST_BYTES + 1))
    assert wire.customs(downloads) == []


def test_listeners_hear_of_nothing_and_no_state_has_the_file(downloads: Downloads, wire: Wire):
    heard: list[Any] = []
    downloads.listen(heard.append)
    downloads.hand_over("x.csv", "text/csv", b"only for the browser")
    take(wire, downloads, offered(wire, downloads)["nonce"], 0)
    assert heard == []
    assert "only for" not in wire.states()
