"""Send a dashboard's kernel whatever a hostile browser could, and see what that has changed.

The messages are built from the types that the components understand, so that many of them are
valid: replayed, reordered, with other people's ids, to components that are hidden or closed. The
others are valid ones that were damaged, state that nobody asked for, and plain noise.
"""

from __future__ import annotations

import importlib
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from door import Server, Socket, Visit, named
from msgspec import inspect
from sqlalchemy import select
from state import events, faults, rows

from tokenwidgets.bootstrap import initialise
from tokenwidgets.database import Database
from tokenwidgets.platform import open_platform
from tokenwidgets.schema import User
from tokenwidgets.vocabulary import Access, Control

BATCH = 20
"""How many messages are sent before what came back is looked at."""
PAGE = 5_000
"""How many messages one page gets before it is loaded again."""

OWN = "Sales"
"""The department that the clerk is limited to."""

_NASTY = (
    "",
    " ",
    "<script>alert(1)</script>",
    "=HYPERLINK(1)",
    "\u202eadmin",
    "a\x00b",
    "%s%n{0}",
    "'; DROP TABLE users; --",
    "../../etc/passwd",
    "__class__",
    "x" * 10_001,
    "\ud800",
)
_NUMBERS = (-1, 0, 1, 2, 3, 6, 12, 2**31, 2**63, 2**64, -(2**63), 10**400)


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
        self._before = rows(database, trail=False)
        self._events = len(events(database))
        self._past: list[tuple[str, Any]] = []
        self._comms: dict[str, tuple[type, ...]] = {}
        self._states: dict[str, dict[str, Any]] = {}
        self._state: dict[str, Any] = {}
        self._gone: list[str] = []
        self._words: list[Any] = []
        self._kinds: dict[str, Callable[[], bytes]] = {
            "valid": self._valid,
            "another component's": self._another_components,
            "damaged": self._damaged,
            "replayed": self._replayed,
            "state": self._any_state,
            "code": self._code,
            "comm": self._comm,
            "noise": self._noise,
            "header": self._header,
        }

    def run(self, messages: int) -> None:
        """Send so many messages, and raise ``AssertionError`` when anything gives way."""
        while messages > 0:
            on_this_page = min(messages, PAGE)
            visit = Visit(self.server.origin, named(self.user))
            assert visit.open().status_code == 200, "the page could not be opened"
            with visit.socket() as socket:
                self._look(socket)
                for start in range(0, on_this_page, BATCH):
                    self._batch(socket, min(BATCH, on_this_page - start))
            visit.close()
            messages -= on_this_page

    def _batch(self, socket: Socket, count: int) -> None:
        weights = [40, 5, 15, 10, 10, 5, 5, 5, 5]
        for kind in self._random.choices(list(self._kinds), weights, k=count):
            message = self._kinds[kind]()
            self.sent[kind] += 1
            socket.connection.send(message)
        self._look(socket)
        self._check()

    def _look(self, socket: Socket) -> None:
        """Take in what is on the page now: its components, and the words and numbers in them."""
        self._gone = list(self._comms)[:100]
        states = socket.widgets(check=_nothing_leaks)
        self._states = {comm_id: each["state"] for comm_id, each in states.items()}
        self._comms = {
            comm_id: _messages_of(state.get("_anywidget_id", ""))
            for comm_id, state in self._states.items()
        }
        self._words = _distinct(list(self._states.values()))

    def _check(self) -> None:
        assert not self.canary.exists(), "code was run"
        now = rows(self.database, trail=False)
        changed = {table: (set(now[table]) ^ set(before)) for table, before in self._before.items()}
        changed = {table: rows for table, rows in changed.items() if rows}
        added = events(self.database)[self._events :]
        assert {event.actor for event in added} <= {self.user}, "somebody else acted"
        if self.user == "guest":
            assert not changed, f"a visitor without rights changed {sorted(changed)}"
            assert {event.outcome for event in added} <= {"denied"}
        else:
            self._check_clerk(changed, now)

    def _check_clerk(self, changed: dict[str, Any], now: dict[str, Any]) -> None:
        allowed = {"users", "tokens", "token_secrets", "grants", "preferences"}
        assert set(changed) <= allowed, (
            f"a control was overstepped: {sorted(set(changed) - allowed)}"
        )
        with self.database.read() as session:
            own = set(session.scalars(select(User.id).where(User.department == OWN)))
        for row in changed.get("users", ()):
            assert row[0] in own, "a user of another department was changed"
        for row in changed.get("tokens", ()):
            assert row[1] in own, "a token of another department was changed"

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

    # The messages -----------------------------------------------------------------------------

    def _valid(self) -> bytes:
        comm_id, kinds = self._random.choice([each for each in self._comms.items() if each[1]])
        # What is on this component at present: its rows, its question, its nonce.
        self._state = self._states[comm_id]
        content = self._struct(self._random.choice(kinds))
        self._state = {}
        if self._random.random() < 0.3:
            self._past.append((comm_id, content))
            del self._past[:-200]
        return _custom(comm_id, content)

    def _replayed(self) -> bytes:
        return _custom(*self._random.choice(self._past)) if self._past else self._valid()

    def _another_components(self) -> bytes:
        kinds = self._random.choice([kinds for kinds in self._comms.values() if kinds])
        return _custom(self._any_comm(), self._struct(self._random.choice(kinds)))

    def _damaged(self) -> bytes:
        _, kinds = self._random.choice([each for each in self._comms.items() if each[1]])
        content: Any = self._struct(self._random.choice(kinds))
        for _ in range(self._random.randint(1, 3)):
            content = self._damage(content)
        return _custom(self._any_comm(), content)

    def _damage(self, content: Any) -> Any:
        if not isinstance(content, dict) or not content:
            return self._anything()
        key = self._random.choice(list(content))
        match self._random.randrange(6):
            case 0:
                return {k: v for k, v in content.items() if k != key}
            case 1:
                return {**content, key: self._anything()}
            case 2:
                return {**content, str(self._anything())[:50]: self._anything()}
            case 3:
                return {**content, key: [content[key]]}
            case 4:
                return {**content, "type": self._word()}
            case _:
                return [content]

    def _any_state(self) -> bytes:
        names = ("rows", "actor_id", "items", "errors", "_esm", "_css", "children", "layout")
        state = {self._random.choice(names): self._anything() for _ in range(2)}
        method = self._random.choice(["update", "update", "request_state", "echo_update", "x"])
        data = {"method": method, "state": state, "buffer_paths": self._anything()}
        return Socket.build("comm_msg", {"comm_id": self._any_comm(), "data": data})

    def _code(self) -> bytes:
        code = f"open({str(self.canary)!r}, 'w').close()"
        kind = self._random.choice(
            [
                "execute_request",
                "complete_request",
                "inspect_request",
                "input_reply",
                "debug_request",
            ]
        )
        content = {"code": code, "value": code, "silent": False, "cursor_pos": 3}
        return Socket.build(kind, content, channel=self._channel())

    def _comm(self) -> bytes:
        kind = self._random.choice(["comm_open", "comm_close", "comm_info_request"])
        target = self._random.choice(["jupyter.widget", "jupyter.widget.control", self._word()])
        content = {"comm_id": self._any_comm(), "target_name": target, "data": {}}
        if target == "jupyter.widget.control" and kind == "comm_open":
            # Not one of a component: that would only cut the page off from it.
            content["comm_id"] = f"{self._random.random()}"
        metadata = {"version": self._random.choice(["1.0.0", "2.1.0", "x", ""])}
        return Socket.build(kind, content, metadata=metadata, channel=self._channel())

    def _header(self) -> bytes:
        content = {"comm_id": self._any_comm(), "data": {"method": "custom", "content": {}}}
        field = self._random.choice(
            ["msg_id", "msg_type", "session", "username", "version", "date", "subshell_id", "x"]
        )
        dates = ["2026-99-99T99:99:99Z", "2026-01-31T12:00:00+99:99", "9999-12-31T23:59:60Z"]
        value = self._random.choice([self._anything(), *dates])
        return Socket.build("comm_msg", content, header={field: value})

    def _noise(self) -> bytes:
        message = bytearray(self._valid())
        match self._random.randrange(3):
            case 0:
                for _ in range(self._random.randint(1, 20)):
                    message[self._random.randrange(len(message))] = self._random.randrange(256)
            case 1:
                del message[self._random.randrange(len(message)) :]
            case _:
                message = bytearray(self._random.randbytes(self._random.randrange(200)))
        return bytes(message)

    def _any_comm(self) -> str:
        known = [*self._comms, *self._gone]
        return self._random.choice(known) if self._random.random() < 0.95 else self._word()

    def _channel(self) -> str:
        return self._random.choice(["shell", "control", "stdin", "iopub", "hb", ""])

    def _word(self) -> str:
        return self._one_of(str, _NASTY)

    def _number(self) -> int:
        return self._one_of(int, _NUMBERS)

    def _one_of(self, kind: type, others: Sequence[Any]) -> Any:
        """Mostly one that this component shows, if there is such, or any; else another."""
        dice = self._random.random()
        words = _distinct(self._state) if dice < 0.6 else self._words if dice < 0.85 else []
        found = [word for word in words if type(word) is kind]
        return self._random.choice(found or others)

    def _anything(self) -> Any:
        makers: list[Callable[[], Any]] = [
            self._word,
            self._number,
            lambda: None,
            lambda: True,
            lambda: 1e308,
            lambda: [self._word()] * self._random.randrange(100),
            lambda: {self._word(): self._number()},
            lambda: json.loads("[" * 200 + "]" * 200),
        ]
        return self._random.choice(makers)()

    def _struct(self, kind: type) -> dict[str, Any]:
        info: Any = inspect.type_info(kind)
        made = {
            field.encode_name: self._state[field.encode_name]
            # Such as the nonce of a question.
            if isinstance(self._state.get(field.encode_name), str) and self._random.random() < 0.8
            else self._value(field.type)
            for field in info.fields
        }
        return {info.tag_field: info.tag, **made}

    def _value(self, of: Any) -> Any:
        match of:
            case inspect.StrType():
                return self._word()
            case inspect.IntType():
                return self._number()
            case inspect.BoolType():
                return self._random.random() < 0.5
            case inspect.FloatType():
                return self._random.choice([0.0, -1.0, 1e308, 0.5])
            case inspect.LiteralType():
                return self._random.choice(of.values)
            case inspect.UnionType():
                return self._value(self._random.choice(of.types))
            case inspect.ListType() | inspect.SetType() | inspect.VarTupleType():
                return [self._value(of.item_type) for _ in range(self._random.randrange(4))]
            case inspect.DictType():
                return {
                    str(self._value(of.key_type)): self._value(of.value_type)
                    for _ in range(self._random.randrange(4))
                }
            case inspect.StructType():
                return self._struct(of.cls)
            case inspect.NoneType():
                return None
            case _:
                return self._anything()


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


