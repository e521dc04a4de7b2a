"""What the dashboard's widgets cost in a browser, beside plain ipywidgets.

    python benchmarks/widgets.py                      # 5 rounds, about four minutes
    python benchmarks/widgets.py --rounds 2 --users 200

In Chromium, each page in a profile of its own with nothing cached; ours and the peer in turns,
served by the same server with the same settings of Voila. Medians are told, and of ratios the
medians of those of each round.

- The page: from asking for it until the users can be clicked, beside a notebook with one label.
- The form for a token of 100 and of 500 APIs: from the click until all its radio buttons are drawn,
  beside the same form of Text, Dropdown, RadioButtons and Button in a GridBox, and the messages
  that its kernel sends.
- The kernel, when very many users were opened and closed one after another, each with the form.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1
from playwright.sync_api import Browser, Page, WebSocket, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "support"))

from door import Server, serving
from live import launch_chromium
from widgets_kernel import print_kernels
from widgets_peer import LABEL, PLAIN

from tokenwidgets.bootstrap import initialise
from tokenwidgets.database import Database
from tokenwidgets.platform import open_platform
from tokenwidgets.seed import seed

SIZES = (100, 500)
ADMIN = "ada"
USERS = 1000
PATIENCE = 30_000
"""How long a form is waited for, in milliseconds: a kernel loses messages if there are too many."""
MOST_ROUNDS_OF_PLAIN = 2
"""With the most APIs, which take it long."""
SETTINGS: dict[str, Any] = {
    "identity": "demo",
    "log_level": 40,
    "config": {"DashboardSettings": {"max_kernels_per_user": 20}},
    # As installed by pip: what is imported was compiled before.
    "PYTHONDONTWRITEBYTECODE": "",
}

CLICK_AND_WAIT = """async ([text, radios, patience]) => {
    const buttons = [...document.querySelectorAll("button")];
    const button = buttons.find((each) => each.textContent.trim() === text);
    const frame = () => new Promise(requestAnimationFrame);
    const began = performance.now();
    button.click();
    for (;;) {
        const found = document.querySelectorAll("input[type=radio]");
        const last = found[found.length - 1];
        if (found.length >= radios && last.getBoundingClientRect().width > 0) break;
        if (performance.now() - began > patience) return null;
        await frame();
    }
    await frame();
    return performance.now() - began;
}"""


@dataclass
class Messages:
    """The messages about widgets that a page gets from its kernel."""

    kinds: list[str] = field(default_factory=list)
    size: int = 0

    def watch(self, socket: WebSocket) -> None:
        """Count what comes by a socket."""
        socket.on("framereceived", self._take)

    def forget(self) -> None:
        """Begin to count anew."""
        self.kinds.clear()
        self.size = 0

    def _take(self, frame: bytes | str) -> None:
        if isinstance(frame, bytes):
            _, parts = deserialize_msg_from_ws_v1(frame)
            kind = json.loads(parts[0])["msg_type"]
            if kind.startswith("comm_"):
                self.kinds.append(kind)
                self.size += len(frame)


@dataclass
class Took:
    """What was measured of one way, round by round: milliseconds, messages and bytes."""

    times: list[float] = field(default_factory=list)
    messages: list[int] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    def add(self, milliseconds: float, heard: Messages | None = None) -> None:
        """Take what one round came to."""
        self.times.append(milliseconds)
        if heard is not None:
            self.messages.append(len(heard.kinds))
            self.sizes.append(heard.size)

    def forget(self) -> None:
        """Begin anew."""
        for some in (self.times, self.messages, self.sizes):
            some.clear()

    @property
    def median(self) -> float:
        """The median of the times."""
        return statistics.median(self.times)

    def over(self, other: Took) -> float:
        """How many times as long as the other it took: the median of the rounds' ratios."""
        pairs = zip(self.times, other.times, strict=False)
        return statistics.median(mine / theirs for mine, theirs in pairs)


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--users", type=int, default=USERS, help="to open and close (%(default)s)")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tw-widgets-")))
        urls = {count: make_platform(folder, count) for count in SIZES}
        ours = {
            count: stack.enter_context(serving(folder / f"ours-{count}", url, **SETTINGS))
            for count, url in urls.items()
        }
        url = urls[SIZES[0]]
        label = stack.enter_context(notebook(folder, url, "label", LABEL))
        plain = stack.enter_context(notebook(folder, url, "plain", PLAIN))
        browser = launch_chromium(stack.enter_context(sync_playwright()))
        pages_and_forms(browser, options.rounds, ours, label, plain)
        print_kernels(ours[SIZES[0]], users_of(url, options.users), plain)
        browser.close()


