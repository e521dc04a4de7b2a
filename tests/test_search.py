"""What a search finds: a part of a text, in whatever case, on each database alike."""

from __future__ import annotations

from functools import partial
from itertools import product

import pytest

from tokenwidgets.errors import InvalidValue
from tokenwidgets.tokens import TokenFilter


def names(platform, search):
    return {user.name for user in platform.users.page(search=search).rows}


NAMES = """
    Smith WEISS Weiß WEIẞ ISTANBUL istanbul İstanbul IRMAK \u0131rmak აბგდ ᲐᲑᲒᲓ
"""


def test_letters_are_the_same_that_differ_in_case_alone(populated):
    for number, name in enumerate(NAMES.split()):
        populated.users.add(f"u{number}", name)
    assert names(populated, "ß") == names(populated, "WEIẞ") == {"WEIẞ", "Weiß"}
    assert names(populated, "\u0131rmak") == {"\u0131rmak"}
    assert names(populated, "İstanbul") == {"ISTANBUL", "istanbul", "İstanbul"}
    assert names(populated, "აბგ") == names(populated, "ᲐᲑᲒ") == {"აბგდ", "ᲐᲑᲒᲓ"}


def test_it_makes_no_difference_how_a_letter_with_an_accent_was_typed(populated):
    populated.users.add("angstrom", "Anders Ångström")
    assert names(populated, "A\u030angstro\u0308m") == {"Anders Ångström"}


def test_no_more_than_the_beginning_of_a_long_text_is_looked_for(populated):
    email = f"{'x' * 64}@{'y' * 200}"
    populated.users.add("long", "Lorenzo", email=email)
    assert names(populated, email[:200] + "zzz") == {"Lorenzo"}


def test_a_search_for_what_no_text_has_is_refused(populated):
    searches = (
        populated.users.page,
        populated.history.page,
        partial(populated.memberships.of_group, "Administrators"),
        lambda search: populated.inventory.page(TokenFilter(search=search)),
    )
    for find, search in product(searches, ("\0", "jdoe\0", "\ud800")):
        with pytest.raises(InvalidValue, match="Search: has a character that cannot be shown"):
            find(search=search)
