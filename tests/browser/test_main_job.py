"""The job that the dashboard is for, from the menu to the last token, by role and name."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from job import add_token, open_user, row_of, take_secret
from live import Dashboard
from playwright.sync_api import Page, expect

from tokenwidgets.tokens import TokenRow
from tokenwidgets.verifier import Verifier
from tokenwidgets.vocabulary import Access, add_months


@pytest.fixture
def user(dashboard: Dashboard, request: pytest.FixtureRequest) -> str:
    """A user of the test's own, without tokens."""
    user_id = f"u-{abs(hash(request.node.name)) % 10**8}"
    dashboard.platform().users.add(user_id, "Uma Ubel", email="uma@example.org")
    return user_id


def test_add_is_six_months_and_no_access_until_something_else_is_chosen(
    page: Page, dashboard: Dashboard, user: str
):
    open_user(page, user)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_label("Expiration (Months)")).to_have_value("6")
    groups = page.get_by_role("group").filter(has=page.get_by_role("radio", name="No Access"))
    apis = len(dashboard.platform().apis.list())
    expect(groups).to_have_count(apis)
    expect(page.get_by_role("radio", name="No Access", checked=True)).to_have_count(apis)


def test_one_level_is_applied_to_all_apis_and_the_secret_opens_them(
    page: Page, dashboard: Dashboard, user: str
):
    for number in range(9):
        dashboard.platform().tokens.add(user, f"older {number}", Access.READ)
    open_user(page, user)
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_label("Token name").fill("nightly-load")
    page.get_by_label("Access Level").select_option("Read Access")
    page.get_by_label("Apply to all APIs").check()
    apis = len(dashboard.platform().apis.list())
    expect(page.get_by_role("radio", name="Read Access", checked=True)).to_have_count(apis)
    page.get_by_role("button", name="Save").click()
    secret = take_secret(page)
    expect(row_of(page, "nightly-load")).to_contain_text("active")
    # From the foot of a long form, too, one sees what came of it.
    expect(page.get_by_text("“nightly-load” was added.")).to_be_in_viewport(ratio=1)

    (token,) = [
        row for row in dashboard.platform().tokens.page(user).rows if row.name == "nightly-load"
    ]
    assert token.expires_at.date() == add_months(token.created_at, 6).date()
    verifier = Verifier(dashboard.database_url)
    api = next(iter(token.grants))
    assert verifier.check(secret, api, "GET").allowed
    assert not verifier.check(secret, api, "POST").allowed


def lasts(token: TokenRow, months: int, began: datetime) -> bool:
    """Whether it was given so many months at some instant since then."""
    first, last = (add_months(since, months).date() for since in (began, datetime.now(UTC)))
    return first <= token.expires_at.date() <= last


def test_a_token_is_edited_regenerated_and_revoked(page: Page, dashboard: Dashboard, user: str):
    began = datetime.now(UTC)
    open_user(page, user)
    apis = [api.name for api in dashboard.platform().apis.list() if not api.read_only][:2]
    first = add_token(page, "billing-sync", **{apis[0]: "Full Access"})
    verifier = Verifier(dashboard.database_url)
    assert verifier.check(first, apis[0], "POST").allowed

    page.get_by_role("link", name="Edit billing-sync").click()
    expect(page.get_by_label("Expiration (Months)")).to_have_value("keep")
    group = page.get_by_role("group", name=apis[0], exact=True)
    expect(group.get_by_role("radio", name="Full Access")).to_be_checked()
    group.get_by_role("radio", name="Read Access").check()
    page.get_by_label("Expiration (Months)").select_option("12")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="was saved")).to_be_visible()
    assert not verifier.check(first, apis[0], "POST").allowed
    assert verifier.check(first, apis[0], "GET").allowed
    (token,) = dashboard.platform().tokens.page(user).rows
    assert lasts(token, 12, began)

    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status").filter(has_text="is as before")).to_be_visible()
    expect(page.get_by_role("button", name="Undo")).to_be_hidden()
    expect(page.get_by_role("button", name="Dismiss")).to_be_focused()
    assert verifier.check(first, apis[0], "POST").allowed
    (token,) = dashboard.platform().tokens.page(user).rows
    assert lasts(token, 6, began)

    page.get_by_role("link", name="Regenerate billing-sync").click()
    dialog = page.get_by_role("dialog", name="Regenerate billing-sync")
    expect(dialog.get_by_label("Expiration (Months)")).to_have_value("6")
    dialog.get_by_label("Expiration (Months)").select_option("3")
    dialog.get_by_role("button", name="Regenerate").click()
    second = take_secret(page)
    assert second != first
    assert not verifier.check(first, apis[0], "GET").allowed
    assert verifier.check(second, apis[0], "GET").allowed

    page.get_by_role("link", name="Revoke billing-sync").click()
    dialog = page.get_by_role("dialog", name="Revoke billing-sync")
    expect(dialog).to_contain_text(apis[0])
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("link", name="Revoke billing-sync")).to_be_focused()
    assert verifier.check(second, apis[0], "GET").allowed

    page.get_by_role("link", name="Revoke billing-sync").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke Token").click()
    expect(page.get_by_role("link", name="Edit billing-sync")).to_be_hidden()
    assert not verifier.check(second, apis[0], "GET").allowed
    page.get_by_label("Show revoked and expired").check()
    expect(row_of(page, "billing-sync")).to_contain_text("revoked")


