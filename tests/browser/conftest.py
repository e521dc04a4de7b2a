"""Fixtures for tests in a real browser: the demo's dashboard, and a page that it is open on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from live import Dashboard, chromium, running
from mounted import Mount, Mounted
from playwright.sync_api import Browser, BrowserContext, Page, expect
from wire import recording


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """``tokenwidgets demo``, one for all tests; a test changes only what it has made itself."""
    folder = tmp_path_factory.mktemp("demo")
    with running(folder, "demo", "--no-browser", "--port", "0") as dashboard:
        yield dashboard


@pytest.fixture
def context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """A browser profile of the test's own, 1280 x 900 pixels; its parameter is a time zone.

    The locale is English as in Britain, where hours are from 0 to 23.
    """
    context = browser.new_context(
        viewport={"width": 1280, "height": 900},
        locale="en-GB",
        timezone_id=getattr(request, "param", None),
    )
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, dashboard: Dashboard) -> Iterator[Page]:
    """The dashboard, open at its first screen as at a first visit.

    The test fails on any error in the page.
    """
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
    dashboard.forget_searches()
    page.goto(dashboard.url)
    expect(page.get_by_role("heading", name="Application Users")).to_be_visible(timeout=60_000)
    yield page
    leave(page)
    assert complaints == []


def leave(page: Page) -> None:
    """Go away from the dashboard, so that it ends the page's kernel; closing a profile does not."""
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("about:blank")


@pytest.fixture
def mount(page: Page) -> Iterator[Mount]:
    """Show a component in the page, without a kernel: the test says when it is answered."""
    with recording() as wire:
        yield lambda component: Mounted(page, wire, component)