def _messages_of(anywidget_id: str) -> tuple[type, ...]:
    module, _, name = anywidget_id.rpartition(".")
    if not module.startswith("tokenwidgets."):
        return ()
    return getattr(importlib.import_module(module), name).messages


def _custom(comm_id: str, content: Any) -> bytes:
    data = {"method": "custom", "content": content}
    return Socket.build("comm_msg", {"comm_id": comm_id, "data": data})


def _leaves(value: Any) -> Iterator[Any]:
    """The words and numbers in a state, without the scripts and styles."""
    if isinstance(value, dict):
        for key, each in value.items():
            if key not in ("_esm", "_css"):
                yield from _leaves(each)
    elif isinstance(value, list):
        for each in value[:50]:
            yield from _leaves(each)
    elif isinstance(value, (str, int)) and len(str(value)) < 200:
        yield value


def _distinct(value: Any) -> list[Any]:
    seen = {json.dumps(word) for word in _leaves(value)}
    return [json.loads(word) for word in sorted(seen)]


def _nothing_leaks(message: dict[str, Any]) -> None:
    """What comes back is for widgets, and no exception is in it."""
    kind = message["header"]["msg_type"]
    assert kind not in ("error", "stream", "execute_result", "execute_reply"), kind
    assert "Traceback (most recent" not in json.dumps(message["content"])
