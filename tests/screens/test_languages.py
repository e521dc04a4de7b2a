"""Which language the screens are in, and choosing another."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from person import Person

from tokenwidgets.language import speak, spoken
from tokenwidgets.platform import Platform
from tokenwidgets.preferences import LANGUAGE

GERMAN = "Benutzer suchen"
ENGLISH = "Search users"


@pytest.fixture(autouse=True)
def back_to_english() -> Iterator[None]:
    yield
    speak("en")


def test_a_language_that_is_chosen_is_there_when_the_cell_is_run_again(
    admin: Person, person_of: Callable[..., Person]
):
    assert admin.picker.search_label == ENGLISH
    admin.does(admin.app.shell.bar, "choose-language", code="de")
    assert admin.said[1].startswith("Führen Sie diese Zelle noch einmal aus")
    again = person_of("admin")
    assert again.picker.search_label == GERMAN
    assert again.app.shell.bar.labels["Application Users"] == "Anwendungsbenutzer"
    assert "const CATALOGUE" in again.picker._esm


@pytest.mark.parametrize(
    "code", ["xx", "", "DE", "../de", "auto", "\ud800", "x" * 30, None, ["de"]]
)
def test_what_is_no_language_changes_nothing(admin: Person, populated: Platform, code: object):
    admin.does(admin.app.shell.bar, "choose-language", code=code)
    assert populated.preferences.get(LANGUAGE) is None
    assert spoken() == "en"


@pytest.mark.parametrize("stored", ["xx", 7, ["de"], {"de": "de"}, ""])
def test_what_is_stored_and_is_no_language_is_passed_over(
    populated: Platform, person_of: Callable[..., Person], stored: object
):
    populated.preferences.set(LANGUAGE, stored)
    assert person_of("admin").picker.search_label == ENGLISH


def test_ones_own_choice_goes_before_the_configured_and_that_before_the_environment(
    populated: Platform, person_of: Callable[..., Person], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("LANGUAGE", "de_AT.UTF-8:en")
    assert person_of("admin").picker.search_label == GERMAN
    monkeypatch.setenv("TOKENWIDGETS_LANGUAGE", "en")
    assert person_of("admin").picker.search_label == ENGLISH
    populated.preferences.set(LANGUAGE, "de")
    assert person_of("admin").picker.search_label == GERMAN
    assert person_of("jdoe").app.shell.bar.notice["text"].startswith("jdoe has no control")


def test_trouble_is_told_in_the_language_and_logged_in_english(
    populated: Platform, person_of: Callable[..., Person]
):
    populated.preferences.set(LANGUAGE, "de")
    person = person_of("admin")
    person.opens("nobody")
    assert person.said == ("alert", "Es gibt keinen Anwendungsbenutzer 'nobody'.")
    person.opens("jdoe", "API Tokens")
    assert person.strip.labels["API Tokens"] == "API-Token"
    person.adds("nightly-load")
    assert person.tokens.form.form.errors == {
        "Zugriff": "wählen Sie für mindestens eine API Lesezugriff oder Vollzugriff."
    }
    person.adds("nightly-load", orders="Read Access")
    assert person.said[1] == "„nightly-load“ wurde hinzugefügt."
    assert person.row("nightly-load")["access"] == "Lesen: 1"
    events = populated.history.page().rows
    assert events[0].action == "add token"
