"""The language of what is on screen, and its catalogues."""

from __future__ import annotations

import pytest

from tokenwidgets import errors
from tokenwidgets.language import Phrase, chosen, numeral, t, tn, translated
from tokenwidgets.vocabulary import TokenStatus


def test_a_phrase_is_english_to_whoever_does_not_ask_for_a_language():
    phrase = Phrase("The token {token} is {status}.", token="a{b}", status=TokenStatus.REVOKED)
    assert phrase == "The token a{b} is revoked."
    assert str(errors.TokenEnded(phrase)) == "The token a{b} is revoked."


def test_numbers_in_texts_are_grouped_as_the_language_groups_them():
    assert t("{number} of them", number=1_234_567) == "1,234,567 of them"
    assert tn("{count} user", "{count} users", 1) == "1 user"
    assert tn("{count} user", "{count} users", 1234) == "1,234 users"
    assert numeral(12) == "12"


def test_a_text_that_is_in_no_catalogue_stays_as_it_is():
    for text in ("", "nightly-load", "{name}", "Ünïcode €"):
        assert translated("de", text) == translated("en", text) == text


@pytest.mark.parametrize("wish", ["", "xx", "DE", "de/../../x", "de\n", None, 7, ["de"], {"de": 1}])
def test_only_the_code_of_a_language_that_there_is_chooses_it(wish: object):
    assert chosen(wish) == "en"
    assert chosen(wish, "de", "en") == "de"
