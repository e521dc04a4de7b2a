"""Bring the catalogues of texts up to date with the code, and compile them.

A text that is new is left empty in each language's .po, for a person to translate; what is in no
code any more goes. Run it again after the .po was edited. Prints what is still to be translated.
"""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tokenwidgets.vocabulary import OVERLAPS, Access, Control, TokenStatus

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "tokenwidgets"
LOCALES = PACKAGE / "locale"
TEMPLATE = LOCALES / "messages.pot"

# What is read, and by which reader of Babel's. What no page shows is English.
_ENGLISH = ("cli", "demo", "expiry", "exports", "frames", "gate", "scan", "upkeep", "verifier")
_READERS = [
    *((f"{folder}/**", "ignore") for folder in _ENGLISH),
    *((f"{module}.py", "ignore") for module in ("bootstrap", "plan", "seed")),
    ("**.py", "python"),
    ("widgets/**.js", "javascript"),
]
# The time of each run would be a difference of each file.
_ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)

# The functions that take a text, and at which place; an error of a value names a form's field.
_FUNCTIONS = {
    "t": None,
    "pieces": None,
    "Phrase": None,
    "InvalidValue": None,
    "NameInUse": None,
    "tn": (1, 2),
    "translated": (2,),
}


def template() -> Catalog:
    """The texts that are in the code."""
    found = Catalog(project="tokenwidgets", header_comment="# Texts of tokenwidgets.")
    options = {"widgets/**.js": {"parse_template_string": True}}
    texts = extract_from_dir(PACKAGE, _READERS, options, keywords=_FUNCTIONS)
    for file, _line, text, _comments, _context in texts:
        # Without line numbers, which change with every edit.
        found.add(text, None, [(file, None)])
    labels = (access.label for access in Access)
    for word in [*labels, *OVERLAPS, *TokenStatus, *Control]:
        found.add(str(word), None, [("vocabulary.py", None)])
    return found


def merged(language: Path, texts: Catalog) -> Catalog:
    """A language's catalogue with these texts, and with no others."""
    with language.open("rb") as file:
        catalog = read_po(file, locale=language.parent.parent.name, domain="tokenwidgets")
    catalog.update(texts, no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    return catalog


def written(catalog: Catalog) -> bytes:
    """A catalogue as a file for people."""
    file = io.BytesIO()
    write_po(file, catalog, width=100, sort_by_file=True, include_lineno=False)
    lines = file.getvalue().splitlines(keepends=True)
    return b"".join(
        line for line in lines if not line.startswith((b'"POT-Creation', b'"Generated'))
    )


def compiled(catalog: Catalog) -> bytes:
    """A catalogue as a file for gettext."""
    file = io.BytesIO()
    catalog.creation_date = _ANY_TIME
    write_mo(file, catalog)
    return file.getvalue()


def main() -> int:
    """Write the files; 1 if something is still to be translated."""
    texts = template()
    TEMPLATE.write_bytes(written(texts))
    missing = 0
    for language in sorted(LOCALES.glob("*/LC_MESSAGES/*.po")):
        language.write_bytes(written(merged(language, texts)))
        with language.open("rb") as file:
            catalog = read_po(file, locale=language.parent.parent.name)
        language.with_suffix(".mo").write_bytes(compiled(catalog))
        for message in catalog:
            if message.id and not all(_strings(message.string)):
                missing += 1
                sys.stdout.write(f"{language.parent.parent.name}: {message.id}\n")
    return 1 if missing else 0


def _strings(string: object) -> tuple[object, ...]:
    return tuple(string) if isinstance(string, list | tuple) else (string,)


if __name__ == "__main__":
    sys.exit(main())
