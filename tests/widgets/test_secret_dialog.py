"""A secret goes to one view, once, and is nowhere afterwards."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from typing import Any

import pytest
from wire import Wire

from tokenwidgets.secret import Secret, mint
from tokenwidgets.widgets.secret_dialog import SecretDialog

SOON = 0.02
LONG = 60.0


@pytest.fixture
def dialog() -> SecretDialog:
    return SecretDialog(seen_within=LONG)


@pytest.fixture
def unseen(dialog: SecretDialog) -> list[str]:
    """Gets an entry each time that the dialog says that nobody has seen the secrets."""
    calls: list[str] = []
    dialog.on_unseen(lambda: calls.append("unseen"))
    return calls


def offered(wire: Wire, dialog: SecretDialog) -> str:
    """The nonce of the last offer."""
    return [each for each in wire.customs(dialog) if each["type"] == "offer"][-1]["nonce"]


def handed_over(wire: Wire, dialog: SecretDialog) -> list[dict[str, Any]]:
    return [each for each in wire.customs(dialog) if each["type"] == "secrets"]


def claim(wire: Wire, dialog: SecretDialog, view: str = "view-1") -> None:
    wire.send(dialog, "claim", nonce=offered(wire, dialog), view=view)


def all_that_was_sent(wire: Wire) -> str:
    return json.dumps([each.data for each in wire.sent])


def test_an_offer_holds_no_secret(dialog: SecretDialog, wire: Wire):
    secret = mint()
    dialog.show([("nightly-load", secret)])
    assert offered(wire, dialog)
    assert secret.reveal() not in all_that_was_sent(wire)


def test_the_view_that_claims_first_gets_the_secrets_and_no_other(dialog: SecretDialog, wire: Wire):
    secrets = [("nightly-orders", mint()), ("nightly-billing", mint())]
    dialog.show(secrets)
    claim(wire, dialog, "view-1")
    claim(wire, dialog, "view-2")
    claim(wire, dialog, "view-1")
    (message,) = handed_over(wire, dialog)
    assert message["view"] == "view-1"
    assert message["tokens"] == [
        {"name": name, "secret": secret.reveal()} for name, secret in secrets
    ]


def test_a_claim_of_something_else_gets_nothing(dialog: SecretDialog, wire: Wire):
    dialog.show([("x", mint())])
    for nonce in ("", "guess", offered(wire, dialog) + "x"):
        wire.send(dialog, "claim", nonce=nonce, view="view-1")
    assert handed_over(wire, dialog) == []


def test_no_secret_is_ever_in_its_state(dialog: SecretDialog, wire: Wire):
    secret = mint()
    dialog.show([("x", secret)])
    claim(wire, dialog)
    wire.send(dialog, "seen", nonce=offered(wire, dialog), view="view-1")
    wire.send_raw(dialog, {"method": "request_state"})
    assert secret.reveal() not in wire.states()
    assert secret.reveal() not in json.dumps(dialog.get_state())


def test_python_forgets_the_secrets_as_soon_as_they_were_sent(dialog: SecretDialog, wire: Wire):
    secret = mint()
    mine = sys.getrefcount(secret)
    dialog.show([("x", secret)])
    assert sys.getrefcount(secret) > mine
    claim(wire, dialog)
    assert sys.getrefcount(secret) == mine


def test_a_secret_that_was_seen_is_not_reported(
    dialog: SecretDialog, unseen: list[str], wire: Wire
):
    others = timers(LONG)
    dialog.show([("x", mint())])
    (timer,) = (each for each in timers(LONG) if each not in others)
    claim(wire, dialog)
    wire.send(dialog, "seen", nonce=offered(wire, dialog), view="view-1")
    assert timer.finished.is_set(), "it is called off"
    timer.join()
    assert unseen == []


def test_a_secret_that_is_on_its_way_is_forgotten_when_the_dialog_is_closed(
    dialog: SecretDialog, unseen: list[str]
):
    others = timers(LONG)
    secret = mint()
    mine = sys.getrefcount(secret)
    dialog.show([("x", secret)])
    (timer,) = (each for each in timers(LONG) if each not in others)
    dialog.close()
    assert sys.getrefcount(secret) == mine
    assert timer.finished.is_set(), "it is called off"
    assert unseen == []


@pytest.mark.parametrize("claimed", [False, True], ids=["nobody claims it", "claimed, no more"])
def test_a_secret_that_nobody_acknowledges_is_reported_and_forgotten(
    dialog: SecretDialog, unseen: list[str], wire: Wire, claimed: bool
):
    dialog._seen_within = SOON
    dialog.show([("x", mint())])
    if claimed:
        claim(wire, dialog)
    wait_for_timers()
    assert unseen == ["unseen"]
    sent = len(handed_over(wire, dialog))
    claim(wire, dialog, "view-late")
    assert len(handed_over(wire, dialog)) == sent


def test_only_the_view_that_has_them_can_acknowledge(
    dialog: SecretDialog, unseen: list[str], wire: Wire
):
    dialog._seen_within = SOON
    dialog.show([("x", mint())])
    wire.send(dialog, "seen", nonce=offered(wire, dialog), view="view-1")
    claim(wire, dialog, "view-1")
    wire.send(dialog, "seen", nonce=offered(wire, dialog), view="view-2")
    wait_for_timers()
    assert unseen == ["unseen"]


def test_two_offers_at_once_do_not_mix(dialog: SecretDialog, wire: Wire):
    first, second = mint(), mint()
    dialog.show([("first", first)])
    nonce = offered(wire, dialog)
    dialog.show([("second", second)])
    claim(wire, dialog, "view-2")
    wire.send(dialog, "claim", nonce=nonce, view="view-1")
    assert [(each["view"], each["tokens"][0]["name"]) for each in handed_over(wire, dialog)] == [
        ("view-2", "second"),
        ("view-1", "first"),
    ]


def test_on_a_running_loop_no_thread_is_started(wire: Wire):
    async def in_a_kernel() -> list[str]:
        calls: list[str] = []
        dialog = SecretDialog(seen_within=SOON)
        dialog.on_unseen(lambda: calls.append(threading.current_thread().name))
        threads = threading.enumerate()
        dialog.show([("x", mint())])
        assert not set(threading.enumerate()) - set(threads)
        await asyncio.sleep(SOON * 5)
        return calls

    assert asyncio.run(in_a_kernel()) == ["MainThread"]


def test_a_callback_that_fails_does_not_keep_the_others_from_being_called(
    wire: Wire, caplog: pytest.LogCaptureFixture
):
    calls: list[str] = []

    def fail() -> None:
        raise RuntimeError

    dialog = SecretDialog(seen_within=SOON)
    dialog.on_unseen(fail)
    dialog.on_unseen(lambda: calls.append("unseen"))
    secret = mint()
    dialog.show([("x", secret)])
    wait_for_timers()
    assert calls == ["unseen"]
    assert "could not tell" in caplog.text
    assert secret.reveal() not in caplog.text


def test_no_listener_hears_of_what_is_between_python_and_the_view(dialog: SecretDialog, wire: Wire):
    heard: list[Any] = []
    dialog.listen(heard.append)
    dialog.show([("x", mint())])
    claim(wire, dialog)
    wire.send(dialog, "seen", nonce=offered(wire, dialog), view="view-1")
    assert heard == []


def test_nothing_to_show_shows_nothing(dialog: SecretDialog, wire: Wire):
    dialog.show([])
    assert wire.customs(dialog) == []


def timers(interval: float) -> list[threading.Timer]:
    """The timers of this process that go off after so many seconds."""
    running = [each for each in threading.enumerate() if isinstance(each, threading.Timer)]
    return [each for each in running if each.interval == interval]


def wait_for_timers() -> None:
    """Wait until those that go off soon have done their work."""
    for timer in timers(SOON):
        timer.join(LONG)


def test_secrets_cannot_be_put_into_a_trait_by_accident():
    with pytest.raises(TypeError):
        json.dumps({"secret": mint()})
    assert isinstance(mint(), Secret)
