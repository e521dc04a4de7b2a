"""The audit trail as a DataFrame."""

from __future__ import annotations

import json
from datetime import timedelta

import pandas as pd
import pytest
from state import events as trail

import tokenwidgets
from tokenwidgets import errors
from tokenwidgets.frames.columns import EVENTS
from tokenwidgets.vocabulary import Access

events = tokenwidgets.events


def test_there_is_one_row_an_event_oldest_first(populated, tokens, database, fast):
    frame = events(populated, fast=fast)
    written = trail(database)
    assert list(frame["event_id"]) == [event.id for event in written]
    for name in ("actor", "action", "outcome", "subject"):
        assert list(frame[name]) == [getattr(event, name) for event in written]
    assert [None if pd.isna(who) else who for who in frame["user_id"]] == [
        event.user_id for event in written
    ]
    assert [None if pd.isna(token) else token for token in frame["token_id"]] == [
        event.token_id for event in written
    ]
    assert list(frame["at"]) == [event.at for event in written]
    assert list(map(json.loads, frame["detail"])) == [event.detail for event in written]


def test_every_column_has_its_documented_dtype(populated, fast):
    expected = {column.name: column.kind.dtype for column in EVENTS}
    assert events(populated, fast=fast).dtypes.to_dict() == expected
    assert events(populated, fast=fast, actor="nobody").dtypes.to_dict() == expected


def test_filters_find_the_events(populated, tokens, clock, fast, platform_of):
    with pytest.raises(errors.NotAllowed):
        platform_of("jdoe").tokens.add("jdoe", "mine", Access.READ)
    denied = events(populated, fast=fast, outcome="denied")
    assert list(denied["actor"]) == ["jdoe"]
    found = events(populated, fast=fast, token_id=tokens["gone"])
    assert list(found["action"]) == ["add token", "revoke token"]
    assert set(events(populated, fast=fast, user_id="asmith")["user_id"]) == {"asmith"}
    recent = events(populated, fast=fast, since=clock.now - timedelta(days=1), action="add token")
    assert list(recent["outcome"]) == ["denied"]
    early = events(populated, fast=fast, until=clock.now - timedelta(days=66), search="OLD")
    assert list(early["subject"]) == ["old"]


def test_chunks_are_the_whole(populated, tokens, fast):
    whole = events(populated, fast=fast)
    for rows in (1, 4, 1000):
        chunks = list(events(populated, fast=fast, chunksize=rows))
        assert max(map(len, chunks)) <= rows
        pd.testing.assert_frame_equal(pd.concat(chunks, ignore_index=True), whole)


def test_without_the_control_there_is_no_trail(populated, platform_of, fast):
    with pytest.raises(errors.NotAllowed):
        events(platform_of("jdoe"), fast=fast)
