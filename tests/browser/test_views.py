"""Views on their own, behind a line that is slower than the person: nothing done is lost."""

from __future__ import annotations

from typing import Any

import pytest
from mounted import Mount
from playwright.sync_api import BrowserContext, Page, expect

from tokenwidgets.widgets import chart as charts
from tokenwidgets.widgets.dialog import Dialog
from tokenwidgets.widgets.filter_bar import FilterBar
from tokenwidgets.widgets.menu_bar import MenuBar
from tokenwidgets.widgets.paged_table import PagedTable
from tokenwidgets.widgets.profile_form import ProfileForm
from tokenwidgets.widgets.tab_strip import TabStrip
from tokenwidgets.widgets.user_finder import FindUsers, UserFinder

# What is listened to outside of a view, by the events' names.
COUNT_LISTENERS = """() => {
    const listeners = [];
    for (const target of [window, document]) {
        const { addEventListener: add, removeEventListener: remove } = target;
        const same = (event, listener) => (each) =>
            each.target === target && each.event === event && each.listener === listener;
        target.addEventListener = (event, listener, more) => {
            if (!listeners.some(same(event, listener))) listeners.push({ target, event, listener });
            add.call(target, event, listener, more);
        };
        target.removeEventListener = (event, listener, more) => {
            const at = listeners.findIndex(same(event, listener));
            if (at >= 0) listeners.splice(at, 1);
            remove.call(target, event, listener, more);
        };
    }
    // Others are Playwright's, too.
    const ours = ["beforeunload", "focusin", "resize", "scroll"];
    window.listenedTo = () =>
        listeners.map((each) => each.event).filter((each) => ours.includes(each));
}"""

# In place of Vega: draws when it is told to, and counts the drawings that are not let go of.
SLOW_VEGA = """const vegaEmbed = async () => {
    await new Promise((resolve) => { window.draw = resolve; });
    window.drawings = 1;
    const view = { addEventListener() {} };
    return { view, finalize() { window.drawings -= 1; } };
};"""


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """An empty page that knows what is listened to in it."""
    page = context.new_page()
    page.evaluate(COUNT_LISTENERS)
    return page


def listened_to(page: Page) -> list[str]:
    return page.evaluate("() => window.listenedTo()")


def test_who_is_found_is_shown_again_for_the_same_text(page: Page, mount: Mount):
    finder = UserFinder()

    def find(message: Any) -> None:
        if isinstance(message, FindUsers) and message.text != "lost":
            finder.found = [{"key": "jdoe", "name": "Jane Doe", "note": ""}]
            finder.asked = message.text

    finder.listen(find)
    view = mount(finder)
    box, option = page.get_by_role("combobox"), page.get_by_role("option", name="jdoe")
    box.press_sequentially("jd")
    view.answer()
    expect(option).to_be_visible()
    for _ in range(2):
        box.press("Escape")
        expect(option).to_be_hidden()
        box.fill("")
        box.press_sequentially("jd")
        view.answer()
        expect(option).to_be_visible()
    # As when the database is away.
    box.fill("lost")
    view.answer()
    expect(option).to_be_hidden()
    # With the box empty, and another group on show.
    finder.forget()
    view.tell()
    expect(box).to_have_value("")
    box.press_sequentially("jd")
    view.answer()
    expect(option).to_be_visible()
    box.press("Escape")
    box.press("ArrowDown")
    view.answer()
    expect(option).to_be_visible()
    # The page goes first, and then the view.
    view.remove()
    assert listened_to(page) == []


def test_a_profile_is_saved_once_for_each_answer(page: Page, mount: Mount):
    form = ProfileForm(editable=True, form="first")
    view = mount(form)
    page.get_by_label("Name").fill("Jane")
    page.get_by_role("button", name="Save").dblclick()
    assert [message["form"] for message in view.sent()] == ["first"]
    form.listen(lambda _: setattr(form, "errors", {"Email": "is not an e-mail address."}))
    for _ in range(2):
        view.answer()
        expect(page.get_by_label("Email")).to_be_focused()
        page.get_by_role("button", name="Save").click()
    form.form = "second"
    view.tell()
    page.get_by_role("button", name="Save").click()
    assert [message["form"] for message in view.sent()] == ["first", "second"]


def test_a_form_that_is_gone_keeps_nobody_from_leaving(page: Page, mount: Mount):
    view = mount(ProfileForm(editable=True, form="first"))
    page.get_by_label("Name").press_sequentially("Ja")
    assert listened_to(page) == ["beforeunload"]
    view.remove()
    page.evaluate("() => new Promise((done) => setTimeout(done))")
    assert listened_to(page) == []


def test_of_two_messages_at_once_the_last_is_shown_alone(page: Page, mount: Mount):
    bar = MenuBar(items=["APIs"])
    view = mount(bar)
    bar.warn("It was refused.")
    bar.say("It was done.")
    view.tell()
    expect(page.get_by_role("status").filter(has_text="It was done.")).to_be_visible()
    page.wait_for_timeout(50)
    expect(page.get_by_text("It was refused.")).to_have_count(0)


