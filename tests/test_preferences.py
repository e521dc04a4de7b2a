"""What an actor chose to see: remembered for that actor, and for nobody else."""

from __future__ import annotations

import threading

import pytest
from state import events

from tokenwidgets.errors import InvalidValue


def test_a_preference_is_remembered(platform, platform_of):
    assert platform.preferences.get("hidden tabs", ["none"]) == ["none"]
    platform.preferences.set("hidden tabs", ["Activity"])
    platform.preferences.set("hidden tabs", ["Activity", "General"])
    assert platform_of("admin").preferences.get("hidden tabs") == ["Activity", "General"]


def test_a_preference_is_the_actors_own(populated, platform_of):
    populated.preferences.set("hidden tabs", ["Activity"])
    assert platform_of("jdoe").preferences.get("hidden tabs") is None
    platform_of("jdoe").preferences.set("hidden tabs", [])
    assert populated.preferences.get("hidden tabs") == ["Activity"]


@pytest.mark.parametrize("value", [None, True, 6, "x", [], {"a": [1, {"b": None}]}, "ü\0\u202e"])
def test_any_json_value_can_be_one(platform, value):
    platform.preferences.set("any", value)
    assert platform.preferences.get("any", "default") == value


@pytest.mark.parametrize(
    "value", [object(), {1, 2}, float("nan"), float("inf"), b"x", "x" * 10_000, [0] * 10_000]
)
def test_what_is_no_json_or_too_long_is_refused(platform, value):
    platform.preferences.set("kept", "before")
    with pytest.raises(InvalidValue, match="kept"):
        platform.preferences.set("kept", value)
    assert platform.preferences.get("kept") == "before"


@pytest.mark.parametrize("name", ["", "x" * 101, "a\0b", "a\ud800b", None, 5])
def test_a_bad_name_is_refused(platform, name):
    for call in (platform.preferences.get, lambda it: platform.preferences.set(it, 1)):
        with pytest.raises(InvalidValue, match="Preference"):
            call(name)


def test_a_preference_changes_nothing_so_it_is_not_in_the_audit_trail(platform, database):
    before = len(events(database))
    platform.preferences.set("hidden tabs", ["Activity"])
    assert len(events(database)) == before


def test_two_windows_of_one_actor_can_choose_at_once(platform):
    start = threading.Barrier(4)
    trouble = []

    def choose(number):
        start.wait()
        try:
            platform.preferences.set("hidden tabs", [number])
        except Exception as error:
            trouble.append(error)

    threads = [threading.Thread(target=choose, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert trouble == []
    assert platform.preferences.get("hidden tabs") in ([0], [1], [2], [3])
