"""The page in a real browser: its policy, its themes, its kernel, and no other site."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import psutil
import pytest
from door import Server, named, serving
from playwright.sync_api import Browser, Page, expect

Open = Callable[..., Page]

# What a person could have typed into a name, had the screens not shown it as plain text.
SMUGGLED = """
from IPython.display import HTML, Javascript, display
display(HTML('''
<p>loaded</p>
<img src=x onerror="document.title = 'by an attribute'">
<svg onload="document.title = 'by an attribute of SVG'"></svg>
<a href="javascript:document.title = 'by a link'">press me</a>
<iframe srcdoc="<script>parent.document.title = 'by a frame'</script>"></iframe>
<script>document.title = 'by a script'</script>
<script src="data:text/javascript,document.title = 'by data'"></script>
<form action="https://attacker.example/"><button>send</button></form>
<base href="https://attacker.example/">
'''))
display(Javascript("document.title = 'by an output'"))
"""


@pytest.fixture
def open_page(browser: Browser, server: Server) -> Iterator[Open]:
    """Open the dashboard as a user: ``open_page("clerk", "/?theme=dark")``."""
    contexts = []

    def start(user: str, path: str = "/", *, color_scheme: str = "light") -> Page:
        context = browser.new_context(
            color_scheme=color_scheme,
            # To the dashboard alone: a proxy sends no header to anybody else either.
            extra_http_headers=named(user),
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(server.origin + path)
        expect(page.get_by_role("button", name="Security")).to_be_visible(timeout=60_000)
        return page

    yield start
    for context in contexts:
        for page in context.pages:
            page.close(run_before_unload=True)
        context.close()


def brightness(page: Page) -> float:
    """How bright the page's background is, from 0 to 255."""
    return page.evaluate(
        "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3)"
        ".reduce((sum, each) => sum + Number(each), 0) / 3"
    )


def test_it_asks_no_other_site_for_anything_and_nothing_is_refused(
    browser: Browser, server: Server
):
    context = browser.new_context(extra_http_headers=named("clerk"))
    page = context.new_page()
    asked: list[str] = []
    bad: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url))
    page.on("response", lambda answer: answer.status >= 400 and bad.append(answer.url))
    page.on("requestfailed", lambda request: bad.append(request.url))
    page.on("console", lambda said: said.type == "error" and bad.append(said.text))
    page.goto(server.origin)
    expect(page.get_by_role("link", name="guest", exact=True)).to_be_visible(timeout=60_000)
    own = (server.origin, server.origin.replace("http", "ws", 1), f"blob:{server.origin}", "data:")
    assert [url for url in asked if not url.startswith(own)] == []
    assert bad == []
    # Each more makes it slower to start; all of JupyterLab's extensions would be over 150.
    assert len(asked) < 120
    page.close(run_before_unload=True)
    context.close()


@pytest.mark.parametrize(
    ("query", "system", "is_dark"),
    [
        ("", "light", False),
        ("", "dark", True),
        ("?theme=dark", "light", True),
        ("?theme=light", "dark", False),
    ],
)
def test_it_is_dark_where_the_system_or_the_visitor_prefers_that(
    open_page: Open, query: str, system: str, is_dark: bool
):
    page = open_page("guest", "/" + query, color_scheme=system)
    assert (brightness(page) < 80) == is_dark
    assert (brightness(page) > 200) != is_dark
    assert page.evaluate("document.body.dataset.jpThemeLight") == str(not is_dark).lower()


def test_a_link_opens_a_user_at_a_tab(open_page: Open):
    page = open_page("clerk", "/?user=guest&tab=API%20Tokens")
    expect(page.get_by_role("cell", name="payroll-export-7", exact=True)).to_be_visible()


def test_a_link_gives_nobody_what_they_may_not_see(open_page: Open):
    page = open_page("guest", "/?user=guest&tab=API%20Tokens")
    expect(page.get_by_text("guest has no control on this platform")).to_be_visible()
    assert "payroll-export-7" not in page.content()


def test_what_a_link_says_is_shown_as_plain_text(open_page: Open):
    page = open_page(
        "clerk", "/?user=%3Cimg%20src%3Dx%20onerror%3Ddocument.title%3D1%3E&tab=%3Cb%3E"
    )
    expect(page.get_by_role("alert").get_by_text("<img src=x")).to_be_visible()
    assert page.title() == "Application Users"


def test_a_page_that_is_loaded_again_has_a_new_kernel_and_leaves_no_old_one(
    open_page: Open, server: Server
):
    page = open_page("guest")
    first = kernel_of(page)
    process = process_of(first, server)
    page.reload()
    expect(page.get_by_role("button", name="Security")).to_be_visible(timeout=60_000)
    assert kernel_of(page) != first
    _, alive = psutil.wait_procs([process], timeout=20)
    assert not alive, "the old kernel is still there"


def kernel_of(page: Page) -> str:
    return page.evaluate("JSON.parse(document.getElementById('jupyter-config-data').text).kernelId")


def process_of(kernel_id: str, server: Server) -> psutil.Process:
    for each in psutil.Process(server.process.pid).children():
        # Those of other pages may be ending.
        with contextlib.suppress(psutil.NoSuchProcess):
            if any(kernel_id in word for word in each.cmdline()):
                return each
    raise AssertionError(f"kernel {kernel_id} has no process")


def test_no_script_that_was_smuggled_into_the_page_runs(
    browser: Browser, people_url: str, tmp_path: Path
):
    notebook = nbformat.v4.new_notebook(metadata={"title": "Untouched"})
    notebook.cells = [nbformat.v4.new_code_cell(SMUGGLED)]
    nbformat.write(notebook, tmp_path / "smuggled.ipynb")
    with serving(
        tmp_path / "server",
        people_url,
        identity="local",
        notebook=tmp_path / "smuggled.ipynb",
        config={"LocalIdentity": {"user_id": "admin"}},
    ) as server:
        context = browser.new_context()
        page = context.new_page()
        asked: list[str] = []
        page.on("requestfinished", lambda request: asked.append(request.url))
        page.on("framenavigated", lambda frame: asked.append(frame.url))
        page.goto(server.url)
        expect(page.get_by_text("loaded")).to_be_visible(timeout=60_000)
        page.evaluate("document.querySelector('#rendered_cells a').click()")
        page.wait_for_timeout(1000)
        assert page.title() == "Untouched"
        assert page.evaluate("document.baseURI").startswith(server.origin)
        page.evaluate("document.querySelector('#rendered_cells form button').click()")
        page.wait_for_timeout(500)
        assert [url for url in asked if "attacker" in url] == []
        context.close()
