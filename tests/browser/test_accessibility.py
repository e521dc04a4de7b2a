"""Every screen and dialog passes axe-core and fits its window, in both themes."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from live import Dashboard
from playwright.sync_api import BrowserContext, Page
from scenes import ALL

WIDTHS = (400, 800, 1600)


@pytest.fixture(scope="module")
def axe() -> Axe:
    return Axe()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("scene", ALL)
def test_a_screen_has_no_violation_and_nothing_sticks_out(
    context: BrowserContext, dashboard: Dashboard, axe: Axe, scene: str, theme: str
):
    page = context.new_page()
    page.goto(f"{dashboard.url}&theme={theme}")
    ALL[scene](page)
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"{width} px: {each}" for each in violations(page, axe)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{width} px: the page scrolls sideways")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("about:blank")
    assert found == []


def violations(page: Page, axe: Axe) -> list[str]:
    """What axe-core objects to: the rule, and the first element that breaks it."""
    # Colours are judged as they are when nothing moves any more.
    page.wait_for_timeout(250)
    return [
        f"{rule['id']}: {rule['nodes'][0]['html'][:200]}"
        for rule in axe.run(page).response["violations"]
    ]