def make_platform(folder: Path, count: int) -> str:
    """Make a platform with so many APIs, and more users than are opened; gives its URL."""
    url = f"sqlite:///{folder / f'{count}.db'}"
    database = Database(url)
    initialise(database, ADMIN, demo=True)
    seed(database, users=2 * USERS, tokens=4 * USERS, apis=count)
    database.close()
    return url


def users_of(url: str, count: int) -> list[str]:
    """The User IDs of so many users, at most 1,000."""
    database = Database(url)
    page = open_platform(database, ADMIN).users.page(rows=count)
    database.close()
    return [user.user_id for user in page.rows]


@contextmanager
def notebook(folder: Path, url: str, name: str, cell: str) -> Iterator[Server]:
    """A notebook of one cell by the same server."""
    path = folder / f"{name}.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)]), path)
    with serving(folder / name, url, notebook=path, **SETTINGS) as server:
        yield server


def pages_and_forms(
    browser: Browser, rounds: int, ours: dict[int, Server], label: Server, plain: Server
) -> None:
    """Print the tables of the page and of the form."""
    loads = {"ours": Took(), "label": Took()}
    forms = {(who, count): Took() for count in SIZES for who in ("ours", "plain")}
    for number in range(rounds + 1):
        print(f"  round {number} of {rounds}", file=sys.stderr, flush=True)
        if number == 1:
            # The first round was for the machine to have read everything once.
            for took in (*loads.values(), *forms.values()):
                took.forget()
        with page_of(browser) as (page, _):
            loads["label"].add(load(page, label, "text=The only label"))
        for count in SIZES:
            with page_of(browser) as (page, heard):
                took = load(page, ours[count], "table a")
                if count == SIZES[0]:
                    loads["ours"].add(took)
                open_tokens(page)
                forms["ours", count].add(open_form(page, heard, "Add", count), heard)
            if count == SIZES[0] or 0 < number <= MOST_ROUNDS_OF_PLAIN:
                with page_of(browser) as (page, heard):
                    load(page, plain, f"text=Open {count}")
                    took = open_form(page, heard, f"Open {count}", count)
                    forms["plain", count].add(took, heard)
    print_pages(loads)
    print_forms(forms)


@contextmanager
def page_of(browser: Browser) -> Iterator[tuple[Page, Messages]]:
    """A page with an empty cache; left at the end, so that its kernel ends."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page, heard = context.new_page(), Messages()
    page.on("websocket", heard.watch)
    page.on("dialog", lambda dialog: dialog.accept())
    yield page, heard
    page.goto("about:blank")
    context.close()


def load(page: Page, server: Server, wanted: str) -> float:
    """Milliseconds from asking for a page until something of it is on show."""
    began = time.perf_counter()
    page.goto(server.url, wait_until="commit")
    page.locator(wanted).first.wait_for(timeout=60_000)
    return (time.perf_counter() - began) * 1000


def open_tokens(page: Page) -> None:
    """Open the first user's tokens."""
    page.locator("table a").first.click()
    page.get_by_role("tab", name="API Tokens").click()
    page.get_by_role("button", name="Revoke All").wait_for()


def open_form(page: Page, heard: Messages, button: str, count: int) -> float:
    """Milliseconds from the click until all radio buttons are drawn; infinite if they are not."""
    page.wait_for_timeout(500)
    heard.forget()
    took: float | None = page.evaluate(CLICK_AND_WAIT, [button, 3 * count, PATIENCE])
    page.wait_for_timeout(500)
    return math.inf if took is None else took


def print_pages(loads: dict[str, Took]) -> None:
    """How long a page takes."""
    ours, label = loads["ours"], loads["label"]
    print("\n| Page | Load, ms | Ratio |\n| --- | ---: | ---: |")
    print(f"| one label | {label.median:,.0f} | 1 |")
    print(f"| our dashboard | {ours.median:,.0f} | {ours.over(label):.2f} |")


def print_forms(forms: dict[tuple[str, int], Took]) -> None:
    """How long a form takes, and what is sent for it."""
    print("\n| APIs | Form | Drawn, ms | Messages | kB | Ours is |")
    print("| ---: | --- | ---: | ---: | ---: | ---: |")
    for count in SIZES:
        ours, plain = forms["ours", count], forms["plain", count]
        for name, took in (("ours", ours), ("plain ipywidgets", plain)):
            never = took.median == math.inf
            drawn = "never, as messages were lost" if never else f"{took.median:,.0f}"
            compared = took is ours and plain.median < math.inf
            times = f"{plain.over(ours):.1f} times as quick" if compared else ""
            print(
                f"| {count} | {name} | {drawn} | {statistics.median(took.messages):,.0f}"
                f" | {statistics.median(took.sizes) / 1000:,.0f} | {times} |"
            )


if __name__ == "__main__":
    main()
