"""The main job with the keyboard alone: no test here touches the mouse."""

from __future__ import annotations

from job import open_user
from live import Dashboard
from playwright.sync_api import Locator, Page, expect

from tokenwidgets.vocabulary import Access

MOST_STEPS = 120


def go_to(page: Page, target: Locator, key: str = "Tab") -> None:
    """Press a key until the focus is where a person wants it."""
    expect(target).to_be_visible()
    for _ in range(MOST_STEPS):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{key} does not lead to {target}")


def test_a_token_is_added_edited_regenerated_and_revoked_by_keyboard(
    page: Page, dashboard: Dashboard
):
    dashboard.platform().users.add("k.eyes", "Kay Eyes")
    press, write = page.keyboard.press, page.keyboard.type
    go_to(page, page.get_by_role("button", name="Security"))
    press("Enter")
    expect(page.get_by_role("menuitem", name="Application Users")).to_be_focused()
    press("Enter")
    go_to(page, page.get_by_role("searchbox", name="Search users"))
    write("k.eyes")
    link = page.get_by_role("link", name="k.eyes")
    expect(page.get_by_text("1 user", exact=True)).to_be_visible()
    go_to(page, link)
    press("Enter")
    go_to(page, page.get_by_role("tab", selected=True))
    go_to(page, page.get_by_role("tab", name="API Tokens"), "ArrowRight")

    go_to(page, page.get_by_role("button", name="Add", exact=True))
    press("Enter")
    go_to(page, page.get_by_label("Token name"))
    write("by-keyboard")
    go_to(page, page.get_by_label("Access Level"))
    write("Read")
    go_to(page, page.get_by_label("Apply to all APIs"))
    press("Space")
    go_to(page, page.get_by_role("button", name="Save"))
    press("Enter")
    done(page)

    go_to(page, page.get_by_role("link", name="Edit by-keyboard"))
    press("Enter")
    go_to(page, page.get_by_label("Expiration (Months)"))
    write("12")
    go_to(page, page.get_by_role("button", name="Save"))
    press("Enter")
    expect(page.get_by_role("status").filter(has_text="was saved")).to_be_visible()

    go_to(page, page.get_by_role("link", name="Regenerate by-keyboard"))
    press("Enter")
    go_to(page, page.get_by_role("dialog").get_by_role("button", name="Regenerate"))
    press("Enter")
    done(page)

    go_to(page, page.get_by_role("link", name="Revoke by-keyboard"))
    press("Enter")
    expect(page.get_by_role("dialog").get_by_role("button", name="Cancel")).to_be_focused()
    press("Escape")
    expect(page.get_by_role("link", name="Revoke by-keyboard")).to_be_focused()
    press("Enter")
    go_to(page, page.get_by_role("dialog").get_by_role("button", name="Revoke Token"))
    press("Enter")
    expect(page.get_by_role("status").filter(has_text="was revoked")).to_be_visible()

    go_to(page, page.get_by_role("button", name="Menu", exact=True), "Shift+Tab")
    press("Enter")
    press("Enter")
    go_to(page, page.get_by_role("checkbox", name="General"))
    press("Escape")
    expect(page.get_by_role("button", name="Menu", exact=True)).to_be_focused()
    go_to(page, page.get_by_role("button", name="Close"))
    press("Enter")
    expect(page.get_by_role("link", name="k.eyes")).to_be_focused()
    assert dashboard.platform().tokens.page("k.eyes").total == 0


def test_the_keyboard_stays_on_a_link_whose_row_is_drawn_anew(page: Page, dashboard: Dashboard):
    platform = dashboard.platform()
    platform.users.add("k.stays", "Kit Stays")
    for name in ("ended", "live"):
        token = platform.tokens.add("k.stays", name, {"orders": Access.READ}).token
        if name == "ended":
            platform.tokens.revoke(token.id)
    open_user(page, "k.stays")
    link = page.get_by_role("link", name="Edit live")
    box = page.get_by_label("Show revoked and expired").element_handle()
    # At once: before there is an answer that draws the rows anew.
    link.evaluate("(link, box) => { box.click(); link.focus(); }", box)
    expect(page.get_by_role("row").filter(has_text="ended")).to_be_visible()
    expect(link).to_be_focused()


def done(page: Page) -> None:
    """Copy the secret, and close its dialog."""
    dialog = page.get_by_role("dialog")
    go_to(page, dialog.get_by_role("button", name="Copy"))
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("Copied")).to_be_visible()
    go_to(page, dialog.get_by_role("button", name="Done"))
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
