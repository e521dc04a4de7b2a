"""Datasette, which knows nothing of tokens, behind the middleware."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from datasette.app import Datasette
from served import served

from tokenwidgets.gate import TokenGate
from tokenwidgets.verifier import AsyncVerifier

ROWS = "/shop/orders.json?_shape=array"


@pytest.fixture
def datasette(live: Any, tmp_path: Path) -> Iterator[httpx.Client]:
    """A client of Datasette, which serves a table of orders as the API "orders"."""
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as shop:
        shop.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, item TEXT)")
        shop.execute("INSERT INTO orders (item) VALUES ('lamp')")
    shop.close()
    application = Datasette([str(path)]).app()
    gate = TokenGate(application, api="orders", verifier=AsyncVerifier(live.url))
    with served(gate) as url, httpx.Client(base_url=url) as client:
        yield client


@pytest.mark.parametrize(
    ("access", "may_get", "may_post"),
    [("none", False, False), ("read", True, False), ("full", True, True)],
)
def test_each_level_of_access_opens_what_it_says(
    datasette: httpx.Client, live: Any, access: str, may_get: bool, may_post: bool
) -> None:
    got = datasette.get(ROWS, headers=live.bearer(access))
    if may_get:
        assert got.json() == [{"id": 1, "item": "lamp"}]
    else:
        assert (got.status_code, got.json()) == (403, {"error": "insufficient_scope"})
    # Datasette's page for trying messages sets a cookie, and sends one back to the page.
    posted = datasette.post("/-/messages", data={"message": "x"}, headers=live.bearer(access))
    assert posted.status_code == (302 if may_post else 403)
    assert ("ds_messages" in posted.cookies) == may_post


def test_without_a_token_nothing_of_it_is_seen(datasette: httpx.Client) -> None:
    for path in ("/", ROWS, "/-/versions.json", "/-/static/app.css"):
        answer = datasette.get(path)
        assert answer.status_code == 401
        assert "datasette" not in answer.text.lower()


def test_a_revoked_token_opens_nothing_at_the_very_next_request(
    datasette: httpx.Client, live: Any
) -> None:
    assert datasette.get(ROWS, headers=live.bearer("read")).status_code == 200
    live.platform.tokens.revoke_all("jdoe")
    assert datasette.get(ROWS, headers=live.bearer("read")).status_code == 401
