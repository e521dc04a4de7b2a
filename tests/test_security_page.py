"""The page on security names tests; they have to be there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))
LINKS = sorted(set(re.findall(r"\]\((\.\./[^)#]+)", PAGE)))


def test_the_page_names_a_test_for_every_requirement():
    rows = [line for line in PAGE.splitlines() if re.match(r"\| \d+\.", line)]
    assert len(rows) > 30
    assert [row for row in rows if "::" not in row] == []


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_each_test_that_the_page_names_is_there(file: str, name: str):
    assert re.search(rf"^def {name}\(", (ROOT / file).read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("link", LINKS)
def test_each_file_that_the_page_links_to_is_there(link: str):
    assert (ROOT / "docs" / link).is_file()
