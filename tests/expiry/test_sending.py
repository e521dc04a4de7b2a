"""A run of reminders: each is sent once, whatever happens to the run and beside it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from state import events

from tokenwidgets import errors
from tokenwidgets.expiry import Mail, ReminderService, send_reminders, sending
from tokenwidgets.vocabulary import Access

# What is the same on each kind of database is looked at on one.
embedded = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def days_before(clock, token, days):
    clock.now = token.expires_at - timedelta(days=days)


def test_two_runs_at_once_send_each_once(populated, mail, mailbox, clock, token):
    for number in range(20):
        user = f"user{number}"
        populated.users.add(user, "User", email=f"{user}@example.org")
        populated.tokens.add(user, "load", {"orders": Access.READ}, months=3)
    days_before(clock, token, 7)
    barrier = threading.Barrier(3)
    trouble = []

    def run():
        barrier.wait()
        try:
            send_reminders(ReminderService(populated.database, "admin", clock=clock), mail)
        except Exception as error:
            trouble.append(error)

    runs = [threading.Thread(target=run) for _ in range(3)]
    for each in runs:
        each.start()
    for each in runs:
        each.join()
    assert not trouble
    assert len(mailbox.to) == len(set(mailbox.to)) == 21


def test_what_a_killed_run_had_claimed_is_sent_an_hour_later(service, mail, mailbox, clock, token):
    days_before(clock, token, 7)
    assert len(service.claim()) == 2
    assert service.due() == []
    clock.advance(timedelta(minutes=59))
    send_reminders(service, mail)
    assert mailbox.to == []
    clock.advance(timedelta(minutes=1))
    send_reminders(service, mail)
    assert mailbox.to == ["admin@example.org", "jdoe@example.org"]


def test_a_run_that_takes_over_an_hour_sends_nothing_twice(
    service, populated, mail, mailbox, clock, token
):
    populated.tokens.add("asmith", "weekly", {"orders": Access.READ}, months=3)
    days_before(clock, token, 7)
    begin = clock.now

    class Slow(Mail):
        """An e-mail takes 31 minutes, and in the second one the next run begins."""

        next_run = None

        def message(self, reminder, at):
            clock.advance(timedelta(minutes=31))
            if clock.now - begin > timedelta(minutes=61) and not self.next_run:
                self.next_run = send_reminders(service, mail)
            return super().message(reminder, at)

    slow = Slow(config=mail.config)
    outcome = send_reminders(service, slow)
    assert mailbox.to == ["admin@example.org", "asmith@example.org", "jdoe@example.org"]
    assert [len(each.sent) for each in (outcome, slow.next_run)] == [2, 1]
    assert not outcome.failed


@embedded
def test_a_run_does_not_give_back_what_another_has_taken_over(service, clock, token):
    days_before(clock, token, 7)
    lapsed = service.claim()
    clock.advance(timedelta(hours=1))
    assert len(service.claim()) == 2
    assert [service.hold(reminder) for reminder in lapsed] == [None, None]
    for reminder in lapsed:
        service.give_back(reminder)
    assert service.due() == []


class Busy(ReminderService):
    """The database is busy so many times, just when it shall be recorded what was sent."""

    trouble = errors.DatabaseBusy("It is busy.")
    times = 1

    def sent(self, reminder):
        if self.times:
            self.times -= 1
            raise self.trouble
        super().sent(reminder)


@pytest.fixture
def busy(service, clock, monkeypatch):
    """The service, whose database is busy."""
    monkeypatch.setattr(sending, "_PAUSES", (0.0, 0.0))
    return Busy(service.database, service.actor, clock=clock)


@embedded
def test_what_was_sent_is_recorded_when_the_database_is_free_again(
    busy, database, mail, mailbox, clock, token
):
    days_before(clock, token, 7)
    busy.times = 2
    outcome = send_reminders(busy, mail)
    assert (len(outcome.sent), outcome.unrecorded) == (2, ())
    clock.advance(timedelta(hours=2))
    send_reminders(busy, mail)
    assert mailbox.to == ["admin@example.org", "jdoe@example.org"]
    assert [event.action for event in events(database)].count("send reminder") == 2
    # Said again, as after a commit that nobody knows the outcome of, it is one event.
    busy.sent(outcome.sent[0])
    assert [event.action for event in events(database)].count("send reminder") == 2


@embedded
def test_what_was_sent_and_cannot_be_recorded_is_told_and_nothing_more_is_sent(
    busy, mail, mailbox, clock, token
):
    days_before(clock, token, 7)
    busy.times = 9
    outcome = send_reminders(busy, mail)
    assert mailbox.to == ["admin@example.org"]
    ((unrecorded, why),) = outcome.unrecorded
    assert (outcome.sent, why) == ((unrecorded,), "It is busy.")
    assert [(reminder.user_id, why) for reminder, why in outcome.failed] == [
        ("jdoe", "It is busy.")
    ]


@embedded
def test_what_was_sent_before_an_interruption_is_recorded(busy, mail, mailbox, clock, token):
    days_before(clock, token, 7)
    busy.trouble = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        send_reminders(busy, mail)
    assert mailbox.to == ["admin@example.org"]
    send_reminders(busy, mail)
    assert mailbox.to == ["admin@example.org", "jdoe@example.org"]


def test_a_mailbox_that_refuses_does_not_keep_the_others_waiting(
    service, mail, mailbox, clock, token
):
    mailbox.refuses.add("admin@example.org")
    days_before(clock, token, 7)
    outcome = send_reminders(service, mail)
    assert mailbox.to == ["jdoe@example.org"]
    ((reminder, why),) = outcome.failed
    assert reminder.user_id == "admin"
    assert "no such mailbox" in why
    mailbox.refuses.clear()
    send_reminders(service, mail)
    assert mailbox.to == ["admin@example.org", "jdoe@example.org"]


def test_with_the_mail_server_down_a_later_run_sends(service, mail, mailbox, clock, token):
    days_before(clock, token, 7)
    port, mail.port = mail.port, 1
    outcome = send_reminders(service, mail)
    assert not outcome.sent
    assert sorted(each.user_id for each, _ in outcome.failed) == ["admin", "jdoe"]
    mail.port = port
    send_reminders(service, mail)
    assert mailbox.to == ["admin@example.org", "jdoe@example.org"]


def test_a_bad_setting_sends_nothing_and_claims_nothing(service, mail, mailbox, clock, token):
    days_before(clock, token, 7)
    mail.template = "/nowhere/reminder.txt"
    with pytest.raises(errors.ConfigurationError):
        send_reminders(service, mail)
    mail.template = ""
    send_reminders(service, mail)
    assert mailbox.to == ["admin@example.org", "jdoe@example.org"]


@embedded
def test_with_a_clock_that_is_wrong_nothing_is_sent(
    service, populated, mail, mailbox, clock, token
):
    days_before(clock, token, 7)
    populated.apis.add("later")
    days_before(clock, token, 8)
    with pytest.raises(errors.ClockError):
        send_reminders(service, mail)
    assert mailbox.to == []
