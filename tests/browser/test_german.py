"""The main job in another language than English, which the browser asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from live import Dashboard
from playwright.sync_api import Browser, Page, expect

from tokenwidgets.preferences import LANGUAGE

DATE = re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}")


@pytest.fixture
def page(browser: Browser, dashboard: Dashboard) -> Iterator[Page]:
    """A page of somebody whose browser asks for German, and who has chosen no language."""
    context = browser.new_context(locale="de-DE", viewport={"width": 400, "height": 900})
    page = context.new_page()
    yield page
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("about:blank")
    context.close()
    dashboard.platform().preferences.set(LANGUAGE, None)


def test_a_token_is_added_in_german_and_then_english_is_chosen(page: Page, dashboard: Dashboard):
    dashboard.platform().users.add("g-braun", "Gerda Braun")
    page.goto(f"{dashboard.url}&user=g-braun&tab=API%20Tokens")
    expect(page.get_by_role("heading", name="Gerda Braun")).to_be_visible(timeout=60_000)
    expect(page.locator("html")).to_have_attribute("lang", "de")

    page.get_by_role("tabpanel", name="API-Token").get_by_role("button", name="Hinzufügen").click()
    page.get_by_label("Token-Name").fill("nachtlauf")
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_text("Zugriff: wählen Sie für mindestens eine API")).to_be_visible()
    page.get_by_label("Auf alle APIs anwenden").check()
    expect(page.get_by_role("radio", name="Lesezugriff", checked=True).first).to_be_visible()
    page.get_by_role("button", name="Speichern").click()
    dialog = page.get_by_role("dialog", name="Ihr neues Token")
    expect(dialog.get_by_role("textbox", name="Geheimnis von nachtlauf")).to_be_visible()
    dialog.get_by_role("button", name="Fertig").click()

    expect(page.get_by_role("status").get_by_text("„nachtlauf“ wurde hinzugefügt.")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="nachtlauf")
    expect(row).to_contain_text("aktiv")
    expect(row).to_contain_text("in 6 Monaten")
    expect(row).to_contain_text(DATE)
    expect(row.get_by_role("link", name="nachtlauf widerrufen")).to_be_visible()
    assert Axe().run(page).response["violations"] == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")

    page.get_by_role("button", name="Sprache").click()
    page.get_by_role("menuitem", name="English").click()
    expect(page.get_by_role("tabpanel", name="API Tokens")).to_be_visible(timeout=60_000)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert dashboard.platform().preferences.get(LANGUAGE) == "en"