def test_all_tokens_of_a_user_are_revoked_at_once(page: Page, dashboard: Dashboard, user: str):
    open_user(page, user)
    api = dashboard.platform().apis.list()[0].name
    secrets = [add_token(page, name, **{api: "Read Access"}) for name in ("one", "two", "three")]
    page.get_by_role("button", name="Revoke All").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("3 live tokens")
    dialog.get_by_role("button", name="Revoke All Tokens").click()
    expect(page.get_by_role("status").filter(has_text="3 tokens were revoked")).to_be_visible()
    verifier = Verifier(dashboard.database_url)
    assert not any(verifier.check(secret, api, "GET").allowed for secret in secrets)


def test_a_separate_token_is_made_for_each_api(page: Page, dashboard: Dashboard, user: str):
    open_user(page, user)
    apis = [api.name for api in dashboard.platform().apis.list()][:2]
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_label("Token name").fill("etl")
    for api in apis:
        page.get_by_role("group", name=api, exact=True).get_by_label("Read Access").check()
    page.get_by_label("A separate token for each API").check()
    page.get_by_role("button", name="Save").click()
    dialog = page.get_by_role("dialog")
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Download as CSV").click()
    lines = download.value.path().read_text("utf-8").splitlines()
    assert len(lines) == 3
    dialog.get_by_role("button", name="Done").click()
    for api in apis:
        expect(page.get_by_role("link", name=f"Edit etl-{api}", exact=True)).to_be_visible()


def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(
    page: Page, dashboard: Dashboard, user: str
):
    open_user(page, user)
    api = dashboard.platform().apis.list()[0].name
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("group", name=api, exact=True).get_by_label("Read Access").check()
    page.get_by_role("button", name="Save").click()
    name = page.get_by_label("Token name")
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_be_focused()
    name.fill("kept")
    page.get_by_role("group", name=api, exact=True).get_by_label("No Access").check()
    page.get_by_role("button", name="Save").click()
    expect(
        page.get_by_text("choose Read Access or Full Access for at least one API")
    ).to_be_visible()
    expect(name).to_have_value("kept")
    assert dashboard.platform().tokens.page(user).total == 0

    page.get_by_role("group", name=api, exact=True).get_by_label("Read Access").check()
    page.get_by_role("button", name="Save").click()
    take_secret(page)
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_label("Token name").fill("KEPT")
    page.get_by_role("group", name=api, exact=True).get_by_label("Read Access").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("has a live token named KEPT already")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    assert dashboard.platform().tokens.page(user).total == 1


def test_a_second_admin_is_told_of_the_newer_state(page: Page, dashboard: Dashboard, user: str):
    open_user(page, user)
    api = dashboard.platform().apis.list()[0].name
    add_token(page, "shared", **{api: "Read Access"})
    page.get_by_role("link", name="Edit shared").click()
    page.get_by_label("Token name").fill("mine")
    (token,) = dashboard.platform().tokens.page(user).rows
    dashboard.platform().tokens.edit(token.id, name="theirs")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Somebody else changed the token theirs")).to_be_visible()
    expect(page.get_by_label("Token name")).to_have_value("theirs")
    assert dashboard.platform().tokens.get(token.id).name == "theirs"


