"""What is said of a change stays true when what there is after it cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from person import Person, live_tokens
from unplugged import Unplugged

from tokenwidgets import errors
from tokenwidgets.bootstrap import ADMINISTRATORS
from tokenwidgets.platform import Platform
from tokenwidgets.vocabulary import Access, Control

MISSED = "What is shown could not be read again and may be out of date."

Loses = Callable[[Any, str], None]


@pytest.fixture
def loses(monkeypatch: pytest.MonkeyPatch, plug: Unplugged) -> Loses:
    """Have the database go away as soon as this method of a service has been called once."""

    def lose(service: Any, method: str) -> None:
        real = getattr(service, method)

        def then_gone(*args: Any, **kwargs: Any) -> Any:
            monkeypatch.setattr(service, method, real)
            done = real(*args, **kwargs)
            plug.unplug()
            return done

        monkeypatch.setattr(service, method, then_gone)

    return lose


def test_a_new_secret_is_shown_though_the_tokens_cannot_be_read_again(
    at_token: Person, plug: Unplugged, populated: Platform, loses: Loses
):
    before = at_token.row("nightly-load")["hint"]
    at_token.does(at_token.tokens.grid, "regenerate-token", id=at_token.row("nightly-load")["id"])
    loses(at_token.app.shell.platform.tokens, "regenerate")
    at_token.confirms(months="6")
    assert at_token.said == ("alert", f"“nightly-load” has a new secret. {MISSED}")
    assert at_token.takes_secrets()
    plug.plug_in()
    at_token.tries_again()
    assert at_token.row("nightly-load")["hint"] != before


def test_a_token_is_added_once_and_shown_though_the_tokens_cannot_be_read_again(
    at_token: Person, plug: Unplugged, populated: Platform, loses: Loses
):
    at_token.does(at_token.tokens.grid, "add-token")
    loses(at_token.app.shell.platform.tokens, "add")
    at_token.saves("second", orders="Read Access")
    assert at_token.said == ("alert", f"“second” was added. {MISSED}")
    assert at_token.takes_secrets()
    assert at_token.shown == [at_token.strip, at_token.tokens.grid]
    plug.plug_in()
    at_token.tries_again()
    assert {*live_tokens(populated)} == {"nightly-load", "second"}
    assert at_token.row("second")


def test_an_edit_is_told_though_the_tokens_cannot_be_read_again(
    at_token: Person, plug: Unplugged, populated: Platform, loses: Loses
):
    at_token.does(at_token.tokens.grid, "edit-token", id=at_token.row("nightly-load")["id"])
    loses(at_token.app.shell.platform.tokens, "edit")
    at_token.saves("weekly-load", "keep", orders="Read Access")
    assert at_token.said == ("alert", f"“weekly-load” was saved. {MISSED}")
    plug.plug_in()
    assert [*live_tokens(populated)] == ["weekly-load"]


def test_who_leaves_a_form_is_at_the_tokens_though_they_cannot_be_read(
    at_token: Person, plug: Unplugged
):
    at_token.does(at_token.tokens.grid, "add-token")
    form = at_token.tokens.form.form
    plug.unplug()
    at_token.does(form, "cancel-form", form=form.form)
    assert at_token.said[0] == "alert"
    assert at_token.shown == [at_token.strip, at_token.tokens.grid]
    plug.plug_in()
    at_token.tries_again()
    assert at_token.said == ("status", "")


def test_who_may_no_longer_see_tokens_leaves_a_form_for_the_tabs_alone(
    at_token: Person, populated: Platform
):
    populated.groups.add("Root")
    populated.groups.set_controls("Root", list(Control))
    populated.users.add("second", "Second")
    populated.memberships.set("second", "Root", True)
    at_token.does(at_token.tokens.grid, "add-token")
    form = at_token.tokens.form.form
    controls = [each for each in Control if each is not Control.API_TOKENS]
    populated.groups.set_controls(ADMINISTRATORS, controls)
    at_token.does(form, "cancel-form", form=form.form)
    assert "API Tokens" in at_token.said[1]
    assert at_token.shown == [at_token.strip]


def test_a_change_that_takes_ones_own_rights_is_told(at_token: Person, populated: Platform):
    populated.users.add("second", "Second")
    populated.memberships.set("second", ADMINISTRATORS, True)
    at_token.opens("admin", "General")
    form = at_token.app.detail.general.form
    at_token.does(
        form,
        "save-profile",
        form=form.form,
        user_id="admin",
        name="Me",
        email="",
        department="",
        active=False,
    )
    kind, text = at_token.said
    assert kind == "alert"
    assert text.startswith("admin was saved. ")


def test_a_tab_that_cannot_be_read_is_not_the_selected_one(at_token: Person, plug: Unplugged):
    at_token.does(at_token.strip, "select-tab", name="General")
    shown = at_token.shown
    plug.unplug()
    at_token.does(at_token.strip, "select-tab", name="API Tokens")
    assert at_token.strip.selected == "General"
    assert at_token.shown == shown
    plug.plug_in()
    at_token.tries_again()
    assert at_token.strip.selected == "API Tokens"
    assert at_token.shown == [at_token.strip, at_token.tokens.grid]


def test_trying_again_is_about_the_message_on_show_alone(
    at_token: Person, populated: Platform, monkeypatch: pytest.MonkeyPatch
):
    populated.tokens.add("jdoe", "other", {"billing": Access.READ})
    bar = at_token.app.shell.bar

    def fails(*_args: Any, **_kwargs: Any) -> None:
        raise errors.DatabaseUnavailable("gone")

    at_token.does(at_token.tokens.grid, "edit-token", id=at_token.row("nightly-load")["id"])
    form = at_token.tokens.form.form
    with monkeypatch.context() as patch:
        patch.setattr(at_token.app.shell.platform.tokens, "edit", fails)
        at_token.saves("changed", "keep", orders="Full Access")
    late = bar.notice["serial"]
    at_token.does(form, "cancel-form", form=form.form)
    at_token.does(at_token.tokens.grid, "edit-token", id=live_tokens(populated)["other"].id)
    for serial in (late, bar.notice["serial"]):
        at_token.tries_again(serial)
    assert {*live_tokens(populated)} == {"nightly-load", "other"}


def test_what_others_changed_under_a_question_is_shown_however_it_is_answered(
    at_token: Person, populated: Platform, monkeypatch: pytest.MonkeyPatch
):
    populated.tokens.add("jdoe", "other", {"billing": Access.READ})
    at_token.does(at_token.tokens.grid, "show-ended", shown=False)
    at_token.does(at_token.tokens.grid, "revoke-token", id=at_token.row("nightly-load")["id"])
    populated.tokens.revoke(live_tokens(populated)["other"].id)
    populated.tokens.revoke(live_tokens(populated)["nightly-load"].id)
    at_token.app.shell.refresh()
    assert len(at_token.tokens.grid.rows) == 2, "nothing moves under a question"
    at_token.confirms()
    assert at_token.tokens.grid.rows == []
