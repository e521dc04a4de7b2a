"""What is shown of names, times and themes, and where the keyboard is: views in an empty page."""

from __future__ import annotations

import pytest
from mounted import Mount
from playwright.sync_api import BrowserContext, Page, expect

from tokenwidgets.widgets import chart as charts
from tokenwidgets.widgets.paged_table import PagedTable
from tokenwidgets.widgets.profile_form import ProfileForm
from tokenwidgets.widgets.record_form import RecordForm
from tokenwidgets.widgets.tab_strip import TabStrip

# What reaches out of the cell that it is in.
STICKING_OUT = """() => [...document.querySelectorAll("td *")]
    .filter((each) => each.getBoundingClientRect().right
        > each.closest("td").getBoundingClientRect().right)
    .map((each) => each.outerHTML)"""

# In place of Vega: keeps the colours that it was told to draw in.
COLOURS_OF_VEGA = """const vegaEmbed = async (canvas, spec) => {
    window.drawnOn = spec.background;
    return { view: { addEventListener() {} }, finalize() {} };
};"""


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def test_a_name_stays_in_its_cell_as_it_is_written(page: Page, mount: Mount):
    kinds = {"key": "link", "of": "text", "groups": "list", "about": "more"}
    columns = [{"key": key, "label": key, "kind": kind} for key, kind in kinds.items()]
    persian = "علی‌رضا"  # with the joiner that it needs
    about = "until 2026-09-15T10:30:00+00:00 or so"
    row = {"key": "g" * 100, "of": persian, "groups": ["d" * 100], "about": about}
    mount(PagedTable(columns=columns, rows=[row]))
    expect(page.get_by_text(persian, exact=True)).to_be_visible()
    for width in (1280, 400):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(STICKING_OUT) == []
    # Text and time are one text, not columns side by side.
    assert page.locator("[data-kind=more] > *").count() == 1


@pytest.mark.parametrize("context", ["UTC"], indirect=True)
def test_tomorrow_and_next_month_are_the_calendar_s(
    context: BrowserContext, page: Page, mount: Mount
):
    context.clock.set_fixed_time("2026-11-30T23:00Z")
    said = {
        "2026-12-01T23:30Z": "tomorrow",
        "2026-12-02T00:30Z": "in 2 days",
        "2026-12-31T23:30Z": "next month",
        "2027-01-01T09:00Z": "in 1 month",
    }
    columns = [{"key": "key", "label": "Ends", "kind": "expiry"}]
    mount(PagedTable(columns=columns, rows=[{"key": each} for each in said]))
    expect(page.locator("td .tw-expiry > :last-child")).to_have_text(list(said.values()))


def test_who_adds_something_can_type_at_once(page: Page, mount: Mount):
    page.keyboard.press("Shift")  # by somebody who is there
    field = {"name": "name", "label": "Group name", "kind": "text"}
    forms = {
        "User ID": ProfileForm(adding=True, editable=True),
        "Group name": RecordForm(fields=[field], values={"name": "", "departments": []}, form="1"),
    }
    for label, form in forms.items():
        views = mount(TabStrip(heading="New", tabs=["General"])), mount(form)
        expect(page.get_by_label(label)).to_be_focused()
        for view in views:
            view.remove()


def test_a_chart_is_in_the_theme_that_was_changed_while_it_was_hidden(
    page: Page, mount: Mount, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(charts, "vega_embed", lambda: COLOURS_OF_VEGA)
    figure = {"title": "Tokens", "summary": "", "spec": {}, "columns": ["API"]}
    mount(charts.Chart(figures=[{**figure, "rows": [{"label": "orders", "cells": []}]}]))
    page.wait_for_function("() => window.drawnOn")
    page.evaluate(
        """() => {
            document.body.hidden = true;
            document.body.dataset.jpThemeLight = "false";
            setTimeout(() => { document.body.hidden = false; });
        }"""
    )
    page.wait_for_function("() => window.drawnOn === 'rgb(22, 24, 28)'")
