"""A page whose Python is gone says so at the next click, and comes back when it is told to."""

from __future__ import annotations

import contextlib

import psutil
from live import Dashboard
from playwright.sync_api import Browser, Page, expect

LOST = "Connection lost. What you see may be out of date."


def kernels(dashboard: Dashboard) -> list[psutil.Process]:
    """The processes of the dashboard's kernels, of which no other test is using one."""
    server = psutil.Process(dashboard.process.pid)
    children = server.children(recursive=True)
    return [each for each in children if "tokenwidgets.serving.visitor_kernel" in words_of(each)]


def words_of(process: psutil.Process) -> list[str]:
    """What it was started with; nothing if it has ended, as one of an earlier test may by now."""
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


def test_a_page_whose_kernel_is_gone_says_so_at_a_click_and_is_there_again_after_reload(
    browser: Browser, dashboard: Dashboard
):
    # A page of its own: the browser complains of the lost connection, and rightly.
    context = browser.new_context()
    page: Page = context.new_page()
    page.goto(dashboard.url)
    heading = page.get_by_role("heading", name="Application Users")
    expect(heading).to_be_visible(timeout=60_000)
    lost = page.get_by_role("alert").filter(has_text=LOST)
    expect(lost).to_have_count(0)
    for kernel in kernels(dashboard):
        with contextlib.suppress(psutil.NoSuchProcess):
            kernel.kill()
    page.get_by_role("button", name="Security").click()
    page.get_by_role("menuitem", name="APIs").click()
    expect(lost).to_be_visible()
    page.get_by_role("button", name="Reload").click()
    expect(heading).to_be_visible(timeout=60_000)
    expect(lost).to_have_count(0)
    page.get_by_role("button", name="Security").click()
    page.get_by_role("menuitem", name="APIs").click()
    expect(page.get_by_role("heading", name="APIs")).to_be_visible()
    page.goto("about:blank")
    context.close()


def test_a_browser_that_is_offline_says_so_at_once_and_takes_it_back(page: Page):
    lost = page.get_by_role("alert").filter(has_text=LOST)
    page.evaluate("window.dispatchEvent(new Event('offline'))")
    expect(lost).to_be_visible()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(lost).to_have_count(0)
