"""User groups in a real browser: their controls, their members, and what is not saved yet."""

from __future__ import annotations

import pytest
from live import Dashboard
from playwright.sync_api import Page, expect
from scenes import screen

from tokenwidgets.vocabulary import Control


@pytest.fixture
def group(dashboard: Dashboard, request: pytest.FixtureRequest) -> str:
    """A group of the test's own, which gives one control."""
    name = f"Desk {abs(hash(request.node.name)) % 10**6}"
    dashboard.platform().groups.add(name, controls=[Control.APPLICATION_USERS])
    return name


def open_group(page: Page, group: str, tab: str = "General") -> None:
    screen("User Groups")(page)
    page.get_by_role("searchbox", name="Search groups").fill(group)
    page.get_by_role("link", name=group, exact=True).click()
    page.get_by_role("tab", name=tab).click()
    expect(page.get_by_role("tabpanel", name=tab)).to_be_visible()


def test_a_check_box_gives_a_control_and_the_filter_finds_it(
    page: Page, dashboard: Dashboard, group: str
):
    open_group(page, group, "Controls")
    page.get_by_role("searchbox", name="Filter controls").fill("audit")
    box = page.get_by_role("checkbox", name="Audit Log")
    expect(page.get_by_role("checkbox")).to_have_count(1)
    box.check()
    expect(page.get_by_role("status").filter(has_text="now gives “Audit Log”")).to_be_visible()
    expect(box).to_be_checked()
    controls = dashboard.platform().groups.get(group).controls
    assert controls == (Control.APPLICATION_USERS, Control.AUDIT_LOG)
    page.get_by_role("button", name="Revoke All").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke All").click()
    expect(box).not_to_be_checked()
    assert dashboard.platform().groups.get(group).controls == ()

    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("searchbox", name="Search groups")).to_have_value(group)
    expect(page.get_by_role("table").get_by_role("link")).to_have_count(1)
    page.get_by_role("button", name="Clear search", exact=True).click()
    expect(page.get_by_role("link", name="Administrators", exact=True)).to_be_visible()


def test_the_last_administrator_s_check_box_goes_back_to_what_is(page: Page):
    open_group(page, "Administrators", "Controls")
    box = page.get_by_role("checkbox", name="User Groups", exact=True)
    box.click()
    expect(page.get_by_role("alert").filter(has_text="leave nobody")).to_be_visible()
    expect(box).to_be_checked()


def test_a_member_is_found_by_typing_and_added_by_keyboard_alone(
    page: Page, dashboard: Dashboard, group: str
):
    open_group(page, group, "Members")
    finder = page.get_by_role("combobox", name="Add a member")
    finder.press_sequentially("jdoe")
    expect(page.get_by_role("option", name="jdoe")).to_be_visible()
    finder.press("Enter")
    panel = page.get_by_role("tabpanel", name="Members")
    expect(panel.get_by_role("cell", name="jdoe", exact=True)).to_be_visible()
    expect(finder).to_have_value("")
    expect(finder).to_be_focused()
    assert dashboard.platform().groups.members(group) == ("jdoe",)
    panel.get_by_role("link", name="Remove jdoe").click()
    expect(panel.get_by_text("Nobody is in this group yet")).to_be_visible()


def test_what_is_not_saved_is_not_lost_by_a_slip(page: Page, dashboard: Dashboard, group: str):
    open_group(page, group)
    description = page.get_by_label("Description")
    description.fill("Typed for minutes")
    for way_out in (
        page.get_by_role("button", name="Close"),
        page.get_by_role("tab", name="Members"),
        page.get_by_role("button", name="Copy"),
    ):
        way_out.click()
        question = page.get_by_role("dialog", name="Leave without saving?")
        question.get_by_role("button", name="Keep editing").click()
        expect(question).to_have_count(0)
        expect(description).to_have_value("Typed for minutes")
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("Escape")
    expect(description).to_have_value("Typed for minutes")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="was saved")).to_be_visible()
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("heading", name="User Groups")).to_be_visible()
    assert dashboard.platform().groups.get(group).description == "Typed for minutes"


def test_leaving_without_saving_leaves_all_as_it_was(page: Page, dashboard: Dashboard, group: str):
    open_group(page, group)
    page.get_by_label("Group name").fill("Never saved")
    page.get_by_role("button", name="Security").click()
    page.get_by_role("menuitem", name="APIs").click()
    page.get_by_role("button", name="Leave without saving").click()
    expect(page.get_by_role("heading", name="APIs")).to_be_visible()
    assert dashboard.platform().groups.get(group).name == group
