"""Texts in the cells of CSV files can be read again, and are no formulas."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tokenwidgets.cells import armed, disarmed, in_one_cell, of_one_cell

names = st.text(st.sampled_from("ab\\;|'=-@ "), min_size=1)


@given(names)
def test_a_text_can_be_read_again_and_is_no_formula(text: str) -> None:
    assert armed(disarmed(text)) == text
    assert disarmed(text).lstrip(" ")[:1] not in ("=", "-", "@")


@given(st.lists(names, min_size=1))
def test_names_in_one_cell_can_be_read_again(several: list[str]) -> None:
    assert of_one_cell(in_one_cell(several)) == several


def test_what_people_write_is_read_as_they_mean_it() -> None:
    assert of_one_cell("Ops; R&D|DOM\\all\nb") == ["Ops", " R&D", "DOM\\all", "b"]
    assert of_one_cell("") == [""]
