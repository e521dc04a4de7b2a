"""An empty platform gets its first administrator, once."""

from __future__ import annotations

import threading

import pytest
from state import events, faults, rows

from tokenwidgets import errors
from tokenwidgets.bootstrap import ADMINISTRATORS, initialise, is_demo
from tokenwidgets.database import Database
from tokenwidgets.platform import open_platform
from tokenwidgets.upgrade import is_empty
from tokenwidgets.vocabulary import Control


def test_the_first_administrator_has_every_control(empty_database, clock):
    initialise(empty_database, "ada", name="Ada", email="ada@example.org", clock=clock)
    platform = open_platform(empty_database, "ada", clock=clock)
    assert platform.users.authority().controls == tuple(Control)
    ada = platform.users.get("ada")
    assert (ada.name, ada.email, ada.groups) == ("Ada", "ada@example.org", (ADMINISTRATORS,))
    assert platform.groups.get(ADMINISTRATORS).controls == tuple(Control)


def test_the_beginning_is_recorded(empty_database, clock):
    initialise(empty_database, "ada", clock=clock)
    assert [(event.actor, event.action, event.subject) for event in events(empty_database)] == [
        ("tokenwidgets init", "add group", ADMINISTRATORS),
        ("tokenwidgets init", "add user", "ada"),
        ("tokenwidgets init", "add member", ADMINISTRATORS),
    ]
    assert faults(empty_database) == []


def test_a_name_that_is_not_given_is_the_user_id(empty_database):
    initialise(empty_database, "ada")
    assert open_platform(empty_database, "ada").users.get("ada").name == "ada"


def test_a_platform_that_has_users_is_left_as_it_is(database):
    before = rows(database)
    with pytest.raises(errors.NameInUse, match="has users already"):
        initialise(database, "mallory")
    assert rows(database) == before


def test_of_two_that_begin_at_once_one_wins(empty_database):
    start = threading.Barrier(4)
    refused = []

    def work(admin):
        database = Database(empty_database.url)
        start.wait()
        try:
            initialise(database, admin)
        except errors.NameInUse as error:
            refused.append(error)
        database.close()

    threads = [threading.Thread(target=work, args=(f"admin-{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 3
    assert len(rows(empty_database)["users"]) == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"admin": ""}, "User ID"),
        ({"admin": "a b"}, "User ID"),
        ({"admin": "ada", "name": "A\u202eda"}, "Name"),
        ({"admin": "ada", "email": "nowhere"}, "Email"),
    ],
)
def test_a_bad_administrator_makes_no_database(empty_database, values, field):
    with pytest.raises(errors.InvalidValue, match=field):
        initialise(empty_database, **values)
    assert is_empty(empty_database)


def test_only_a_demo_is_marked_as_one(database, tmp_path):
    assert not is_demo(database)
    demo = Database(f"sqlite:///{tmp_path / 'demo.db'}")
    initialise(demo, "demo", demo=True)
    assert is_demo(demo)
    demo.close()
