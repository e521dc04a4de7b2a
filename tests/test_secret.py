"""The form of secrets: minted ones are recognised, and nothing like them is."""

from __future__ import annotations

import copy
import hashlib
import pickle
import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tokenwidgets.errors import InvalidValue
from tokenwidgets.secret import ALPHABET, PATTERN, digest, is_well_formed, mint

LETTERS = string.ascii_letters
PREFIXES = st.builds(
    str.__add__, st.sampled_from(LETTERS), st.text(LETTERS + string.digits, min_size=1, max_size=15)
)


@given(PREFIXES)
def test_a_minted_secret_is_recognised_whatever_its_prefix(prefix):
    secret = mint(prefix)
    text = secret.reveal()
    assert is_well_formed(text)
    assert PATTERN.fullmatch(text)
    assert (secret.prefix, secret.last_four) == (prefix, text[-4:])
    assert text.startswith(f"{prefix}_") and len(text) == len(prefix) + 1 + 36


@given(st.data())
def test_every_change_of_one_character_is_recognised_as_broken(data):
    text = mint(data.draw(PREFIXES)).reveal()
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from(ALPHABET + "_-.é \n") | st.characters())
    assume(other != text[place])
    assert not is_well_formed(text[:place] + other + text[place + 1 :])


def test_each_character_of_one_secret_replaced_by_each_other_is_recognised_as_broken():
    text = mint().reveal()
    broken = [
        text[:place] + other + text[place + 1 :]
        for place in range(len(text))
        for other in ALPHABET + "_"
        if other != text[place]
    ]
    assert len(broken) == len(text) * 62
    assert not any(map(is_well_formed, broken))


@given(st.data())
def test_two_neighbours_that_changed_places_are_recognised_as_broken(data):
    text = mint().reveal()
    place = data.draw(st.integers(0, len(text) - 2))
    assume(text[place] != text[place + 1])
    swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    assert not is_well_formed(swapped)


@pytest.mark.parametrize("cut", [slice(1, None), slice(None, -1), slice(0, 0)])
def test_a_secret_that_was_cut_is_recognised_as_broken(cut):
    assert not is_well_formed(mint().reveal()[cut])


@pytest.mark.parametrize("around", ["{}\n", " {}", "{}{}", "Bearer {}", "{}\0"])
def test_a_secret_with_something_around_it_is_not_one(around):
    text = mint().reveal()
    assert not is_well_formed(around.format(text, text))


@given(st.text(max_size=80) | st.from_regex(PATTERN, fullmatch=True))
def test_any_text_can_be_asked_about_and_digested(text):
    assert is_well_formed(text) in (True, False)
    assert len(digest(text)) == 32


def test_the_checksum_is_the_crc_32_in_base_62_so_that_others_can_write_a_scanner():
    known = "twk_" + "0" * 30 + "1tc3D6"
    assert is_well_formed(known), "the CRC-32 of what precedes is 1737900120"


def test_the_digest_is_sha_256_of_the_text():
    secret = mint()
    assert secret.digest == hashlib.sha256(secret.reveal().encode()).digest()


def test_no_two_secrets_are_alike():
    assert len({mint().reveal() for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    "prefix", ["", "t", "1twk", "tw_k", "tw-k", "twk\n", "тwk", "t" * 17, "tw k"]
)
def test_a_prefix_that_would_not_be_recognised_is_refused(prefix):
    with pytest.raises(InvalidValue, match="Token prefix"):
        mint(prefix)


def test_a_secret_does_not_show_its_text():
    secret = mint()
    middle = secret.reveal()[len("twk_") : -4]
    shown = [repr(secret), str(secret), f"{secret}", "%s" % secret, repr([secret])]  # noqa: UP031
    assert not any(middle in text for text in shown)
    assert all(secret.last_four in text for text in shown)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_secret_cannot_be_pickled(protocol):
    with pytest.raises(TypeError, match="shown once"):
        pickle.dumps(mint(), protocol)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_secret_cannot_be_copied(copied):
    with pytest.raises(TypeError, match="shown once"):
        copied(mint())
