"""Every screen and dialog passes axe-core, fits its window and looks as it did, in both themes."""

from __future__ import annotations

import itertools
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from live import Dashboard, running
from pictures import MOST, how_many_differ, other_than_before, still, take
from playwright.sync_api import Browser, BrowserContext, Page
from scenes import ALL

from tokenwidgets import demo
from tokenwidgets.database import Database

WIDTHS = (400, 800, 1600)
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
STANDS_AT = datetime(2026, 9, 15, 10, 30, tzinfo=UTC)
STILL = Path(__file__).resolve().parent.parent / "support" / "still"


@pytest.fixture(scope="module")
def axe() -> Axe:
    return Axe()


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """A dashboard on a demo platform where the clock stands still."""
    folder = tmp_path_factory.mktemp("stage")
    database = Database(f"sqlite:///{folder / 'platform.db'}")
    demo.build(database, at=STANDS_AT)
    database.close()
    environment = {
        "TOKENWIDGETS_LOCAL_USER": demo.ADMIN,
        "STANDS_AT": STANDS_AT.isoformat(),
        "PYTHONPATH": os.pathsep.join(filter(None, [str(STILL), os.environ.get("PYTHONPATH")])),
    }
    arguments = ("serve", "--identity", "local", "--port", "0")
    with running(folder, *arguments, **environment) as dashboard:
        yield dashboard


@pytest.fixture(scope="module")
def reset(stage: Dashboard) -> Callable[[], None]:
    """Put the platform back to what it was in the beginning, whatever a scene has done to it."""
    file = stage.folder / "platform.db"
    beginning = sqlite3.connect(":memory:", check_same_thread=False)
    with closing(sqlite3.connect(file)) as now:
        now.backup(beginning)

    def put_back() -> None:
        with closing(sqlite3.connect(file)) as now:
            beginning.backup(now)

    return put_back


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser profile in which nothing moves, neither time nor what is drawn."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900},
        reduced_motion="reduce",
        timezone_id="UTC",
        locale="en-US",
    )
    context.clock.set_fixed_time(STANDS_AT)
    yield context
    context.close()


@pytest.mark.parametrize("scene", ALL)
def test_a_screen_has_no_violation_nothing_sticks_out_and_it_looks_as_before(
    context: BrowserContext,
    stage: Dashboard,
    reset: Callable[[], None],
    axe: Axe,
    scene: str,
):
    reset()
    page = context.new_page()
    page.goto(stage.url)
    ALL[scene](page)
    still(page)
    page.evaluate(axe.axe_script)
    found = []
    for theme, width in itertools.product(THEMES, WIDTHS):
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": width, "height": 900})
        wrong = violations(page)
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wrong.append("the page scrolls sideways")
        if other := other_than_before(f"{scene}-{theme}-{width}", page):
            wrong.append(other)
        found += [f"{theme}, {width} px: {each}" for each in wrong]
    if scene == "summary":
        assert_that_a_change_would_be_seen(page)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("about:blank")
    assert found == []


def assert_that_a_change_would_be_seen(page: Page) -> None:
    """Another colour of one button and the loss of one column are told apart from nothing."""
    before = take(page)
    for change in (
        ".tw-primary { background: #7b1fa2 !important; }",
        ".tw-table :is(th, td):nth-child(4) { display: none; }",
    ):
        style = page.add_style_tag(content=change)
        assert how_many_differ(before, take(page)) > 2 * MOST, change
        style.evaluate("style => style.remove()")
    assert how_many_differ(before, take(page)) == 0


def violations(page: Page) -> list[str]:
    """What axe-core, which the page has, objects to: the rule, and what breaks it first."""
    found = page.evaluate("axe.run({ resultTypes: ['violations'] })")
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:200]}" for rule in found["violations"]]
