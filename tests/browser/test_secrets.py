"""After the main job nothing that is kept anywhere has a secret in it."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from job import add_token, open_user, take_secret
from live import Dashboard, running, started
from playwright.sync_api import BrowserContext, Locator, Page, expect
from served import free_port

from tokenwidgets import demo
from tokenwidgets.database import Database
from tokenwidgets.secret import PATTERN, is_well_formed, mint

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "dashboard.ipynb"
LABEXTENSIONS = Path(__file__).parents[2] / "labextensions"
GERMAN = ("Sicherheit", "Audit-Protokoll")
SAVE_WIDGETS = {"@jupyter-widgets/jupyterlab-manager:plugin": {"saveState": True}}


def secrets_in(folder: Path) -> list[str]:
    """The files below a folder that hold something that is a secret by its form and checksum."""
    return [
        str(path)
        for path in folder.rglob("*")
        if path.is_file() and any(map(is_well_formed, PATTERN.findall(_text(path))))
    ]


def _text(path: Path) -> str:
    return path.read_bytes().decode("latin-1")


def test_the_search_for_secrets_finds_one(tmp_path: Path):
    (tmp_path / "leak.bin").write_bytes(b"\0\xff " + mint().reveal().encode() + b"\xff")
    assert secrets_in(tmp_path) == [str(tmp_path / "leak.bin")]


def test_the_served_dashboard_keeps_none(context: BrowserContext, tmp_path: Path):
    frames: list[str | bytes] = []
    with running(tmp_path, "demo", "--no-browser", "--port", "0", "--debug") as dashboard:
        page = context.new_page()
        page.on("websocket", lambda opened: opened.on("framereceived", lambda f: frames.append(f)))
        page.goto(dashboard.url)
        secret = do_the_job(page)
        assert any(secret in str(frame) for frame in frames), "it came in one message"
        first_visit = len(frames)
        page.reload()
        expect(page.get_by_role("heading", name="Application Users")).to_be_visible(timeout=60_000)
        open_user(page, demo.SHOWCASE)
        assert not any(secret in str(frame) for frame in frames[first_visit:])
        assert secret not in page.content()
        stored = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
        assert secret not in stored
        assert secret not in str(context.storage_state())
        page.goto("about:blank")
    assert not PATTERN.search("".join(dashboard.log))
    assert secrets_in(tmp_path) == []


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Dashboard]:
    """JupyterLab of the demo's administrator, which saves widgets' state into notebooks."""
    url = f"sqlite:///{tmp_path / 'platform.db'}"
    database = Database(url)
    demo.build(database)
    database.close()
    work = tmp_path / "work"
    work.mkdir()
    (work / NOTEBOOK.name).write_text(NOTEBOOK.read_text("utf-8"), "utf-8")
    settings = tmp_path / "labsettings"
    settings.mkdir()
    (settings / "overrides.json").write_text(json.dumps(SAVE_WIDGETS))
    port = free_port()
    arguments = (
        "-m",
        "jupyter",
        "lab",
        "--no-browser",
        "--allow-root",
        "--debug",
        f"--ServerApp.port={port}",
        f"--ServerApp.root_dir={work}",
        f"--LabApp.app_settings_dir={settings}",
        f"--LabApp.extra_labextensions_path={LABEXTENSIONS}",
        "--LabApp.news_url=",
    )
    environment = {
        "JUPYTER_TOKEN": "lab",
        "JUPYTERLAB_SETTINGS_DIR": str(tmp_path / "user"),
        "JUPYTERLAB_WORKSPACES_DIR": str(tmp_path / "workspaces"),
        "TOKENWIDGETS_LOCAL_USER": demo.ADMIN,
    }
    with started(tmp_path, *arguments, **environment) as dashboard:
        address = f"http://127.0.0.1:{port}"
        wait_for(f"{address}/api")
        dashboard.url = f"{address}/lab/tree/{NOTEBOOK.name}?token=lab"
        yield dashboard


def wait_for(address: str) -> None:
    """Wait until a server answers."""
    for _ in range(240):
        with contextlib.suppress(httpx.TransportError):
            httpx.get(address)
            return
        time.sleep(0.5)
    raise AssertionError(f"nobody answers at {address}")


def test_a_notebook_in_jupyterlab_keeps_none_and_the_launcher_opens_the_dashboard(
    context: BrowserContext, lab: Dashboard
):
    page = context.new_page()
    page.goto(lab.url)
    idle = page.get_by_role("button", name="Python 3 (ipykernel) | Idle")
    expect(idle).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Run this cell and advance").click()
    secret = do_the_job(page)
    page.get_by_role("button", name="Save and create checkpoint").click()
    notebook = lab.folder / "work" / NOTEBOOK.name
    page.wait_for_timeout(500)
    for _ in range(40):
        if "widget-state" in notebook.read_text("utf-8"):
            break
        page.wait_for_timeout(250)
    saved = notebook.read_text("utf-8")
    assert "application/vnd.jupyter.widget-state+json" in saved
    assert secret not in saved
    assert secrets_in(lab.folder) == []
    assert not PATTERN.search("".join(lab.log))
    made = lab.folder / "work" / "API Tokens.ipynb"
    opens_from_the_launcher(page, made)
    add_a_cell_that_leaves_a_trace(made)
    # In a workspace of which nothing is restored, late, in front of the launcher.
    page.goto(lab.url.replace(f"tree/{NOTEBOOK.name}", "workspaces/another"))
    tile(page).click(timeout=60_000)
    expect(page.locator(".jp-NotebookPanel:visible").get_by_text("a_trace")).to_be_visible()
    expect(idle.last).to_be_visible(timeout=60_000)
    page.wait_for_timeout(1000)
    assert not made.with_name("a_trace").exists(), "it ran what is not its own"


def opens_from_the_launcher(page: Page, made: Path) -> None:
    """The tile makes a notebook that shows the application; a second time it opens the same.

    It is in the language that JupyterLab is in.
    """
    for language, menu, item in (("en", "Security", "Audit Log"), ("de-DE", *GERMAN)):
        page.evaluate(f"document.documentElement.lang = '{language}'")
        press_the_tile(page)
        shown = page.locator(".jp-NotebookPanel:visible")
        shown.get_by_role("button", name=menu).click(timeout=60_000)
        expect(page.get_by_role("menuitem", name=item)).to_be_visible()
        page.keyboard.press("Escape")
        keys_are_not_the_notebooks(page, shown.get_by_role("button", name=menu))
    assert {file.name for file in made.parent.glob("*.ipynb")} == {made.name, NOTEBOOK.name}
    saved = json.loads(made.read_text("utf-8"))
    (cell,) = saved["cells"]
    assert "".join(cell["source"]) == "import tokenwidgets\n\ntokenwidgets.show()"


def keys_are_not_the_notebooks(page: Page, button: Locator) -> None:
    """What deletes a cell and adds another in JupyterLab does nothing on a button of ours."""
    expect(button).to_be_focused()
    page.keyboard.type("ddb")
    expect(page.locator(".jp-NotebookPanel:visible .jp-Cell")).to_have_count(1)
    expect(button).to_be_visible()


def add_a_cell_that_leaves_a_trace(notebook: Path) -> None:
    """Do to the tile's notebook what somebody could who may write to its folder."""
    content = json.loads(notebook.read_text("utf-8"))
    (cell,) = content["cells"]
    cell["outputs"] = []
    content["cells"].append(
        {**cell, "id": "theirs", "metadata": {}, "source": "open('a_trace', 'w')"}
    )
    notebook.write_text(json.dumps(content))


def press_the_tile(page: Page) -> None:
    page.get_by_role("button", name="New Launcher").first.click()
    tile(page).click()


def tile(page: Page) -> Locator:
    """Our tile in the launcher that is in front."""
    return page.locator(".jp-LauncherCard:visible", has_text="API Tokens")


def do_the_job(page: Page) -> str:
    """Add a token and regenerate it; gives the last secret."""
    expect(page.get_by_role("heading", name="Application Users")).to_be_visible(timeout=60_000)
    open_user(page, demo.SHOWCASE)
    add_token(page, "kept-nowhere", orders="Read Access")
    page.get_by_role("link", name="Regenerate kept-nowhere").click()
    page.get_by_role("dialog").get_by_role("button", name="Regenerate").click()
    return take_secret(page)
