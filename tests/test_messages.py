"""The catalogues of texts: they have what the code has, whole, and are compiled."""

from __future__ import annotations

import ast
import json
import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from tokenwidgets.language import ENGLISH, LANGUAGES, LOCALES
from tokenwidgets.widgets import assets

ROOT = Path(__file__).parent.parent
MESSAGES: Any = runpy.run_path(str(ROOT / "scripts" / "messages.py"))

PLACEHOLDER = re.compile(r"\{\w+\}")

OTHERS = sorted(LANGUAGES.keys() - {ENGLISH})


def catalog_in(path: Path, language: str | None = None) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=language)


def texts_of(message: Message) -> list[str]:
    """The text of a message in English, in its forms."""
    return [message.id] if isinstance(message.id, str) else list(message.id)


def forms_of(message: Message) -> list[str]:
    """The same in the catalogue's language."""
    return [message.string] if isinstance(message.string, str) else list(message.string)


@pytest.fixture(scope="module")
def texts() -> Catalog:
    """What is in the code now."""
    return MESSAGES["template"]()


@pytest.fixture(params=OTHERS)
def language(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def path(language: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / "tokenwidgets.po"


def test_the_template_has_the_texts_of_the_code(texts: Catalog):
    written = LOCALES / "messages.pot"
    assert written.read_bytes() == MESSAGES["written"](texts), "run `make messages`"


def test_each_language_that_there_is_has_a_catalogue():
    assert sorted(each.parts[-3] for each in LOCALES.glob("*/LC_MESSAGES/*.po")) == OTHERS


def test_a_catalogue_has_every_text_and_no_other(texts: Catalog, path: Path, language: str):
    catalog = catalog_in(path, language)
    assert {message.id for message in catalog} == {message.id for message in texts}
    assert not catalog.obsolete
    for message in catalog:
        if message.id:
            assert not message.fuzzy, message.id
            assert len(forms_of(message)) == (catalog.num_plurals if message.pluralizable else 1), (
                message.id
            )
            assert all(forms_of(message)), f"{language}: {message.id}"


def test_a_translation_has_the_placeholders_of_its_original(path: Path, language: str):
    for message in catalog_in(path, language):
        if message.id:
            known = {name for text in texts_of(message) for name in PLACEHOLDER.findall(text)}
            for form in forms_of(message):
                used = set(PLACEHOLDER.findall(form))
                assert used <= known if message.pluralizable else used == known, message.id
                assert set("{}").isdisjoint(PLACEHOLDER.sub("", form)), message.id


def test_what_gettext_reads_is_the_catalogue_compiled(path: Path, language: str):
    compiled = MESSAGES["compiled"](catalog_in(path, language))
    assert path.with_suffix(".mo").read_bytes() == compiled, "run `make messages`"


def test_components_bring_all_texts_of_their_scripts(texts: Catalog, language: str):
    folder = Path(str(assets.__file__)).parent
    brought: set[str] = set()
    for script in folder.glob("*.js"):
        code = assets.script(script.stem, language)
        known = re.match(r"const CATALOGUE = \{\.\.\.(\{.*\}), plural: ", code)
        assert known is not None
        brought |= json.loads(known[1])["texts"].keys()
    scripts = (each for each in texts if any(file.endswith(".js") for file, _ in each.locations))
    assert brought == {texts_of(message)[0] for message in scripts}


def test_an_english_component_brings_nothing_more_than_its_script():
    assert "const CATALOGUE" not in assets.script("dialog")


def test_no_text_stands_where_the_extraction_does_not_see_it(texts: Catalog):
    """Such as in the middle of an f-string, which Babel reads as one piece."""
    lacking = [
        f"{file.name}:{node.lineno} {text}"
        for file in shown_code()
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("t", "tn", "Phrase")
        for text in constants(node.args[0])
        if text not in texts
    ]
    assert lacking == []


def shown_code() -> list[Path]:
    """The modules whose texts a page may show."""
    package = ROOT / "tokenwidgets"
    return [
        file
        for file in package.rglob("*.py")
        if file.relative_to(package).parts[0] not in MESSAGES["_ENGLISH"]
    ]


def test_each_action_of_the_audit_trail_is_among_the_texts(texts: Catalog):
    lacking = {action for action in actions_in_the_code() if action not in texts}
    assert lacking == set(), "add them to screens/words.py"


def actions_in_the_code() -> set[str]:
    """What is recorded: the first word of an entry, and what a change is called."""
    found: set[str] = set()
    places = {"Entry": 0, "entry": 0, "_record_denial": 0, "changing": 1}
    for file in (ROOT / "tokenwidgets").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            match node:
                case ast.Assign(targets=[ast.Name(id="action")], value=value):
                    found |= set(constants(value))
                case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args):
                    at = places.get(name)
                    if at is not None and at < len(args):
                        found |= set(constants(args[at]))
    assert {"add token", "read", "deactivate user"} <= found
    return found


def constants(value: ast.expr) -> Iterator[str]:
    """The texts that an expression may be."""
    match value:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=body, orelse=otherwise):
            yield from constants(body)
            yield from constants(otherwise)
