"""Send a dashboard's kernel whatever a hostile browser could, and see what that has changed."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from door import Server, Socket, Visit, named
from hostile import Messages
from sqlalchemy import select
from state import events, faults, rows

from tokenwidgets.bootstrap import initialise
from tokenwidgets.database import Database
from tokenwidgets.platform import open_platform
from tokenwidgets.schema import Base, Token, User
from tokenwidgets.vocabulary import Access, Control

BATCH = 20
"""How many messages are sent before what came back is looked at."""
PAGE = 5_000
"""How many messages one page gets before it is loaded again."""

OWN = "Sales"
"""The department that the clerk is limited to."""


def platform_for_fuzzing(folder: Path) -> str:
    """Make a platform with a visitor without rights and one with some; gives its URL.

    "guest" has no control. "clerk" may administer the users and the tokens of one department.
    """
    url = f"sqlite:///{folder / 'platform.db'}"
    database = Database(url)
    initialise(database, "admin", name="Ada Admin")
    platform = open_platform(database, "admin")
    for api in ("orders", "billing", "reports"):
        platform.apis.add(api, title=api.title())
    platform.users.add("clerk", "Cleo Clerk", department="Administration")
    platform.users.add("guest", "Gus Guest", department="Administration")
    for department in (OWN, "Finance"):
        for number in range(5):
            user_id = f"{department.lower()}{number}"
            platform.users.add(user_id, f"User {number} of {department}", department=department)
            platform.tokens.add(user_id, "nightly", {"orders": Access.READ, "billing": Access.FULL})
    platform.groups.add(
        "Clerks",
        controls=[Control.APPLICATION_USERS, Control.API_TOKENS, Control.ACTIVITY],
        departments=[OWN],
    )
    platform.memberships.set("clerk", "Clerks", True)
    database.close()
    return url


class Fuzzer:
    """Sends messages as one visitor, and checks after each batch that nothing gave way.

    Args:
        server: the dashboard, behind our proxy's header.
        database: its platform, made by ``platform_for_fuzzing``.
        user: "guest" or "clerk".
        seed: the same seed sends the same messages, as far as what comes back is the same.
        canary: a file that code would make, if any were run.

    """

    def __init__(
        self, server: Server, database: Database, user: str, seed: int, canary: Path
    ) -> None:
        self.server = server
        self.database = database
        self.user = user
        self.canary = canary
        self.sent: Counter[str] = Counter()
        self._random = random.Random(f"{seed} {user}")
        self._messages = Messages(f"{seed} {user}", canary)
        self._before = rows(database, trail=False)
        self._events = len(events(database))

    def run(self, messages: int) -> None:
        """Send so many messages, and raise ``AssertionError`` when anything gives way."""
        while messages > 0:
            on_this_page = min(messages, PAGE)
            visit = Visit(self.server.origin, named(self.user))
            assert visit.open().status_code == 200, "the page could not be opened"
            with visit.socket() as socket:
                self._look(socket)
                for start in range(0, on_this_page, BATCH):
                    if start % (BATCH * 10) == 0:
                        self._work(socket)
                    self._batch(socket, min(BATCH, on_this_page - start))
            visit.close()
            messages -= on_this_page

    def _batch(self, socket: Socket, count: int) -> None:
        for _ in range(count):
            kind, message = self._messages.make()
            self.sent[kind] += 1
            socket.connection.send(message)
        self._look(socket)
        self._check()

    def _work(self, socket: Socket) -> None:
        """Do what a person would, so that there is something to replay, to damage and to break."""
        user_id = f"{OWN.lower()}{self._random.randrange(5)}"
        grants = {self._random.choice(["orders", "billing"]): "Full Access"}
        steps: list[tuple[str, Callable[[dict[str, Any]], dict[str, Any]]]] = [
            ("MenuBar", lambda _: {"type": "open-screen", "name": "Application Users"}),
            ("UserPicker", lambda _: {"type": "search", "text": ""}),
            ("UserPicker", lambda _: {"type": "open-row", "key": user_id}),
            ("TabStrip", lambda _: {"type": "select-tab", "name": "API Tokens"}),
            ("TokenGrid", lambda _: {"type": "add-token"}),
            (
                "AccessForm",
                lambda form: {
                    "type": "save-token",
                    "form": form.get("form", ""),
                    "name": f"token {self._random.random()}",
                    "expiration": "6",
                    "separate": False,
                    "grants": grants,
                },
            ),
            ("TokenGrid", lambda grid: self._on_row("regenerate-token", grid)),
            ("Dialog", lambda dialog: _confirm(dialog)),
            ("TokenGrid", lambda grid: self._on_row("revoke-token", grid)),
            ("Dialog", lambda dialog: _confirm(dialog)),
        ]
        for component, content_of in steps:
            shown = [
                comm_id
                for comm_id, state in self._messages.states.items()
                if state.get("_anywidget_id", "").endswith(f".{component}")
            ]
            if shown:
                content = content_of(self._messages.states[shown[0]])
                self._messages.past.append((shown[0], content))
                socket.custom(shown[0], content)
                self._look(socket)

    def _on_row(self, action: str, grid: dict[str, Any]) -> dict[str, Any]:
        ids = [row["id"] for row in grid.get("rows", [])]
        return {"type": action, "id": self._random.choice(ids or [1])}

    def _look(self, socket: Socket) -> None:
        states = socket.widgets(check=_nothing_leaks)
        assert len(states) > 20, "the page has no components"
        self._messages.look({comm_id: each["state"] for comm_id, each in states.items()})

    def _check(self) -> None:
        assert not self.canary.exists(), "code was run"
        now = rows(self.database, trail=False)
        changed = {}
        for table, rows_before in self._before.items():
            # By their repr: some columns hold lists.
            before = {repr(row): row for row in rows_before}
            after = {repr(row): row for row in now[table]}
            different = [(before | after)[key] for key in before.keys() ^ after.keys()]
            if different:
                changed[table] = different
        added = events(self.database)[self._events :]
        assert {event.actor for event in added} <= {self.user}, "somebody else acted"
        if self.user == "guest":
            assert not changed, f"a visitor without rights changed {sorted(changed)}"
            assert {event.outcome for event in added} <= {"denied"}
        else:
            self._check_clerk(changed)

    def _check_clerk(self, changed: dict[str, Any]) -> None:
        allowed = {"users", "tokens", "token_secrets", "grants", "preferences"}
        assert set(changed) <= allowed, (
            f"a control was overstepped: {sorted(set(changed) - allowed)}"
        )
        with self.database.read() as session:
            users = set(session.scalars(select(User.id).where(User.department == OWN)))
            tokens = set(session.scalars(select(Token.id).where(Token.owner_id.in_(users))))
        for table, column, own in (
            ("users", "id", users),
            ("tokens", "owner_id", users),
            ("token_secrets", "token_id", tokens),
            ("grants", "token_id", tokens),
        ):
            position = list(Base.metadata.tables[table].columns.keys()).index(column)
            touched = {row[position] for row in changed.get(table, ())}
            assert touched <= own, f"{table} of another department were changed"

    def done(self) -> Counter[str]:
        """What the visitor has done, and what they were denied, by the audit trail."""
        added = events(self.database)[self._events :]
        return Counter(
            event.action if event.outcome == "done" else f"{event.action} ({event.outcome})"
            for event in added
        )

    def finish(self) -> None:
        """Check what takes longer: the audit trail, and what the server has logged."""
        assert faults(self.database) == []
        caught = caught_exceptions(self.server.log)
        assert not caught, "exceptions were only just caught:\n\n" + "\n\n".join(caught)


def caught_exceptions(log: str) -> list[str]:
    """The exceptions that a server has logged, each place once, with all that leads there."""
    found: dict[str, str] = {}
    for each in re.split(r"^(?=Traceback \(most recent call last\):)", log, flags=re.MULTILINE)[1:]:
        text = re.match(r"Traceback.*\n(?:[ \t].*\n)*.*", each)
        assert text
        lines = text[0].splitlines()
        place = "".join(line for line in lines if line.lstrip().startswith("File "))
        found.setdefault(place, text[0])
    return list(found.values())


def _confirm(dialog: dict[str, Any]) -> dict[str, Any]:
    values = {field["name"]: field.get("value", "") for field in dialog.get("fields", [])}
    return {"type": "confirm", "values": values, "nonce": dialog.get("nonce", "")}


def _nothing_leaks(message: dict[str, Any]) -> None:
    """What comes back is for widgets, and no exception is in it."""
    kind = message["header"]["msg_type"]
    assert kind not in ("error", "stream", "execute_result", "execute_reply"), kind
    assert "Traceback (most recent" not in json.dumps(message["content"])
