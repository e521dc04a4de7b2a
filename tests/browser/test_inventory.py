"""The inventory in a real browser: charts that work without the internet, files, many revoked."""

from __future__ import annotations

import re

import pytest
from live import Dashboard
from playwright.sync_api import Page, expect
from scenes import screen

from tokenwidgets.vocabulary import Access

MONTHS = "Expirations by month"


@pytest.fixture
def owner(dashboard: Dashboard, request: pytest.FixtureRequest) -> str:
    """A user of the test's own, with three tokens."""
    user_id = f"o-{abs(hash(request.node.name)) % 10**8}"
    platform = dashboard.platform()
    platform.users.add(user_id, "Olga Owner")
    for name in ("one", "two", "three"):
        platform.tokens.add(user_id, name, {"orders": Access.READ})
    return user_id


@pytest.fixture
def inventory(page: Page) -> Page:
    """The page at the inventory, with its charts drawn."""
    screen("Token Inventory")(page)
    expect(page.get_by_role("img", name=re.compile("in which months"))).to_be_visible()
    expect(page.locator("svg.marks")).to_have_count(2)
    return page


def of_owner(page: Page, owner: str) -> None:
    page.get_by_label("Owner").fill(owner)
    page.keyboard.press("Enter")
    expect(page.get_by_text("3 tokens", exact=True)).to_be_visible()


def test_the_charts_load_nothing_from_elsewhere(page: Page, dashboard: Dashboard):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    screen("Token Inventory")(page)
    expect(page.locator("svg.marks")).to_have_count(2)
    own = dashboard.url.partition("/?")[0]
    assert [url for url in asked if not url.startswith((own, "blob:", "data:"))] == []


def test_a_bar_filters_the_table_and_the_same_is_in_the_chart_s_table(inventory: Page):
    bars = inventory.locator("svg.marks").first.locator(".mark-rect path")
    bars.nth(2).click()
    month = inventory.get_by_label("Expires in")
    expect(month).not_to_have_value("")
    status = inventory.get_by_role("combobox", name="Status").locator("option:checked").inner_text()
    inventory.get_by_role("button", name=f"{MONTHS} as a table").click()
    words = month.locator("option:checked").inner_text()
    number = inventory.get_by_role("table", name=MONTHS).get_by_role(
        "button", name=re.compile(f"^{words}, {status}: ")
    )
    count = int(number.inner_text())
    total = f"{count} token" if count == 1 else f"{count} tokens"
    expect(inventory.get_by_text(total, exact=True)).to_be_visible()
    # By keyboard, the same number lets the filter go.
    number.focus()
    inventory.keyboard.press("Enter")
    expect(month).to_have_value("")


@pytest.mark.parametrize("kind", ["PNG", "SVG"])
def test_a_chart_is_saved_as_a_picture(kind: str, inventory: Page):
    inventory.get_by_role("button", name=f"Save {MONTHS} as").click()
    with inventory.expect_download() as download:
        inventory.get_by_role("menuitem", name=kind).click()
    assert download.value.suggested_filename == f"expirations-by-month.{kind.lower()}"
    beginning = download.value.path().read_bytes()[:8]
    assert beginning.startswith(b"<svg" if kind == "SVG" else b"\x89PNG")


def test_what_matches_is_downloaded(inventory: Page, owner: str):
    of_owner(inventory, owner)
    inventory.get_by_role("button", name="Download").click()
    with inventory.expect_download() as download:
        inventory.get_by_role("menuitem", name="CSV").click()
    lines = download.value.path().read_text("utf-8-sig").splitlines()
    assert len(lines) == 4
    assert all(owner in line for line in lines[1:])


def test_the_selected_are_revoked_when_their_number_is_typed(
    inventory: Page, dashboard: Dashboard, owner: str
):
    of_owner(inventory, owner)
    inventory.get_by_role("checkbox", name="Select one").check()
    inventory.get_by_role("checkbox", name="Select two").check()
    inventory.get_by_role("button", name="Revoke selected").click()
    dialog = inventory.get_by_role("dialog", name="Revoke 2 tokens?")
    dialog.get_by_role("button", name="Revoke").click()
    expect(dialog.get_by_role("alert")).to_contain_text("type 2 to confirm")
    dialog.get_by_label("Number of tokens").fill("2")
    dialog.get_by_role("button", name="Revoke").click()
    expect(dialog).to_be_hidden()
    expect(inventory.get_by_role("status").filter(has_text="2 tokens were revoked")).to_be_visible()
    live = dashboard.platform().tokens.page(owner).rows
    assert [token.name for token in live] == ["three"]


def test_ticks_that_come_faster_than_python_answers_are_all_kept(inventory: Page, owner: str):
    of_owner(inventory, owner)
    ticked = inventory.evaluate(
        """async () => {
            const boxes = () => [...document.querySelectorAll("tbody input[type=checkbox]")];
            const pause = (time) => new Promise((done) => setTimeout(done, time));
            const seen = [];
            for (let round = 0; round < 40; round += 1) {
                boxes()[round % 3].click();
                const wanted = boxes().map((box) => box.checked).join();
                await pause(round % 8);
                seen.push(boxes().map((box) => box.checked).join() === wanted);
            }
            return seen;
        }"""
    )
    assert all(ticked)
    # 40 clicks: the first was clicked 14 times, the others 13.
    expect(inventory.get_by_text("2 selected", exact=True)).to_be_visible()


def test_all_that_match_are_revoked(inventory: Page, dashboard: Dashboard, owner: str):
    of_owner(inventory, owner)
    inventory.get_by_role("button", name="Revoke all that match").click()
    dialog = inventory.get_by_role("dialog", name="Revoke 3 tokens?")
    dialog.get_by_label("Number of tokens").fill("3")
    dialog.get_by_label("Why").fill("The test is over.")
    dialog.get_by_role("button", name="Revoke").click()
    expect(inventory.get_by_role("status").filter(has_text="3 tokens were revoked")).to_be_visible()
    assert dashboard.platform().tokens.page(owner).rows == ()
