"""Modal dialogs in a real browser: secrets that are shown once, and questions asked once."""

from __future__ import annotations

import csv

import pytest
from live import Dashboard
from playwright.sync_api import Locator, Page, expect

from tokenwidgets.vocabulary import Access


@pytest.fixture
def user(dashboard: Dashboard, request: pytest.FixtureRequest) -> str:
    """A user of the test's own, with the token "old"."""
    user_id = f"d-{abs(hash(request.node.name)) % 10**8}"
    platform = dashboard.platform()
    platform.users.add(user_id, "Dora Dialog")
    platform.tokens.add(user_id, "old", {platform.apis.list()[0].name: Access.READ})
    return user_id


@pytest.fixture
def tokens(page: Page, user: str) -> Page:
    """The page at the user's tokens."""
    page.get_by_role("searchbox", name="Search users").fill(user)
    page.get_by_role("link", name=user, exact=True).click()
    page.get_by_role("tab", name="API Tokens").click()
    expect(page.get_by_role("link", name="Edit old")).to_be_visible()
    return page


def add(page: Page, name: str, *, separate: bool = False) -> Locator:
    """Add a token that reads all APIs; gives the dialog with its secret."""
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_label("Token name").fill(name)
    page.get_by_label("Access Level").select_option("Read Access")
    page.get_by_label("Apply to all APIs").check()
    page.get_by_label("A separate token for each API").set_checked(separate)
    page.get_by_role("button", name="Save").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Done")).to_be_visible()
    return dialog


def test_escape_does_not_close_a_secret_until_it_was_copied(tokens: Page):
    dialog = add(tokens, "kept")
    for _ in range(3):
        tokens.keyboard.press("Escape")
    expect(dialog.get_by_role("status")).to_contain_text("Copy it first")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Copy").click()
    expect(dialog.get_by_role("status")).to_have_text("Copied")
    tokens.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_a_secret_is_gone_after_a_reload(tokens: Page, user: str):
    dialog = add(tokens, "once")
    secret = dialog.get_by_role("textbox").input_value()
    assert secret.startswith("twk_")
    tokens.reload()
    tokens.get_by_role("searchbox", name="Search users").fill(user)
    tokens.get_by_role("link", name=user, exact=True).click()
    tokens.get_by_role("tab", name="API Tokens").click()
    expect(tokens.get_by_role("link", name="Edit once")).to_be_visible()
    expect(tokens.get_by_role("dialog")).to_be_hidden()
    assert secret not in tokens.content()
    assert (
        tokens.evaluate("JSON.stringify({...localStorage, ...sessionStorage})").count(secret) == 0
    )


def test_a_secret_is_copied_where_there_is_no_clipboard_interface(tokens: Page):
    dialog = add(tokens, "plain-http")
    tokens.evaluate("Object.defineProperty(window, 'isSecureContext', { value: false })")
    tokens.evaluate("navigator.clipboard.writeText('something else')")
    dialog.get_by_role("button", name="Copy").click()
    expect(dialog.get_by_role("status")).to_have_text("Copied")
    copied = tokens.evaluate("navigator.clipboard.readText()")
    assert copied == dialog.get_by_role("textbox").input_value()
    dialog.get_by_role("button", name="Done").click()


def test_a_downloaded_name_is_no_formula(tokens: Page, dashboard: Dashboard, user: str):
    dialog = add(tokens, '=HYPERLINK("//x"),é', separate=True)
    with tokens.expect_download() as download:
        dialog.get_by_role("button", name="Download as CSV").click()
    dialog.get_by_role("button", name="Done").click()
    with download.value.path().open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["Name", "Token"]
    names = {token.name for token in dashboard.platform().tokens.page(user).rows} - {"old"}
    assert {name for name, _ in rows} == {f"'{name}" for name in names}
    assert all(secret.startswith("twk_") for _, secret in rows)


def test_a_question_that_destroys_begins_on_cancel(tokens: Page, dashboard: Dashboard, user: str):
    tokens.get_by_role("link", name="Revoke old").press("Enter")
    cancel = tokens.get_by_role("dialog").get_by_role("button", name="Cancel")
    expect(cancel).to_be_focused()
    tokens.keyboard.press("Enter")
    expect(tokens.get_by_role("dialog")).to_be_hidden()
    expect(tokens.get_by_role("link", name="Revoke old")).to_be_focused()
    assert dashboard.platform().tokens.page(user).total == 1


def test_what_is_confirmed_three_times_is_done_once(tokens: Page, dashboard: Dashboard, user: str):
    tokens.get_by_role("link", name="Regenerate old").click()
    dialog = tokens.get_by_role("dialog", name="Regenerate old")
    expect(dialog.get_by_label("Expiration (Months)")).to_be_focused()
    dialog.get_by_role("button", name="Regenerate").evaluate(
        "button => { for (const _ of [1, 2, 3]) button.click(); }"
    )
    secret = tokens.get_by_role("dialog", name="Your new token")
    expect(secret.get_by_role("textbox")).to_have_count(1)
    secret.get_by_role("button", name="Done").click()
    expect(tokens.get_by_role("link", name="Regenerate old")).to_be_focused()
    events = dashboard.platform().history.of_user(user).rows
    assert [event.action for event in events].count("regenerate token") == 1
