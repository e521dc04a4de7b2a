"""Texts that people type: what is taken, what is refused, and with which words."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokenwidgets.errors import InvalidValue
from tokenwidgets.text import (
    check_email,
    check_identifier,
    check_name,
    check_note,
    comparison_key,
    plain,
)

TAKEN = [
    "nightly load",
    "<script>alert(1)</script>",
    "'; DROP TABLE tokens; --",
    "عملية ليلية",
    "טעינה לילית",
    "夜間ロード",
    "می‌خواهم",  # Persian needs its zero-width non-joiner
    "Zoë O'Brien-Łódź",
    "👩🏽‍💻",
    "1️⃣ ☎︎ ❤️",  # signs in the form of an emoji, and of a text
    "葛\U000e0101城",  # the same character as others write it
    "ᠠ᠋ᠪ",
]
REFUSED = [
    "a\0b",
    "a\nb",
    "a\tb",
    "a\x7fb",
    "a\ud800b",
    "a\u202eb",
    "a\u2066b",
    "a\u200fb",
    "a\u200bb",
    "a\u00adb",
    "a\ufeffb",
    "a\u2028b",
    "a\ue000b",
    "a\U000e0041b",
    "a\u3164b",
    "a\u034fb",
    "a\u17b5b",
    "a\u180bb",
    "a\ufe00b",
    "Admins2\U000e0100",
    "\U000e0100",
    "葛\U000e0100\U000e0100",
    "a\u2800b",
    "a\U0010ffffb",
]


@pytest.mark.parametrize("text", TAKEN)
def test_a_name_in_any_script_is_taken_as_it_is(text):
    assert check_name("Name", text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("text", REFUSED, ids=ascii)
@pytest.mark.parametrize("check", [check_name, check_note, check_identifier, check_email])
def test_what_cannot_be_shown_plainly_is_refused(check, text):
    with pytest.raises(InvalidValue) as refusal:
        check("Token name", text)
    assert refusal.value.field == "Token name"
    str(refusal.value).encode()


@pytest.mark.parametrize("text", ["", "   ", "\u00a0\u3000", "\u200d"])
def test_an_empty_name_is_refused(text):
    with pytest.raises(InvalidValue, match="Token name: cannot be empty"):
        check_name("Token name", text)


def test_an_empty_note_is_taken():
    assert check_note("Description", "  ") == ""


@pytest.mark.parametrize("length", [101, 10_000, 10_000_000])
def test_a_name_that_is_too_long_is_refused_without_repeating_it(length):
    with pytest.raises(InvalidValue, match="at most 100 characters") as refusal:
        check_name("Token name", "x" * length)
    assert len(str(refusal.value)) < 100


def test_a_name_of_100_characters_is_taken():
    assert len(check_name("Token name", " " + "ï" * 100 + " ")) == 100


@pytest.mark.parametrize("value", [None, 5, b"bytes", ["a"], {"a": 1}, True])
@pytest.mark.parametrize("check", [check_name, check_note, check_identifier, check_email])
def test_what_is_no_text_is_refused(check, value):
    with pytest.raises(InvalidValue, match="must be text"):
        check("Name", value)


@given(st.text(max_size=120))
def test_a_name_that_was_taken_is_taken_again_unchanged(text):
    try:
        taken = check_name("Name", text)
    except InvalidValue:
        return
    assert check_name("Name", taken) == taken
    assert taken == taken.strip() != ""
    assert plain(taken, 100) == taken


@pytest.mark.parametrize("text", ["jdoe", "J.Doe", "svc_etl-2", "jane.doe@example.org", "a+b", "7"])
def test_an_identifier_of_plain_letters_is_taken(text):
    assert check_identifier("User ID", text) == text


@pytest.mark.parametrize(
    "text",
    ["", ".hidden", "-x", "j doe", "jdoé", "\u0458doe", "a/b", "a\\b", "a,b", "a" * 101, "<b>"],
)
def test_an_identifier_that_could_be_mistaken_is_refused(text):
    with pytest.raises(InvalidValue, match="User ID"):
        check_identifier("User ID", text)


@pytest.mark.parametrize("text", ["", "jane.doe@example.org", "ünï@exämple.org"])
def test_an_e_mail_address_is_taken(text):
    assert check_email("Email", text) == text


@pytest.mark.parametrize(
    "text", ["jane", "a@b@c", "a @b.org", "a@", "@b", "Jane <a@b.org>", "a@" + "b" * 256]
)
def test_what_is_no_e_mail_address_is_refused(text):
    with pytest.raises(InvalidValue, match="Email"):
        check_email("Email", text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Nightly", "nIGHTLY"),
        ("STRASSE", "straße"),
        ("ab", "a\u200db"),
        ("Å", "A\u030a"),
        ("ab", "ab\ufe0f"),
        ("a b", "a\u00a0 b"),
        ("❤", "❤\ufe0e"),
        ("葛", "葛\U000e0101"),
    ],
)
def test_names_that_look_the_same_but_for_case_are_one(one, other):
    assert comparison_key(check_name("Name", one)) == comparison_key(check_name("Name", other))


@given(st.text())
def test_any_text_can_be_shown_plainly(text):
    shown = plain(text, 50)
    assert len(shown) <= 50
    assert "\0" not in shown
    shown.encode()
    assert plain(shown, 50) == shown


def test_a_plain_text_is_shown_as_it_is():
    assert plain("jdoe: عملية ليلية", 200) == "jdoe: عملية ليلية"
    assert plain("a\u202eb\0c\ud800", 200) == "a\ufffdb\ufffdc\ufffd"
