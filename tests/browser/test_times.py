"""Times are those of the viewer's zone wherever they stand, with the UTC instant on hover."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from live import Dashboard
from playwright.sync_api import Locator, Page, expect
from scenes import detail, screen

from tokenwidgets.demo import SHOWCASE
from tokenwidgets.vocabulary import Access

in_tokyo = pytest.mark.parametrize("context", ["Asia/Tokyo"], indirect=True)


def expect_tokyo_time(element: Locator, instant: datetime) -> None:
    """The element says this instant as it is in Tokyo."""
    expect(element).to_contain_text(f"{instant.astimezone(ZoneInfo('Asia/Tokyo')):%H:%M}")
    expect(element).to_have_attribute("title", f"{instant:%Y-%m-%d %H:%M:%S} UTC")


@in_tokyo
def test_in_what_an_event_is_about(page: Page, dashboard: Dashboard):
    platform = dashboard.platform()
    platform.users.add("t-tokyo", "Tomoko Times")
    token = platform.tokens.add("t-tokyo", "nightly", {"orders": Access.READ}).token
    screen("Audit Log")(page)
    page.get_by_role("searchbox", name="Search").fill("t-tokyo")
    row = page.get_by_role("row").filter(has_text="add token").filter(has_text="user: t-tokyo")
    expect_tokyo_time(row.locator("summary time"), token.expires_at)


@in_tokyo
def test_in_the_question_before_a_token_is_revoked(page: Page, dashboard: Dashboard):
    tokens = dashboard.platform().tokens.page(SHOWCASE).rows
    token = next(token for token in tokens if token.last_used_at)
    detail(page)
    page.get_by_role("link", name=f"Revoke {token.name}", exact=True).click()
    said = page.get_by_role("dialog").locator("time")
    assert token.last_used_at is not None
    expect_tokyo_time(said, token.last_used_at)


@in_tokyo
def test_a_name_that_is_like_a_time_and_is_none_stays_as_it_is(page: Page, dashboard: Dashboard):
    platform = dashboard.platform()
    names = ("2026-13-45T00:00:00", "2026-99-99T00:00:00+00:00")
    for name in names:
        platform.users.add(f"t-{name[5:10]}", name)
    screen("Audit Log")(page)
    page.get_by_role("searchbox", name="Search").fill("t-")
    for name in names:
        expect(page.get_by_role("row").filter(has_text=f"name: {name}")).to_be_visible()
