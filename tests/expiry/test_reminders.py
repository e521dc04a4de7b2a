"""Who is reminded of what, and that each is told once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from state import events, rows

from tokenwidgets import errors
from tokenwidgets.expiry import ReminderService, send_reminders
from tokenwidgets.vocabulary import Access, Control


def days_before(clock, token, days):
    clock.now = token.expires_at - timedelta(days=days)


def test_owner_and_administrator_are_reminded_at_30_7_and_1_days(
    service, mail, mailbox, clock, token
):
    both = ["admin@example.org", "jdoe@example.org"]
    for days, expected in (
        (31, []),
        (30, both),
        (29, []),
        (7, both),
        (2, []),
        (1, both),
        (0.5, []),
    ):
        days_before(clock, token, days)
        mailbox.messages.clear()
        outcome = send_reminders(service, mail)
        assert mailbox.to == expected, days
        assert sorted(each.email for each in outcome.sent) == expected
        assert not outcome.failed


def test_the_message_says_which_token_when_and_whose(service, mail, mailbox, clock, token):
    days_before(clock, token, 7)
    mail.link = "https://tokens.example.org/"
    send_reminders(service, mail)
    own = mailbox.text_to("jdoe@example.org")
    assert "Hello Jane Doe" in own
    assert "2026-04-30 12:00 UTC (in 7 days): nightly" in own
    assert "https://tokens.example.org/" in own
    assert "administer" not in own
    others = mailbox.text_to("admin@example.org")
    assert "nightly, of Jane Doe (jdoe)" in others
    assert "of yours" not in others
    _, message = mailbox.messages[0]
    assert message["Subject"] == "1 API token will expire soon"
    assert message["From"] == "tokens@example.org"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"] and message["Message-ID"]


def test_several_tokens_come_in_one_message(service, populated, mail, mailbox, clock, token):
    populated.tokens.add("jdoe", "weekly", {"orders": Access.READ}, months=3)
    days_before(clock, token, 7)
    send_reminders(service, mail)
    assert mailbox.to == ["admin@example.org", "jdoe@example.org"]
    text = mailbox.text_to("jdoe@example.org")
    assert "nightly" in text
    assert "weekly" in text


def test_a_stage_that_was_passed_over_is_not_made_up_for(service, mail, mailbox, clock, token):
    days_before(clock, token, 5)
    send_reminders(service, mail)
    send_reminders(service, mail)
    assert mailbox.to == ["admin@example.org", "jdoe@example.org"]


def test_a_token_with_a_new_expiration_is_reminded_of_anew(
    service, populated, mail, mailbox, clock, token
):
    days_before(clock, token, 7)
    send_reminders(service, mail)
    token = populated.tokens.edit(token.id, months=3)
    mailbox.messages.clear()
    send_reminders(service, mail)
    assert mailbox.to == []
    days_before(clock, token, 7)
    send_reminders(service, mail)
    assert mailbox.to == ["admin@example.org", "jdoe@example.org"]


def test_nobody_is_reminded_of_what_does_not_work_anyway(
    service, populated, mail, mailbox, clock, token
):
    revoked = populated.tokens.add("jdoe", "gone", {"orders": Access.READ}, months=3).token
    populated.tokens.revoke(revoked.id)
    populated.tokens.add("asmith", "idle", {"orders": Access.READ}, months=3)
    populated.users.edit("asmith", is_active=False)
    days_before(clock, token, 1)
    send_reminders(service, mail)
    assert "gone" not in mailbox.text_to("jdoe@example.org")
    assert "idle" not in mailbox.text_to("admin@example.org")
    assert "asmith@example.org" not in mailbox.to


def test_an_owner_without_an_address_is_left_out(service, populated, mail, mailbox, clock, token):
    populated.users.edit("jdoe", email="")
    days_before(clock, token, 7)
    outcome = send_reminders(service, mail)
    assert mailbox.to == ["admin@example.org"]
    assert not outcome.failed


def test_administrators_are_told_of_their_departments_alone(
    service, populated, mail, mailbox, clock, token
):
    populated.tokens.add("asmith", "weekly", {"orders": Access.READ}, months=3)
    populated.users.add("dora", "Dora", email="dora@example.org", department="Finance")
    controls = [Control.APPLICATION_USERS, Control.API_TOKENS]
    populated.groups.add("Finance desk", controls=controls, departments=["Finance"])
    populated.memberships.set("dora", "Finance desk", True)
    days_before(clock, token, 7)
    send_reminders(service, mail)
    text = mailbox.text_to("dora@example.org")
    assert "nightly" in text
    assert "weekly" not in text
    assert "weekly" in mailbox.text_to("admin@example.org")


def test_who_is_owner_and_administrator_gets_one_message_with_both(
    service, populated, mail, mailbox, clock, token
):
    populated.tokens.add("admin", "mine", {"orders": Access.READ}, months=3)
    days_before(clock, token, 7)
    send_reminders(service, mail)
    assert mailbox.to == ["admin@example.org", "jdoe@example.org"]
    text = mailbox.text_to("admin@example.org")
    assert "of yours" in text
    assert "nightly, of Jane Doe" in text
    assert text.count("mine") == 1
    assert mailbox.messages[0][1]["Subject"] == "2 API tokens will expire soon"


def test_each_message_that_was_sent_is_in_the_audit_trail(
    service, database, mail, mailbox, clock, token
):
    mailbox.refuses.add("admin@example.org")
    days_before(clock, token, 7)
    before = len(events(database))
    send_reminders(service, mail)
    (event,) = events(database)[before:]
    assert (event.actor, event.action, event.user_id) == ("admin", "send reminder", "jdoe")
    assert event.detail == {"count": 1, "email": "jdoe@example.org"}


def test_what_is_due_can_be_asked_for_without_sending(service, database, clock, token, mailbox):
    days_before(clock, token, 7)
    before = rows(database)
    due = {reminder.user_id: reminder for reminder in service.due()}
    assert {token.stage for token in due["jdoe"].own} == {7}
    assert due["admin"].administered == due["jdoe"].own
    assert rows(database) == before
    assert mailbox.to == []


def test_without_the_control_nothing_is_sent(populated, mail, mailbox, clock, token):
    days_before(clock, token, 7)
    service = ReminderService(populated.database, "jdoe", clock=clock)
    with pytest.raises(errors.NotAllowed):
        service.due()
    with pytest.raises(errors.NotAllowed):
        send_reminders(service, mail)
    assert mailbox.to == []
