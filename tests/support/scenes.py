"""The ways to each screen of the dashboard, for tests and for pictures."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tokenwidgets.demo import SHOWCASE

Scene = Callable[[Page], None]

# A user's live tokens have different names, and a scene may be shown more than once.
_NAMES = (f"warehouse-refresh{f'-{n}' if n else ''}" for n in itertools.count())


def summary(page: Page) -> None:
    """The list of users."""
    expect(page.get_by_role("heading", name="Application Users")).to_be_visible(timeout=60_000)


def detail(page: Page) -> None:
    """One user's tokens."""
    summary(page)
    page.get_by_role("searchbox", name="Search users").fill(SHOWCASE)
    page.get_by_role("link", name=SHOWCASE, exact=True).click()
    page.get_by_role("tab", name="API Tokens").click()
    expect(page.get_by_role("button", name="Revoke All")).to_be_visible()


def form(page: Page) -> None:
    """The form, filled."""
    detail(page)
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_label("Token name").fill(next(_NAMES))
    page.get_by_label("Access Level").select_option("Read Access")
    page.get_by_label("Apply to all APIs").check()


def secret(page: Page) -> None:
    """A secret that was just made; its platform is thrown away afterwards."""
    form(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("dialog").get_by_role("button", name="Done")).to_be_visible()


def regenerate(page: Page) -> None:
    """The question before a token is regenerated."""
    detail(page)
    page.get_by_role("link", name="Regenerate").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()


def screen(name: str) -> Scene:
    """A screen of the menu."""

    def open_screen(page: Page) -> None:
        summary(page)
        page.get_by_role("button", name="Security").click()
        page.get_by_role("menuitem", name=name).click()
        expect(page.get_by_role("heading", name=name)).to_be_visible()

    return open_screen


def tab(name: str) -> Scene:
    """A tab of one user."""

    def open_tab(page: Page) -> None:
        detail(page)
        page.get_by_role("tab", name=name).click()
        expect(page.get_by_role("tabpanel", name=name)).to_be_visible()

    return open_tab


def group(name: str) -> Scene:
    """A tab of one group, which is limited to a department."""

    def open_group(page: Page) -> None:
        screen("User Groups")(page)
        page.get_by_role("link", name="Finance Token Desk", exact=True).click()
        page.get_by_role("tab", name=name).click()
        expect(page.get_by_role("tabpanel", name=name)).to_be_visible()

    return open_group


def api(page: Page) -> None:
    """One API."""
    screen("APIs")(page)
    page.get_by_role("link", name="orders", exact=True).click()
    expect(page.get_by_label("API name")).to_be_visible()


def revoke_many(page: Page) -> None:
    """The question before many tokens are revoked."""
    screen("Token Inventory")(page)
    page.get_by_role("button", name="Revoke all that match").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def unsaved(page: Page) -> None:
    """The question before what is not saved is lost."""
    api(page)
    page.get_by_label("Title").fill("Not saved")
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog")).to_be_visible()


MAIN: dict[str, Scene] = {
    "summary": summary,
    "detail": detail,
    "form": form,
    "secret": secret,
}
"""Those of the main job."""

ALL: dict[str, Scene] = {
    **MAIN,
    "regenerate": regenerate,
    "general": tab("General"),
    "groups-of-user": tab("User Groups"),
    "activity": tab("Activity"),
    "groups": screen("User Groups"),
    "group": group("General"),
    "group-controls": group("Controls"),
    "group-members": group("Members"),
    "apis": screen("APIs"),
    "api": api,
    "inventory": screen("Token Inventory"),
    "revoke-many": revoke_many,
    "unsaved": unsaved,
    "audit": screen("Audit Log"),
}
"""All of them."""
