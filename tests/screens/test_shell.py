"""Trouble is told in words, and what can be tried again is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from house import goes_to
from person import Person
from unplugged import Unplugged

from tokenwidgets import errors
from tokenwidgets.database import Database
from tokenwidgets.platform import Platform
from tokenwidgets.tokens import TokenService
from tokenwidgets.vocabulary import Access, Control


def notice(person: Person) -> dict[str, Any]:
    return person.app.shell.bar.notice


def test_a_lost_database_is_told_and_trying_again_does_what_was_asked(
    admin: Person, plug: Unplugged
):
    plug.unplug()
    admin.does(admin.picker, "open-row", key="jdoe")
    assert notice(admin)["kind"] == "alert"
    assert "database" in notice(admin)["text"]
    assert notice(admin)["retry"] is True
    admin.tries_again()
    assert notice(admin)["retry"] is True
    plug.plug_in()
    admin.tries_again()
    assert notice(admin)["text"] == ""
    assert admin.strip.subheading == "jdoe"


def test_on_a_dashboard_nobody_is_told_where_the_database_is(
    admin: Person,
    plug: Unplugged,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    plug.unplug()
    admin.does(admin.picker, "open-row", key="jdoe")
    assert str(database.url.database) in notice(admin)["text"], "at home it helps"
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5")
    caplog.clear()
    admin.does(admin.picker, "open-row", key="jdoe")
    assert "database" in notice(admin)["text"]
    assert notice(admin)["retry"] is True
    assert str(database.url.database) not in notice(admin)["text"]
    assert str(database.url.database) in caplog.text, "the operator needs it"


def test_what_may_have_been_done_is_not_offered_to_be_done_again(
    admin: Person, monkeypatch: pytest.MonkeyPatch
):
    def lose() -> None:
        raise errors.OutcomeUnknown("Look at /where/it/is before you try again.")

    admin.app.shell.run(lose)
    assert notice(admin)["text"] == "Look at /where/it/is before you try again."
    assert notice(admin)["retry"] is False
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5")
    admin.app.shell.run(lose)
    assert "Look before you try again" in notice(admin)["text"]
    assert "nothing was changed" not in notice(admin)["text"]


def test_it_is_tried_again_once_only(admin: Person, plug: Unplugged, populated: Platform):
    plug.unplug()
    admin.does(admin.picker, "search", text="smith")
    plug.plug_in()
    for _ in range(3):
        admin.tries_again()
    assert [row["key"] for row in admin.picker.rows] == ["asmith"]
    admin.does(admin.picker, "search", text="")
    admin.tries_again()
    assert len(admin.picker.rows) == 3


def test_an_order_that_is_tried_again_is_the_one_that_was_asked_for(admin: Person, plug: Unplugged):
    groups = goes_to(admin, Control.USER_GROUPS).list.table
    inventory = goes_to(admin, Control.TOKEN_INVENTORY).table
    for table, column in ((admin.picker, "name"), (groups, "members"), (inventory, "name")):
        before = table.sort, table.descending
        plug.unplug()
        admin.does(table, "sort-by", column=column)
        assert (table.sort, table.descending) == before, "the rows on show are sorted so"
        plug.plug_in()
        admin.tries_again()
        assert (table.sort, table.descending) == (column, False)


def test_filters_that_were_not_used_are_not_shown_and_are_there_when_tried_again(
    admin: Person, plug: Unplugged, token: int
):
    audit, inventory = goes_to(admin, Control.AUDIT_LOG), goes_to(admin, Control.TOKEN_INVENTORY)
    for screen, values in ((audit, {"actor": "nobody"}), (inventory, {"status": "revoked"})):
        plug.unplug()
        admin.does(screen.bar, "filter", values=values)
        assert screen.bar.values == {}
        plug.plug_in()
        admin.tries_again()
        assert screen.bar.values == values
    assert (audit.events.rows, inventory.table.rows) == ([], [])
    plug.unplug()
    admin.does(inventory.bar, "clear-filters")
    admin.does(inventory.chart, "pick", key="api|read|orders")
    assert inventory.bar.values == {"status": "revoked"}
    plug.plug_in()
    admin.tries_again()
    assert inventory.bar.values == {"status": "revoked", "api": "orders", "access": "read"}


def test_a_screen_that_cannot_be_shown_is_not_the_open_one(admin: Person, plug: Unplugged):
    admin.opens("jdoe")
    plug.unplug()
    admin.does(admin.app.shell.bar, "open-screen", name="Audit Log")
    plug.plug_in()
    assert admin.app.shell.bar.current == "Application Users"
    admin.does(admin.strip, "close")
    assert admin.shown == [admin.picker]


def test_a_database_that_is_not_there_at_the_start_is_tried_again(
    populated: Platform,
    person_of: Callable[..., Person],
    plug: Unplugged,
    monkeypatch: pytest.MonkeyPatch,
):
    plug.unplug()
    monkeypatch.setattr("tokenwidgets.platform.check_schema", lambda database: None)
    person = person_of("admin")
    assert notice(person)["retry"] is True
    assert person.shown == []
    plug.plug_in()
    person.tries_again()
    assert person.shown == [person.picker]
    assert "Application Users" in person.app.shell.bar.items


def test_a_save_that_the_database_did_not_take_is_told_and_nothing_typed_is_lost(
    admin: Person, plug: Unplugged, populated: Platform
):
    admin.opens("jdoe", "API Tokens")
    admin.does(admin.tokens.grid, "add-token")
    form = admin.tokens.form.form
    serial = form.serial
    plug.unplug()
    admin.saves("etl", orders="Read Access")
    assert notice(admin)["retry"] is True
    assert admin.shown == [admin.strip, form]
    assert form.serial == serial
    plug.plug_in()
    admin.tries_again()
    assert [token.name for token in populated.tokens.page("jdoe").rows] == ["etl"]
    assert list(admin.takes_secrets()) == ["etl"]


def test_a_confirmation_that_the_database_did_not_take_does_nothing_later(
    admin: Person, plug: Unplugged, populated: Platform, token: int
):
    admin.opens("jdoe", "API Tokens")
    admin.does(admin.tokens.grid, "revoke-token", id=token)
    nonce = admin.dialog.nonce
    plug.unplug()
    admin.does(admin.dialog, "confirm", values={}, nonce=nonce)
    assert notice(admin)["kind"] == "alert"
    assert notice(admin)["retry"] is False
    assert admin.dialog.nonce == ""
    plug.plug_in()
    admin.does(admin.dialog, "confirm", values={}, nonce=nonce)
    admin.tries_again()
    assert populated.tokens.get(token).revoked_at is None


def test_what_nobody_expected_goes_into_the_log_and_not_into_the_browser(
    admin: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("the inner workings of /etc/passwd")

    admin.opens("jdoe", "API Tokens")
    monkeypatch.setattr(TokenService, "get", fail)
    admin.does(admin.tokens.grid, "edit-token", id=1)
    assert notice(admin)["text"] == "Something went wrong. It was written to the server's log."
    assert "inner workings" in caplog.text
    assert "inner workings" not in admin.wire.states()


def test_a_message_is_about_the_last_action_alone(admin: Person, token: int):
    admin.opens("jdoe", "API Tokens")
    admin.does(admin.tokens.grid, "revoke-token", id=token)
    admin.confirms()
    assert admin.said == ("status", "“nightly-load” was revoked.")
    admin.does(admin.strip, "select-tab", name="Activity")
    assert admin.said == ("status", "")


def test_the_same_words_twice_are_two_messages(admin: Person):
    admin.does(admin.picker, "open-row", key="nobody")
    first = notice(admin)
    admin.does(admin.picker, "open-row", key="nobody")
    assert notice(admin)["text"] == first["text"]
    assert notice(admin)["serial"] > first["serial"]


def test_it_is_busy_only_while_something_is_done(
    admin: Person, monkeypatch: pytest.MonkeyPatch, token: int
):
    seen = []

    def look(*_: Any, **__: Any) -> None:
        seen.append(admin.app.shell.bar.busy)
        raise errors.UnknownToken("There is no token 1.")

    admin.opens("jdoe", "API Tokens")
    with monkeypatch.context() as patch:
        patch.setattr(TokenService, "get", look)
        admin.does(admin.tokens.grid, "edit-token", id=1)
    assert seen == [True]
    assert admin.app.shell.bar.busy is False
    # Nor does the browser take a kernel for lost that does what was confirmed.
    admin.does(admin.tokens.grid, "revoke-token", id=token)
    monkeypatch.setattr(TokenService, "revoke", look)
    admin.confirms()
    assert seen == [True, True]
    assert admin.app.shell.bar.busy is False


def test_a_secret_that_no_view_shows_is_reported(admin: Person, populated: Platform):
    admin.opens("jdoe", "API Tokens")
    admin.does(admin.tokens.grid, "add-token")
    admin.saves("etl", orders="Read Access")
    secrets = admin.app.shell.secrets
    (nonce,) = secrets._offers
    secrets._offers[nonce].timer.cancel()
    secrets._give_up(nonce)
    assert notice(admin)["kind"] == "alert"
    assert "Regenerate" in notice(admin)["text"]
    # The token is there, and its secret is not.
    assert populated.tokens.page("jdoe").rows[0].grants == {"orders": Access.READ}
    assert admin.secrets_in_state() == []
