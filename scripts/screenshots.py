"""Take pictures of a real dashboard on a demo platform of its own.

Without arguments the README's pictures, into docs/images; with a folder every screen, at 400, 800
and 1600 pixels, to be looked at.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))

from live import chromium, running  # noqa: E402
from scenes import ALL, MAIN  # noqa: E402


def main() -> None:
    """Take the pictures that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, help="where to; default: docs/images")
    parser.add_argument("--scene", choices=ALL, action="append", help="only these")
    asked = parser.parse_args()
    every = asked.folder is not None
    folder: Path = asked.folder or ROOT / "docs" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    scenes = {name: ALL[name] for name in asked.scene} if asked.scene else ALL if every else MAIN
    sizes = [(400, 850), (800, 900), (1600, 1000)] if every else [(1280, 800)]
    with (
        tempfile.TemporaryDirectory() as demo,
        running(Path(demo), "demo", "--no-browser", "--port", "0") as dashboard,
        chromium() as browser,
    ):
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


if __name__ == "__main__":
    main()