def test_a_menu_that_goes_with_its_page_is_watched_no_more(page: Page, mount: Mount):
    view = mount(MenuBar(items=["APIs"]))
    page.get_by_role("button", name="Security").click()
    assert sorted(listened_to(page)) == ["focusin", "resize", "scroll"]
    view.remove()
    assert listened_to(page) == []


def test_a_question_waits_until_it_can_be_seen(page: Page, mount: Mount):
    dialog = Dialog()
    view = mount(dialog)
    view.hide()
    dialog.ask("Revoke nightly?", confirm="Revoke")
    view.tell()
    # Out of sight a modal dialog would make the whole page dead.
    expect(page.locator("dialog[open]")).to_have_count(0)
    view.hide(False)
    expect(page.get_by_role("dialog", name="Revoke nightly?")).to_be_visible()


def test_of_two_views_of_a_question_the_one_in_sight_asks_whatever_else_is_asked(
    page: Page, mount: Mount
):
    other, dialog = Dialog(), Dialog()
    beside, view = mount(other), mount(dialog)
    view.hide()
    view.show_twice()
    other.ask("Leave without saving?", confirm="Leave")
    beside.tell()
    dialog.ask("Revoke nightly?", confirm="Revoke")
    view.tell()
    question = page.get_by_role("dialog", name="Revoke nightly?")
    expect(question).to_be_visible()
    view.hide(False)
    dialog.refuse("Type the number.")
    view.tell()
    expect(question.get_by_text("Type the number.")).to_be_visible()
    expect(page.locator("dialog[open]")).to_have_count(2)
    dialog.dismiss()
    view.tell()
    expect(page.locator("dialog[open]")).to_have_count(1)


def test_a_chart_that_goes_while_it_is_drawn_leaves_nothing(
    page: Page, mount: Mount, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(charts, "vega_embed", lambda: SLOW_VEGA)
    figure = {"title": "Tokens", "summary": "", "spec": {}, "columns": ["API"]}
    view = mount(charts.Chart(figures=[{**figure, "rows": [{"label": "orders", "cells": []}]}]))
    page.wait_for_function("() => window.draw")
    view.remove()
    page.evaluate("() => window.draw()")
    page.wait_for_function("() => window.drawings === 0")


def test_a_double_click_is_for_what_the_first_click_was_on_alone(page: Page, mount: Mount):
    names = ["asmith", "jdoe", "jlee"]
    action = {"key": "remove", "label": "Actions", "kind": "action"}
    table = PagedTable(columns=[action], rows=[{"key": each, "remove": "Remove"} for each in names])
    table.listen(lambda message: table.set_trait("rows", table.rows[1:]))
    view = mount(table)
    page.get_by_role("link").first.hover()
    for count in (1, 2):
        page.mouse.down(click_count=count)
        page.mouse.up(click_count=count)
        view.answer() if count == 1 else None
    assert [row["key"] for row in table.rows] == ["jdoe", "jlee"]
    assert view.sent() == []
    page.get_by_role("link").first.click()
    view.answer()
    assert [row["key"] for row in table.rows] == ["jlee"]


def test_a_button_is_pressed_once_however_often_one_clicks_and_not_while_it_is_disabled(
    page: Page, mount: Mount
):
    download = {"name": "download", "label": "Download"}
    more = {"name": "more", "label": "Download as", "items": ["CSV"], "disabled": True}
    view = mount(FilterBar(actions=[download, more]))
    page.get_by_role("button", name="Download", exact=True).dblclick()
    menu = page.get_by_role("button", name="Download as")
    menu.click(force=True)
    menu.press("ArrowDown")
    expect(page.get_by_role("menuitem")).to_have_count(0)
    assert view.sent() == [{"type": "act", "name": "download"}]


def test_tabs_are_gone_through_faster_than_they_are_answered(page: Page, mount: Mount):
    strip = TabStrip(tabs=["General", "User Groups", "API Tokens", "Activity"], selected="General")
    view = mount(strip)
    general = page.get_by_role("tab", name="General")
    general.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    view.answer()
    expect(general).to_be_focused()
    expect(page.get_by_role("tab", selected=True)).to_have_text("General")
    view.answer()
    assert strip.selected == "General"
    expect(page.get_by_role("tab", selected=True)).to_have_text("General")

    page.get_by_role("button", name="Menu").click()
    page.get_by_role("menuitem", name="Tabs").click()
    for name in ("General", "User Groups", "API Tokens"):
        page.get_by_role("checkbox", name=name).click()
        if name == "User Groups":
            view.answer()
    expect(page.get_by_role("checkbox", name="Activity")).to_be_disabled()
    view.answer(2)
    assert strip.visible == ["Activity"]
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(1)
    expect(page.get_by_role("tab")).to_have_count(1)
