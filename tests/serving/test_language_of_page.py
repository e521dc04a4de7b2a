"""The language of the page that the server sends, and of its visitor's kernel."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from door import Server, Visit, named, serving

from tokenwidgets.database import Database
from tokenwidgets.preferences import LANGUAGE, PreferenceService

GERMAN = '<html lang="de">'
ENGLISH = '<html lang="en">'


def refusal(server: Server, accepted: str) -> str:
    """The page that says no to somebody who is not active; it starts no kernel."""
    headers = [*named("gone").items(), ("Accept-Language", accepted)]
    answer = httpx.get(server.origin, headers=headers, timeout=60)
    assert answer.status_code == 403
    return answer.text


@pytest.mark.parametrize("accepted", ["de", "de-AT,de;q=0.9,en;q=0.8", "fr, en;q=0.1, de;q=0.5"])
def test_a_page_is_in_the_language_that_the_browser_asks_for_first(server: Server, accepted: str):
    page = refusal(server, accepted)
    assert GERMAN in page
    assert "Sie haben keinen Zugang" in page
    assert "Der Benutzer gone ist nicht aktiv." in page


@pytest.mark.parametrize(
    "accepted", ["", "en-GB,de;q=0.9", "fr", "../de", "de;q=x", "de/../../x", "<b>", "d" * 9000]
)
def test_what_a_browser_asks_for_is_english_unless_it_is_a_language_that_there_is(
    server: Server, accepted: str
):
    page = refusal(server, accepted)
    assert ENGLISH in page
    assert "You have no access" in page


def test_a_visitors_own_choice_goes_before_what_the_browser_asks_for(
    visit: Callable[..., Visit], people_url: str
):
    database = Database(people_url)
    guest = PreferenceService(database, "guest")
    guest.set(LANGUAGE, "de")
    page = visit("guest", open_page=False).open().text
    guest.set(LANGUAGE, None)
    database.close()
    assert GERMAN in page
    assert "Das Dashboard wird geladen" in page


def test_the_configured_language_goes_before_what_the_browser_asks_for(
    people_url: str, tmp_path: Path
):
    config = {"TokenWidgets": {"language": "de"}}
    with serving(tmp_path, people_url, identity="", config=config) as running:
        page = httpx.get(running.origin, headers={"Accept-Language": "en"}, timeout=60).text
    assert GERMAN in page
    assert "Niemand wird eingelassen" in page
