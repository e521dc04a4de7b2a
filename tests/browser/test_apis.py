"""APIs in a real browser: one filled from its OpenAPI document."""

from __future__ import annotations

import json

from live import Dashboard
from playwright.sync_api import FilePayload, Page, expect
from scenes import screen

DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Weather of the browser test", "version": "2.1"},
    "paths": {"/now": {"get": {}}},
}


def payload(content: bytes, name: str = "weather.json") -> FilePayload:
    return {"name": name, "mimeType": "application/json", "buffer": content}


def test_an_api_is_filled_from_its_document_and_saved_by_the_person(
    page: Page, dashboard: Dashboard
):
    screen("APIs")(page)
    page.get_by_role("button", name="Add API").click()
    page.get_by_label("Group").fill("Outside")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Fill from an OpenAPI document").click()
    chooser.value.set_files([payload(json.dumps(DOCUMENT).encode())])
    expect(page.get_by_role("alert").filter(has_text="Nothing is saved yet")).to_be_visible()
    expect(page.get_by_label("Title")).to_have_value("Weather of the browser test")
    expect(page.get_by_label("Group")).to_have_value("Outside")
    expect(page.get_by_role("checkbox", name="Read only")).to_be_checked()
    page.get_by_label("API name").fill("weather")
    page.get_by_role("button", name="Add API").click()
    expect(page.get_by_role("status").filter(has_text="weather was added")).to_be_visible()
    api = dashboard.platform().apis.get("weather")
    assert (api.version_label, api.api_group, api.read_only) == ("2.1", "Outside", True)


def test_a_file_that_is_no_document_or_too_large_is_refused_in_words(page: Page):
    screen("APIs")(page)
    page.get_by_role("link", name="orders", exact=True).click()
    picker = page.locator("input[type=file]")
    picker.set_input_files([payload(b"\xff\xfe")])
    expect(page.get_by_role("alert").filter(has_text="not UTF-8")).to_be_visible()
    picker.set_input_files([payload(b" " * 2_000_001, "huge.json")])
    expect(page.get_by_role("alert").filter(has_text="larger than 2 MB")).to_be_visible()
    expect(page.get_by_label("Title")).to_have_value("Orders")
