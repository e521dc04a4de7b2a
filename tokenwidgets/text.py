"""Check texts that people type, before they are stored."""

from __future__ import annotations

import re
import unicodedata

from tokenwidgets import errors
from tokenwidgets.language import Phrase

__all__ = [
    "check_email",
    "check_identifier",
    "check_name",
    "check_note",
    "comparison_key",
    "plain",
]

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}", re.ASCII)
_EMAIL = re.compile(r"[^@\s<>\"(),:;\\]{1,64}@[^@\s<>\"(),:;\\]{1,255}")
# Controls, invisible, private and unassigned characters, lone surrogates; and those that turn
# the direction of the text around them, with which a name can pass for another.
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_REFUSED = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# Those that choose another form of the character before them, where there is one of its kind:
# of a Mongolian letter, of a Chinese character; of an emoji and a few signs (U+FE0E, U+FE0F).
_SELECTOR = "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
_STRAY_SELECTOR = re.compile(
    "(?<![\u1820-\u18aa])[\u180b-\u180d\u180f]"
    "|(?<![\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])"
    "[\ufe00-\ufe0d\U000e0100-\U000e01ef]"
)
# What does not show, in two names, makes no difference: joiners, selectors, and the above, which
# a name that is older than this rule may have.
_INVISIBLE = re.compile(f"[\u034f\u17b4\u17b5\u200c\u200d{_SELECTOR}]")
# Joiners, without which some scripts and emoji cannot be written, and Arabic signs.
_TAKEN = frozenset("\u200c\u200d\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u08e2")


def check_name(field: str, value: object, *, most: int = 100) -> str:
    """A name as it is stored: NFC, no space around it, one line, at most ``most`` characters.

    Right-to-left scripts are welcome; invisible and direction-turning characters are not.

    Raises:
        InvalidValue: what is wrong with the name, to be shown beside the field.

    """
    text = _plain_text(field, value, most)
    if not comparison_key(text):
        raise errors.InvalidValue(field, Phrase("cannot be empty."))
    return text


def check_note(field: str, value: object, *, most: int = 2000) -> str:
    """A free text of one line, which may be empty; else as ``check_name``."""
    return _plain_text(field, value, most)


def check_identifier(field: str, value: object) -> str:
    """A User ID or an API's name: ASCII, so that none can look like another.

    Raises:
        InvalidValue: what is wrong with it.

    """
    text = _plain_text(field, value, 100)
    if not _IDENTIFIER.fullmatch(text):
        raise errors.InvalidValue(
            field,
            Phrase(
                "must be 1 to 100 letters (A-Z), digits or . _ @ + - and begin with a letter or"
                " digit."
            ),
        )
    return text


def check_email(field: str, value: object) -> str:
    """An e-mail address in its usual form, or nothing.

    Raises:
        InvalidValue: it is not one.

    """
    text = _plain_text(field, value, 320)
    if text and not _EMAIL.fullmatch(text):
        raise errors.InvalidValue(
            field, Phrase("is not an e-mail address like jane.doe@example.org.")
        )
    return text


def comparison_key(name: str) -> str:
    """What two names are compared by: neither case nor what does not show makes a difference.

    Nor does it which spaces there are between two words, and how many: a page shows one.
    """
    shown = " ".join(_INVISIBLE.sub("", name).split())
    return unicodedata.normalize("NFC", shown.casefold())


def plain(text: str, most: int) -> str:
    """The beginning of any text, fit to be stored and shown: what is refused in names as U+FFFD."""
    shown = "".join(each if _is_plain(each) else "\ufffd" for each in text[:most])
    return _STRAY_SELECTOR.sub("\ufffd", shown)


def _plain_text(field: str, value: object, most: int) -> str:
    if not isinstance(value, str):
        raise errors.InvalidValue(field, f"must be text, not {type(value).__name__}.")
    # Before anything that takes time in proportion to the length.
    if len(value) > most * 4:
        raise errors.InvalidValue(
            field, Phrase("is too long: at most {most} characters.", most=str(most))
        )
    text = unicodedata.normalize("NFC", value).strip()
    if len(text) > most:
        raise errors.InvalidValue(
            field, Phrase("is too long: at most {most} characters.", most=str(most))
        )
    if text.isascii() and text.isprintable():
        return text  # as most are, and imports have hundreds of thousands
    refused = [each for each in text if not _is_plain(each)] or _STRAY_SELECTOR.findall(text)
    if refused:
        raise errors.InvalidValue(
            field,
            Phrase(
                "has a character that cannot be shown plainly ({code}).",
                code=f"U+{ord(refused[0]):04X}",
            ),
        )
    return text


def _is_plain(character: str) -> bool:
    if character in _REFUSED:
        return False
    return character in _TAKEN or unicodedata.category(character) not in _REFUSED_CATEGORIES
