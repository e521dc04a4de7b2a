"""The audit log in a real browser: filtered, unfolded, downloaded, printed."""

from __future__ import annotations

import re

import pytest
from live import Dashboard
from playwright.sync_api import Page, expect
from scenes import screen

from tokenwidgets.vocabulary import Access


@pytest.fixture
def user(dashboard: Dashboard, request: pytest.FixtureRequest) -> str:
    """A user of the test's own, with a token: two events."""
    user_id = f"a-{abs(hash(request.node.name)) % 10**8}"
    platform = dashboard.platform()
    platform.users.add(user_id, "Anna Audited")
    platform.tokens.add(user_id, "nightly", {"orders": Access.READ})
    return user_id


def test_events_are_found_unfolded_and_downloaded(page: Page, user: str):
    screen("Audit Log")(page)
    page.get_by_role("searchbox", name="Search").fill(user)
    expect(page.get_by_text("2 events", exact=True)).to_be_visible()
    page.get_by_label("Action").select_option("add token")
    expect(page.get_by_text("1 event", exact=True)).to_be_visible()
    row = page.get_by_role("row").filter(has_text="nightly")
    row.locator("summary").click()
    expect(row.get_by_text('{"orders": "Read Access"}')).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    lines = download.value.path().read_text("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert user in lines[1]
    page.get_by_role("button", name="Clear filters").click()
    expect(page.get_by_role("searchbox", name="Search")).to_have_value("")
    expect(page.get_by_role("searchbox", name="Search")).to_be_focused()


def test_on_paper_there_are_whole_events_and_no_buttons(page: Page, user: str):
    screen("Audit Log")(page)
    page.get_by_role("searchbox", name="Search").fill(user)
    expect(page.get_by_text("2 events", exact=True)).to_be_visible()
    page.emulate_media(media="print")
    assert page.get_by_role("button").filter(visible=True).count() == 0
    assert page.get_by_role("textbox").filter(visible=True).count() == 0
    expect(page.get_by_text('{"orders": "Read Access"}')).to_be_visible()


def test_on_paper_a_long_list_goes_on_to_the_next_page(page: Page):
    screen("Audit Log")(page)
    expect(page.get_by_text("Rows per page")).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 400})
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf())) > 1
