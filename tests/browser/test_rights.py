"""What an actor sees who lacks a control, and that their browser cannot get around it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from live import Dashboard, running
from playwright.sync_api import BrowserContext, expect

from tokenwidgets import demo, errors
from tokenwidgets.database import Database
from tokenwidgets.vocabulary import Access

HELPER = "aokafor"
"""Of the demo's help desk, which may see users and what was done to them, and no tokens."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """A dashboard on a demo platform, for the helper."""
    folder = tmp_path_factory.mktemp("desk")
    database = Database(f"sqlite:///{folder / 'platform.db'}")
    demo.build(database)
    database.close()
    arguments = ("serve", "--identity", "local", "--port", "0")
    with running(folder, *arguments, TOKENWIDGETS_LOCAL_USER=HELPER) as dashboard:
        yield dashboard


def test_the_tab_shows_only_to_who_has_its_control(context: BrowserContext, desk: Dashboard):
    page = context.new_page()
    page.goto(desk.url)
    page.get_by_role("searchbox", name="Search users").fill(demo.SHOWCASE)
    page.get_by_role("link", name=demo.SHOWCASE, exact=True).click()
    expect(page.get_by_role("tab", name="Activity")).to_be_visible()
    expect(page.get_by_role("tab")).to_have_text(["General", "Activity"])
    page.get_by_role("button", name="Security").click()
    expect(page.get_by_role("menuitem")).to_have_text(["Application Users"])
    page.goto("about:blank")


def test_a_deep_link_to_the_tab_opens_no_tab(context: BrowserContext, desk: Dashboard):
    page = context.new_page()
    # The first address signs in and loses its query; the second is the one that is tried.
    page.goto(desk.url)
    expect(page.get_by_role("heading", name="Application Users")).to_be_visible(timeout=60_000)
    page.goto(f"{page.url.partition('?')[0]}?user={demo.SHOWCASE}&tab=API%20Tokens")
    expect(page.get_by_role("tab", name="General")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("tab", name="API Tokens")).to_be_hidden()
    expect(page.get_by_role("button", name="Revoke All")).to_be_hidden()
    page.goto("about:blank")


def test_the_service_refuses_the_same_calls_made_directly(desk: Dashboard):
    admin, actor = desk.platform(), desk.platform(HELPER)
    token = admin.tokens.page(demo.SHOWCASE).rows[0]
    api = admin.apis.list()[0].name
    before = admin.tokens.page(demo.SHOWCASE, ended=True)
    for call in (
        lambda: actor.tokens.page(demo.SHOWCASE),
        lambda: actor.tokens.get(token.id),
        lambda: actor.tokens.add(demo.SHOWCASE, "mine", {api: Access.READ}),
        lambda: actor.tokens.add_separately(demo.SHOWCASE, "mine", {api: Access.READ}),
        lambda: actor.tokens.edit(token.id, name="mine"),
        lambda: actor.tokens.regenerate(token.id),
        lambda: actor.tokens.revoke(token.id),
        lambda: actor.tokens.revoke_all(demo.SHOWCASE),
    ):
        with pytest.raises(errors.NotAllowed):
            call()
    assert admin.tokens.page(demo.SHOWCASE, ended=True) == before