def test_tabs_are_hidden_and_stay_hidden_for_the_actor(page: Page, dashboard: Dashboard, user: str):
    open_user(page, user)
    page.get_by_role("button", name="Menu", exact=True).click()
    page.get_by_role("menuitem", name="Tabs").click()
    page.get_by_role("checkbox", name="Activity").uncheck()
    expect(page.get_by_role("tab", name="Activity")).to_be_hidden()
    # What is asked later is answered later, so the choice is stored by then.
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="General").click()
    expect(page.get_by_role("tabpanel", name="General")).to_be_visible()
    page.reload()
    # The search is there again, and what clears it.
    box = page.get_by_role("searchbox", name="Search users")
    expect(box).to_have_value(user)
    place = box.bounding_box()
    page.get_by_role("button", name="Clear search and order").click()
    expect(box).to_have_value("")
    expect(box).to_be_focused()
    expect(page.get_by_role("button", name="Clear search")).to_be_hidden()
    assert box.bounding_box() == place
    expect(page.get_by_role("link", name=user, exact=True)).to_be_hidden()
    open_user(page, user)
    expect(page.get_by_role("tab", name="API Tokens")).to_be_visible()
    expect(page.get_by_role("tab", name="Activity")).to_be_hidden()
    page.get_by_role("button", name="Menu", exact=True).click()
    page.get_by_role("menuitem", name="Tabs").click()
    page.get_by_role("checkbox", name="Activity").check()
    expect(page.get_by_role("tab", name="Activity")).to_be_visible()


def test_the_tokens_of_several_users_are_changed_at_once_and_close_goes_back_to_where_it_was_left(
    page: Page, dashboard: Dashboard
):
    change_several_users(page, dashboard)
    page.get_by_role("button", name="Clear search and order").click()
    page.get_by_label("Rows per page").select_option("10")
    page.get_by_role("columnheader", name="Name").get_by_role("button").click()
    page.get_by_role("button", name="Next page").click()
    expect(page.get_by_text("Page 2", exact=True)).to_be_visible()
    links = page.get_by_role("table").get_by_role("link")
    left = links.all_text_contents()
    links.first.click()
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_text("Page 2", exact=True)).to_be_visible()
    assert page.get_by_role("table").get_by_role("link").all_text_contents() == left


def change_several_users(page: Page, dashboard: Dashboard) -> None:
    """Give access, extend and revoke: each is looked at first, and nobody else is touched."""
    platform = dashboard.platform()
    api = next(api.name for api in platform.apis.list() if not api.read_only)
    for number in range(3):
        platform.users.add(f"several-{number}", f"Several {number}")
        platform.tokens.add(f"several-{number}", "job", {api: Access.READ}, months=3)

    def tokens() -> list[TokenRow]:
        return [platform.tokens.page(f"several-{n}", ended=True).rows[0] for n in range(3)]

    untouched = tokens()[2]
    page.get_by_role("searchbox", name="Search users").fill("several-")
    expect(page.get_by_role("link", name="several-2", exact=True)).to_be_visible()
    for number in range(2):
        row_of(page, f"several-{number}").get_by_role("checkbox").check()
    expect(page.get_by_text("2 selected", exact=True)).to_be_visible()
    dialog = page.get_by_role("dialog")

    page.get_by_role("button", name="Set access").click()
    dialog.get_by_label("API", exact=True).select_option(api)
    dialog.get_by_label("Access", exact=True).select_option("Full Access")
    dialog.get_by_role("button", name="Review").click()
    expect(dialog).to_contain_text(f"job of several-1: access to {api}: Read Access → Full Access")
    dialog.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("status").filter(has_text="2 tokens were changed")).to_be_visible()

    page.get_by_role("button", name="Extend tokens").click()
    dialog.get_by_label("Expiration (Months)").select_option("12")
    dialog.get_by_role("button", name="Review").click()
    expect(dialog).to_contain_text("Change 2 tokens of 2 users?")
    dialog.get_by_role("button", name="Apply").click()
    expect(dialog).to_be_hidden()
    assert [token.months for token in tokens()] == [12, 12, 3]
    assert [token.grants[api] for token in tokens()] == [Access.FULL, Access.FULL, Access.READ]

    page.get_by_role("button", name="Revoke tokens").click()
    dialog.get_by_label("Number of tokens").fill("3")
    dialog.get_by_role("button", name="Revoke", exact=True).click()
    expect(dialog.get_by_role("alert")).to_have_text("Number of tokens: type 2 to confirm.")
    dialog.get_by_label("Number of tokens").fill("2")
    dialog.get_by_role("button", name="Revoke", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="2 tokens were revoked")).to_be_visible()
    assert [token.revoked_at is None for token in tokens()] == [False, False, True]
    assert tokens()[2] == untouched
