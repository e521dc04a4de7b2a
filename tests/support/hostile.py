"""Messages as a hostile browser would send them, made from what is on the page.

Many are valid, because they are made from the types that the components understand: replayed,
reordered, with other people's ids, to components that are hidden or closed. The others are valid
ones that were damaged, state that nobody asked for, and plain noise.
"""

from __future__ import annotations

import importlib
import json
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from door import Socket
from msgspec import inspect

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


class Messages:
    """Makes messages at random.

    Args:
        seed: the same seed makes the same messages, as far as the pages are the same.
        canary: a file that code would make, if any were run.

    """

    def __init__(self, seed: str, canary: Path) -> None:
        self.states: dict[str, dict[str, Any]] = {}
        self.past: list[tuple[str, Any]] = []
        self._canary = canary
        self._random = random.Random(seed)
        self._comms: dict[str, tuple[type, ...]] = {}
        self._gone: list[str] = []
        self._words: list[Any] = []
        self._own: dict[str, Any] = {}
        self._kinds: dict[str, tuple[int, Callable[[], bytes]]] = {
            "valid": (40, self._valid),
            "another component's": (5, self._another_components),
            "damaged": (15, self._damaged),
            "replayed": (10, self._replayed),
            "state": (10, self._any_state),
            "code": (5, self._code),
            "comm": (5, self._comm),
            "noise": (5, self._noise),
            "header": (5, self._header),
        }

    def look(self, states: dict[str, dict[str, Any]]) -> None:
        """Take in what is on the page now: its components, and the words and numbers in them."""
        self._gone = list(self._comms)[:100]
        self.states = states
        self._comms = {
            comm_id: _messages_of(state.get("_anywidget_id", ""))
            for comm_id, state in states.items()
        }
        self._words = _distinct(list(states.values()))

    def make(self) -> tuple[str, bytes]:
        """The next message, and of what kind it is."""
        weights = [weight for weight, _ in self._kinds.values()]
        (kind,) = self._random.choices(list(self._kinds), weights)
        return kind, self._kinds[kind][1]()

    def _valid(self) -> bytes:
        comm_id, kinds = self._random.choice([each for each in self._comms.items() if each[1]])
        # What is on this component at present: its rows, its question, its nonce.
        self._own = self.states[comm_id]
        content = self._struct(self._random.choice(kinds))
        self._own = {}
        if self._random.random() < 0.3:
            self.past.append((comm_id, content))
            del self.past[:-200]
        return _custom(comm_id, content)

    def _replayed(self) -> bytes:
        return _custom(*self._random.choice(self.past)) if self.past else self._valid()

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
        code = f"open({str(self._canary)!r}, 'w').close()"
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
        words = _distinct(self._own) if dice < 0.6 else self._words if dice < 0.85 else []
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
        # What the component itself calls by that name: the key of a row, the nonce of a question.
        named_so = _by_name(self._own)
        made = {
            field.encode_name: self._random.choice(named_so[field.encode_name])
            if field.encode_name in named_so and self._random.random() < 0.8
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


def _by_name(value: Any) -> dict[str, list[Any]]:
    """All words and numbers in a state by the name that they have there, at any depth."""
    found: dict[str, list[Any]] = {}
    if isinstance(value, dict):
        for name, each in value.items():
            if isinstance(each, (str, int)) and each != "" and name not in ("_esm", "_css"):
                found.setdefault(name, []).append(each)
    for each in value.values() if isinstance(value, dict) else value:
        if isinstance(each, (dict, list)):
            for name, more in _by_name(each).items():
                found.setdefault(name, []).extend(more)
    return found


def _distinct(value: Any) -> list[Any]:
    seen = {json.dumps(word) for word in _leaves(value)}
    return [json.loads(word) for word in sorted(seen)]
