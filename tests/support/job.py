"""The steps of the main job, as a person does them."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

__all__ = ["add_token", "open_user", "row_of", "take_secret"]


def open_user(page: Page, user_id: str, tab: str = "API Tokens") -> Locator:
    """Go from the menu to a user's tab; gives the tab's panel."""
    page.get_by_role("button", name="Security").click()
    page.get_by_role("menuitem", name="Application Users").click()
    page.get_by_role("searchbox", name="Search users").fill(user_id)
    page.get_by_role("link", name=user_id, exact=True).click()
    page.get_by_role("tab", name=tab).click()
    return page.get_by_role("tabpanel", name=tab)


def add_token(page: Page, name: str, **access: str) -> str:
    """Add a token from the grid; gives the secret that was shown."""
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_label("Token name").fill(name)
    for api, level in access.items():
        page.get_by_role("group", name=api, exact=True).get_by_role("radio", name=level).check()
    page.get_by_role("button", name="Save", exact=True).click()
    return take_secret(page)


def take_secret(page: Page) -> str:
    """Copy the secret that is on show, and say that it is done; nothing of it is left behind."""
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Copy").click()
    expect(dialog.get_by_text("Copied")).to_be_visible()
    secret: str = page.evaluate("navigator.clipboard.readText()")
    dialog.get_by_role("button", name="Done").click()
    expect(dialog).to_be_hidden()
    assert secret not in page.content()
    return secret


def row_of(page: Page, name: str) -> Locator:
    """The row of a table that has this text in it."""
    return page.get_by_role("row").filter(has_text=name)
