"""Which language the screens are in, and choosing another."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from person import Person
from wire import Wire

from tokenwidgets.language import speak, spoken
from tokenwidgets.platform import Platform
from tokenwidgets.preferences import LANGUAGE
from tokenwidgets.vocabulary import Access

GERMAN = "Benutzer suchen"
ENGLISH = "Search users"


@pytest.fixture(autouse=True)
def back_to_english() -> Iterator[None]:
    yield
    speak("en")


def is_on(person: Person, *tags: object) -> None:
    """Show the application on a page: the tag of its language, then those of the browser."""
    person.does(person.app.shell.bar, "page-languages", tags=tags)


def test_a_language_that_is_chosen_is_there_at_once_and_at_the_next_visit(
    admin: Person, person_of: Callable[..., Person]
):
    assert admin.picker.search_label == ENGLISH
    bar = admin.app.shell.bar
    admin.does(bar, "choose-language", code="de")
    for person in (admin, person_of("admin")):
        assert person.picker.search_label == GERMAN
        assert person.app.shell.bar.labels["Application Users"] == "Anwendungsbenutzer"
        assert "const CATALOGUE" in person.picker._esm
    assert admin.app.children[0] is admin.app.shell.bar
    assert bar.comm is None, "the bar that was there is closed"
    admin.opens("jdoe", "API Tokens")
    assert admin.strip.labels["API Tokens"] == "API-Token"


def test_in_german_users_are_in_the_case_that_the_question_needs(
    admin: Person, populated: Platform
):
    for user_id in ("asmith", "jdoe"):
        populated.tokens.add(user_id, "nightly", {"orders": Access.READ})
    admin.does(admin.app.shell.bar, "choose-language", code="de")
    for users, title in (
        (["asmith", "jdoe"], "2 Token von 2 Benutzern widerrufen?"),
        (["jdoe"], "1 Token von einem Benutzer widerrufen?"),
    ):
        admin.does(admin.picker, "select", keys=users)
        admin.does(admin.picker, "act", name="revoke")
        assert admin.dialog.title == title


def test_nothing_of_another_language_is_left(
    wire: Wire, admin: Person, person_of: Callable[..., Person]
):
    for screen in admin.app.shell.bar.items:
        admin.does(admin.app.shell.bar, "open-screen", name=screen)
    admin.opens("jdoe", "API Tokens")
    before = {*wire.widgets()} - {admin.app, admin.app.layout}
    admin.does(admin.app.shell.bar, "choose-language", code="de")
    assert len(before) > 40
    assert not before & {*wire.widgets()}
    admin.opens("jdoe", "API Tokens")
    assert admin.strip.labels["API Tokens"] == "API-Token"
    admin.app.close()
    assert wire.widgets() == []


@pytest.mark.parametrize(
    ("tags", "label"),
    [
        (["de-AT", "en"], GERMAN),
        (["de_DE"], GERMAN),
        (["", "fr-FR", "de", "en"], GERMAN),
        (["en", "de-DE"], ENGLISH),
        (["fr", "zh-Hans-CN"], ENGLISH),
        ([], ENGLISH),
    ],
)
def test_in_a_notebook_it_is_the_language_of_the_page_and_else_what_the_browser_asks_for(
    person_of: Callable[..., Person], tags: list[str], label: str
):
    person = person_of("admin", user="jdoe", tab="API Tokens")
    is_on(person, *tags)
    assert person.picker.search_label == label
    assert person.strip.subheading == "jdoe", "it is where it was to begin"


def test_only_the_first_page_says_which_language_it_is(admin: Person, populated: Platform):
    is_on(admin, "en")
    is_on(admin, "de")
    assert admin.picker.search_label == ENGLISH
    assert populated.preferences.get(LANGUAGE) is None


@pytest.mark.parametrize("tags", [None, "de", {"de": 1}, ["de", 5], ["de"] * 21, ["de" * 100]])
def test_what_are_no_tags_changes_nothing(admin: Person, tags: object):
    admin.does(admin.app.shell.bar, "page-languages", tags=tags)
    assert spoken() == "en"


@pytest.mark.parametrize("tag", ["../de", "de\n", " de", "\u202ede", "x-de", "deu", "-"])
def test_a_tag_of_no_language_that_there_is_changes_nothing(admin: Person, tag: str):
    is_on(admin, tag)
    assert spoken() == "en"


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


def test_first_ones_own_choice_then_the_configured_then_the_pages_then_the_environments(
    populated: Platform, person_of: Callable[..., Person], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("LANGUAGE", "de_AT.UTF-8:en")
    anybody = person_of("admin")
    assert anybody.picker.search_label == GERMAN
    is_on(anybody, "fr")
    assert anybody.picker.search_label == GERMAN
    anybody = person_of("admin")
    is_on(anybody, "en")
    assert anybody.picker.search_label == ENGLISH
    monkeypatch.setenv("TOKENWIDGETS_LANGUAGE", "en")
    configured = person_of("admin")
    is_on(configured, "de")
    assert configured.picker.search_label == ENGLISH
    populated.preferences.set(LANGUAGE, "de")
    assert person_of("admin").picker.search_label == GERMAN
    settled = person_of("admin")
    is_on(settled, "en")
    assert settled.picker.search_label == GERMAN
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
