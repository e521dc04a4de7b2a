"""Filters behind a line that is slower than the person: what was typed and chosen stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from mounted import Mount, Mounted
from playwright.sync_api import BrowserContext, Page, expect

from tokenwidgets.screens.audit_filters import audit_filters
from tokenwidgets.widgets.filter_bar import FilterBar


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def filters(mount: Mount) -> Mounted:
    return mount(FilterBar(heading="Audit Log", filters=audit_filters(["add user"])))


def test_a_date_is_typed_in_peace_whatever_is_answered_meanwhile(page: Page, filters: Mounted):
    page.get_by_label("Action").select_option("add user")
    page.get_by_label("Outcome").select_option("done")
    since = page.get_by_label("Since")
    since.focus()
    page.keyboard.type("0715")
    filters.answer(2)
    # Slower than is waited for: with each of these digits it is a day, and is sent.
    for count, digit in enumerate("2026"):
        page.keyboard.type(digit)
        filters.wait_for(min(count + 1, 2))
        if count:
            filters.answer()
    expect(since).to_have_value("2026-07-15")
    filters.answer()
    expect(since).to_have_value("2026-07-15")
    assert filters.sent() == []


def test_a_date_that_is_typed_fast_is_sent_once(page: Page, filters: Mounted):
    # So fast that no time goes by.
    page.clock.install()
    page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))
    page.get_by_label("Until").focus()
    page.keyboard.type("07152026")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    filters.wait_for(1)
    assert [message["values"] for message in filters.sent()] == [{"until": "2026-07-15"}]


def test_a_filter_that_is_set_before_another_is_answered_stays(page: Page, filters: Mounted):
    page.get_by_label("Action").select_option("add user")
    page.get_by_label("Outcome").select_option("done")
    filters.answer()
    expect(page.get_by_label("Outcome")).to_have_value("done")
    page.get_by_label("Since").fill("2026-01-01")
    filters.answer()
    both = {"action": "add user", "outcome": "done"}
    filters.wait_for(1)
    assert [message["values"] for message in filters.sent()] == [{**both, "since": "2026-01-01"}]
    page.get_by_role("button", name="Clear filters").click()
    filters.answer()
    expect(page.get_by_label("Outcome")).to_have_value("")
    filters.answer()
    assert filters.sent() == []
