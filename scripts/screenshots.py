"""Take pictures of a real dashboard on a demo platform of its own.

Without arguments the README's pictures, into docs/images; with a folder every screen, at 400, 800
and 1600 pixels, to be looked at.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))

from live import launch_chromium, running  # noqa: E402

from tokenwidgets.demo import SHOWCASE  # noqa: E402

Scene = Callable[[Page], None]


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
    page.get_by_label("Token name").fill("warehouse-refresh")
    page.get_by_label("Access Level").select_option("Read Access")
    page.get_by_label("Apply to all APIs").check()


def secret(page: Page) -> None:
    """A secret that was just made; its platform is thrown away afterwards."""
    form(page)
    page.get_by_role("button", name="Save").click()
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


README: dict[str, Scene] = {
    "summary": summary,
    "detail": detail,
    "form": form,
    "secret": secret,
}
ALL: dict[str, Scene] = {
    **README,
    "regenerate": regenerate,
    "general": tab("General"),
    "groups-of-user": tab("User Groups"),
    "activity": tab("Activity"),
    "groups": screen("User Groups"),
    "apis": screen("APIs"),
    "inventory": screen("Token Inventory"),
    "audit": screen("Audit Log"),
}


def main() -> None:
    """Take the pictures that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, help="where to; default: docs/images")
    parser.add_argument("--scene", choices=ALL, action="append", help="only these")
    asked = parser.parse_args()
    every = asked.folder is not None
    folder: Path = asked.folder or ROOT / "docs" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    scenes = {name: ALL[name] for name in asked.scene} if asked.scene else ALL if every else README
    sizes = [(400, 850), (800, 900), (1600, 1000)] if every else [(1280, 800)]
    with (
        tempfile.TemporaryDirectory() as demo,
        running(Path(demo), "demo", "--no-browser", "--port", "0") as dashboard,
        sync_playwright() as playwright,
    ):
        browser = launch_chromium(playwright)
        for theme in ("light", "dark"):
            for width, height in sizes:
                for name, scene in scenes.items():
                    context = browser.new_context(viewport={"width": width, "height": height})
                    page = context.new_page()
                    page.goto(f"{dashboard.url}&theme={theme}")
                    scene(page)
                    page.wait_for_timeout(400)
                    path = folder / f"{name}-{theme}{f'-{width}' if every else ''}.png"
                    page.screenshot(path=path, full_page=every)
                    # Leaving ends the page's kernel; closing the profile would not.
                    page.on("dialog", lambda dialog: dialog.accept())
                    page.goto("about:blank")
                    context.close()
        browser.close()


if __name__ == "__main__":
    main()
