"""Pictures of screens, compared with those that somebody has looked at and found good.

They are half as large as the screen, which keeps them small and makes nothing of a shade at the
edge of a letter. ``BASELINES=write`` in the environment keeps what is seen as good from then on.
"""

from __future__ import annotations

import io
import os
import time
from pathlib import Path

from PIL import Image, ImageChops
from playwright.sync_api import Page

__all__ = ["how_many_differ", "other_than_before", "still", "take"]

TESTS = Path(__file__).resolve().parent.parent
BASELINES = TESTS / "browser" / "baselines"
RESULTS = TESTS.parent / "test-results"
WRITING = os.environ.get("BASELINES") == "write"

COLOURS = 128
TELLING = 32
"""By how much, of 255, a pixel's red, green or blue has to differ to count."""
DRAWN_WITHIN = 5.0
"""How long a page may take to look as before, in seconds: a chart is drawn after all else."""
MOST = 20
"""How many such pixels are nothing yet; an icon has more. Two runs on a machine differ in none."""

# What no clock and no seed can hold: secrets, and what is shown of them; what blinks; and letters
# that DejaVu lacks, which come from whatever font a machine has for them, or look like boxes.
_STILL_STYLE = """
:root, body {
  --jp-ui-font-family: "DejaVu Sans" !important;
  --jp-code-font-family: "DejaVu Sans Mono" !important;
}
* { caret-color: transparent !important; }
"""
_STILL = r"""() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const still = node.data
      .replace(/_…\w{4}/g, "_…0000")
      .replace(/(warehouse-refresh)-\d+/g, "$1")
      .replace(/[\p{Script=Han}\p{Script=Hangul}]/gu, "□");
    if (still !== node.data) node.data = still;
  }
  window.scrollTo(0, 0);
  for (const input of document.querySelectorAll("input, textarea")) {
    if (/^\w+_\w{36}$/.test(input.value)) input.value = "twk_" + "0".repeat(36);
    if (/^warehouse-refresh-\d+$/.test(input.value)) input.value = "warehouse-refresh";
  }
}"""


def still(page: Page) -> None:
    """Use the fonts that are everywhere, and nothing that blinks."""
    page.add_style_tag(content=_STILL_STYLE)
    page.mouse.move(0, 0)


def take(page: Page) -> Image.Image:
    """A picture of what the window shows, half as large."""
    page.evaluate(_STILL)
    whole = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    return whole.reduce(2)


def pixels_that_differ(one: Image.Image, other: Image.Image) -> Image.Image:
    """White where two pictures of one size differ so that a person can tell; else black."""
    red, green, blue = ImageChops.difference(one, other).split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return most.point(lambda value: 255 if value > TELLING else 0)


def how_many_differ(one: Image.Image, other: Image.Image) -> int:
    """How many pixels of two pictures differ so that a person can tell."""
    return pixels_that_differ(one, other).histogram()[255]


def other_than_before(name: str, page: Page) -> str | None:
    """What is to be said if a page looks other than its picture of this name; else None.

    What is still being drawn is waited for.
    """
    file = BASELINES / f"{name}.png"
    picture = take(page)
    if WRITING:
        BASELINES.mkdir(exist_ok=True)
        # Of the ways to find few colours the one that forgets none that is rare.
        how = Image.Quantize.FASTOCTREE
        small = picture.quantize(COLOURS, method=how, dither=Image.Dither.NONE)
        small.save(file, optimize=True)
        return None
    if not file.exists():
        return f"there is no picture {file.name} yet: `make baselines`, and look at it"
    before = Image.open(file).convert("RGB")
    if before.size != picture.size:
        return f"its size is {picture.size} and not {before.size}"
    until = time.monotonic() + DRAWN_WITHIN
    while (count := how_many_differ(before, picture)) > MOST and time.monotonic() < until:
        page.wait_for_timeout(200)
        picture = take(page)
    return _told(name, before, picture) if count > MOST else None


def _told(name: str, before: Image.Image, picture: Image.Image) -> str:
    """Keep both pictures that somebody has to look at, and say where."""
    mask = pixels_that_differ(before, picture)
    RESULTS.mkdir(exist_ok=True)
    actual, difference = (RESULTS / f"{name}-{which}.png" for which in ("actual", "difference"))
    picture.save(actual)
    white = Image.new("RGB", picture.size, "white")
    pale = Image.blend(picture.convert("L").convert("RGB"), white, 0.6)
    pale.paste((220, 0, 0), mask=mask)
    pale.save(difference)
    count = how_many_differ(before, picture)
    return f"{count:,} pixels are other than in {name}.png: see {actual} and {difference}"
