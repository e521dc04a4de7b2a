"""Mint, recognise and digest secrets; nothing else in the package sees a secret's text.

A secret is ``<prefix>_<30 base62 random><6 base62 CRC-32 of what precedes>``: 178 bits of
randomness, and a checksum by which a leaked one is recognised offline, with no look-up
(the scheme that GitHub published in 2021 for its own tokens).
"""

from __future__ import annotations

import hashlib
import re
import secrets
import string
import zlib
from typing import NoReturn

from tokenwidgets.errors import InvalidValue

__all__ = [
    "ALPHABET",
    "DEFAULT_PREFIX",
    "LONGEST",
    "PATTERN",
    "Secret",
    "digest",
    "has_checksum",
    "hint",
    "hint_of",
    "is_well_formed",
    "mint",
]

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
DEFAULT_PREFIX = "twk"
RANDOM_LENGTH = 30
CHECKSUM_LENGTH = 6
LONGEST = 16 + 1 + RANDOM_LENGTH + CHECKSUM_LENGTH
"""The most characters that a secret can have."""

PATTERN = re.compile(r"[A-Za-z][A-Za-z0-9]{1,15}_[0-9A-Za-z]{36}", re.ASCII)
"""What every secret looks like; ``is_well_formed`` also checks the checksum."""

# What each byte is worth as a digit of base62: as ones, as 62s, and so on.
_P0, _P1, _P2, _P3, _P4, _P5 = (
    [max(ALPHABET.find(chr(byte)), 0) * len(ALPHABET) ** power for byte in range(256)]
    for power in range(CHECKSUM_LENGTH)
)
_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9]{1,15}", re.ASCII)


class Secret:
    """A freshly minted secret: what may be stored of it, and its text for showing once.

    It has no useful repr, cannot be pickled or copied into a trait by accident, and gives
    its text only to :meth:`reveal`.
    """

    __slots__ = ("_text", "digest", "last_four", "prefix")

    def __init__(self, text: str) -> None:
        self._text = text
        self.prefix = text.partition("_")[0]
        self.last_four = text[-4:]
        self.digest = digest(text)

    def reveal(self) -> str:
        """The text of the secret. Whoever calls this answers for where it goes."""
        return self._text

    @property
    def hint(self) -> str:
        """What may be shown of it, as :func:`hint` says of a text."""
        return hint_of(self.prefix, self.last_four)

    def __repr__(self) -> str:
        return f"<Secret {self.prefix}…{self.last_four}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is shown once and never stored, so it cannot be pickled")


def mint(prefix: str = DEFAULT_PREFIX) -> Secret:
    """A new secret from the operating system's randomness.

    Raises:
        InvalidValue: the prefix is not 2 to 16 ASCII letters and digits, a letter first.

    """
    if not _PREFIX.fullmatch(prefix):
        raise InvalidValue(
            "Token prefix", f"must be 2 to 16 ASCII letters or digits, a letter first: {prefix!r}"
        )
    random = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH))
    body = f"{prefix}_{random}"
    return Secret(body + _checksum(body))


def hint(text: str) -> str:
    """What may be shown of a secret: its prefix and last four characters."""
    return hint_of(text.partition("_")[0], text[-4:])


def hint_of(prefix: str, last_four: str) -> str:
    """The same of a secret whose text is gone: ``twk_…1a2B``."""
    return f"{prefix}_…{last_four}"


def is_well_formed(text: str) -> bool:
    """Whether the text has a secret's form and its checksum is right. Needs no database."""
    return PATTERN.fullmatch(text) is not None and has_checksum(text.encode())


def has_checksum(encoded: bytes) -> bool:
    """Whether the last six bytes are the checksum of those before; the form is not looked at."""
    # Every check of a token comes through here, so this is written out.
    try:
        a, b, c, d, e, f = encoded[-CHECKSUM_LENGTH:]
    except ValueError:
        return False
    number = _P5[a] + _P4[b] + _P3[c] + _P2[d] + _P1[e] + _P0[f]
    return number == zlib.crc32(encoded[:-CHECKSUM_LENGTH])


def digest(text: str) -> bytes:
    """SHA-256 of the secret, 32 bytes: what the database holds in its place.

    A fast hash is right here, unlike for passwords: nobody can guess 178 random bits.
    """
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _checksum(body: str) -> str:
    """CRC-32 of the text, in base62, most significant first, padded to six characters."""
    number = zlib.crc32(body.encode("ascii"))
    digits = []
    for _ in range(CHECKSUM_LENGTH):
        number, remainder = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[remainder])
    return "".join(reversed(digits))
