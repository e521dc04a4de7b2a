"""Secrets in bytes: found by form and checksum, whatever is around them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokenwidgets.scan.finder import Place, find
from tokenwidgets.secret import digest, mint

SECRETS = [mint().reveal(), mint("acme9").reveal(), mint("ab").reveal(), mint("p" * 16).reveal()]


def found(data):
    return list(find(data, Place("file")))


@given(st.binary(max_size=60), st.sampled_from(SECRETS), st.binary(max_size=60))
def test_a_secret_is_found_whatever_is_around_it(before, secret, after):
    for mark in (b"", b"\xff\xfe", b"\xfe\xff"):
        hits = [each.digest for each in found(mark + before + secret.encode() + after)]
        assert digest(secret) in hits


@given(st.binary(max_size=200))
def test_noise_is_no_secret(data):
    assert found(data) == []


def test_a_secret_with_one_character_changed_is_none():
    secret = SECRETS[0]
    for position in range(len(secret)):
        other = "x" if secret[position] != "x" else "y"
        changed = secret[:position] + other + secret[position + 1 :]
        assert found(changed.encode()) == [], changed


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_line_and_column_count_from_one_in_units_of_utf_16(encoding):
    one, other = SECRETS[:2]
    text = f"é {one}\n  key = '{one}'\nü\n{other}, 😀{one}\n\n中{other}"
    places = [(each.place.line, each.place.column) for each in found(text.encode(encoding))]
    assert places == [(1, 3), (2, 10), (4, 1), (4, len(other) + 5), (6, 2)]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_texts_of_windows_are_searched_with_a_mark_and_without(encoding, mark):
    (hit,) = found(f"{mark}A=1\r\nB={SECRETS[0]}\r\n".encode(encoding))
    assert hit.digest == digest(SECRETS[0])
    assert (hit.place.line, hit.place.column) == (2, 3)


def test_both_are_found_where_a_line_of_another_encoding_was_added():
    one, other = SECRETS[:2]
    data = f"{one}\n".encode("utf-16") + f"{other}\n".encode()
    assert [each.digest for each in found(data)] == [digest(one), digest(other)]


def test_nothing_of_a_secret_is_kept_but_its_ends():
    secret = SECRETS[1]
    (hit,) = found(secret.encode())
    assert hit.hint == f"acme9_…{secret[-4:]}"
    assert secret[6:-4] not in repr(hit)


def test_tokens_of_other_makers_are_none():
    for other in (
        "ghp_" + "A" * 36,
        "github_pat_11ABCDEFG0abcdefghijkl_" + "b" * 59,
        "sk_live_" + "c" * 24,
        "AKIAIOSFODNN7EXAMPLE",
        "_" + "0" * 36,
        "twk_" + "0" * 36,
    ):
        assert found(other.encode()) == []
