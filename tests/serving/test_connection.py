"""What a stranger can send down the WebSocket of their own page, and what comes back."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from door import Server, Socket, Visit, named
from state import rows
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tokenwidgets.platform import Platform

Visits = Callable[..., Visit]


@pytest.fixture(scope="module")
def kernel(server: Server) -> Iterator[Socket]:
    """The connection of a visitor without any control to their kernel; each test leaves it well."""
    visit = Visit(server.origin, named("guest"))
    assert visit.open().status_code == 200
    with visit.socket() as socket:
        yield socket
    visit.close()


def kinds(socket: Socket) -> list[str]:
    return [message["header"]["msg_type"] for message in socket.messages()]


def run(code: str) -> dict[str, Any]:
    return {
        "code": code,
        "silent": False,
        "store_history": True,
        "user_expressions": {"x": code},
        "allow_stdin": True,
        "stop_on_error": False,
    }


@pytest.mark.parametrize("channel", ["shell", "control", "stdin", "iopub"])
def test_no_code_is_run_on_any_channel(kernel: Socket, channel: str, server: Server, tmp_path):
    proof = tmp_path / "ran"
    code = f"open({str(proof)!r}, 'w').close()"
    for kind, content in {
        "execute_request": run(code),
        "complete_request": {"code": f"{code};", "cursor_pos": 1},
        "inspect_request": {"code": code, "cursor_pos": 1, "detail_level": 1},
        "is_complete_request": {"code": code},
        "history_request": {"output": True, "raw": True, "hist_access_type": "tail", "n": 10},
        "input_reply": {"value": code},
        "debug_request": {"command": "evaluate", "arguments": {"expression": code}},
        "create_subshell_request": {},
        "usage_request": {},
        "shutdown_request": {"restart": True},
        "interrupt_request": {},
        "EXECUTE_REQUEST": run(code),
        "execute_request\n": run(code),
    }.items():
        kernel.send(kind, content, channel=channel)
    assert set(kinds(kernel)) <= {"status"}
    assert kernel.is_alive()
    assert not proof.exists()
    assert "dropped a message of guest" in server.log


def test_a_browser_makes_no_widgets(kernel: Socket):
    before = set(kernel.widgets())
    state = {"_model_module": "@jupyter-widgets/controls", "_model_name": "HTMLModel"}
    for target in ("jupyter.widget", "jupyter.widget.version", "debugpy", "", None, 5, {}):
        opening = {"comm_id": "0" * 32, "target_name": target, "data": {"state": state}}
        kernel.send("comm_open", opening, metadata={"version": "2.1.0"})
    assert set(kinds(kernel)) <= {"status"}
    assert set(kernel.widgets()) == before


def malformed() -> dict[str, bytes]:
    good = Socket.build("comm_msg", {"comm_id": "x", "data": {"method": "custom", "content": {}}})
    deep = b"[" * 100_000 + b"]" * 100_000
    parts = Socket.build("comm_msg", {"comm_id": "x", "data": {}})
    return {
        "nothing": b"",
        "a byte": b"\x00",
        "a count beyond all memory": struct.pack("<Q", 2**63) + good[8:],
        "a count of parts that are not there": struct.pack("<Q", 60) + good[8:],
        "offsets that go backwards": good[:8] + good[8:56][::-1] + good[56:],
        "offsets past the end": good[:8] + struct.pack("<6Q", *[2**40] * 6) + good[56:],
        "half a message": good[: len(good) // 2],
        "no JSON": good.replace(b'"msg_type"', b"'msg_type'"),
        "no UTF-8": good.replace(b"comm_msg", b"comm_\xff\xfe\xfd"),
        "a list for a header": good.replace(b'{"msg_id"', b'[{"msg_id"'),
        "deep nesting": parts[:-2] + deep,
        "no comm": Socket.build("comm_msg", {"data": {}}),
        "a comm that is a number": Socket.build("comm_msg", {"comm_id": 5, "data": {}}),
        "a comm that is a list": Socket.build("comm_msg", {"comm_id": [], "data": {}}),
        "data that is a text": Socket.build("comm_msg", {"comm_id": "x", "data": "update"}),
        "content that is a list": Socket.build("comm_msg", []),
        "content that is null": Socket.build("comm_msg", None),
        "metadata that is a number": Socket.build("comm_msg", {"comm_id": "x"}, metadata=7),
        "not a number": Socket.build("comm_msg", {"comm_id": "x", "data": {"a": float("nan")}}),
        "a comm that would break a line of the log": Socket.build(
            "comm_msg", {"comm_id": "x\nERROR forged", "data": {"method": "custom", "content": {}}}
        ),
        "an unknown comm": Socket.build("comm_msg", {"comm_id": "nobody", "data": {}}),
        "a closed comm": Socket.build("comm_close", {"comm_id": "nobody", "data": {}}),
    }


@pytest.mark.parametrize("name", list(malformed()))
def test_what_is_malformed_ends_neither_the_connection_nor_the_kernel(name: str, kernel: Socket):
    kernel.connection.send(malformed()[name])
    assert kernel.is_alive()
    assert "Traceback" not in json.dumps(list(kernel.messages(quiet=0.2)))


def test_nothing_of_a_message_makes_a_line_of_the_log(kernel: Socket, server: Server):
    kernel.connection.send(malformed()["a comm that would break a line of the log"])
    assert kernel.is_alive()
    assert "ERROR forged" not in server.log


def test_a_session_that_would_break_a_line_of_the_log_is_refused(visit: Visits):
    guest = visit("guest")
    with pytest.raises(InvalidStatus) as refused, guest.socket(session_id="x%0aERROR forged"):
        pass
    assert refused.value.response.status_code == 400


def test_a_text_frame_is_no_message(kernel: Socket):
    kernel.connection.send(json.dumps({"channel": "shell", "header": {"msg_type": "comm_msg"}}))
    assert kernel.is_alive()


def test_a_connection_of_the_old_protocol_gets_nothing_done(visit: Visits, tmp_path):
    guest = visit("guest")
    address = f"{guest.origin.replace('http', 'ws')}/api/kernels/{guest.kernel_id}"
    headers = [("X-Forwarded-User", guest.client.headers["X-Forwarded-User"])]
    proof = tmp_path / "ran"
    message = {
        "channel": "shell",
        "header": {"msg_id": "1", "msg_type": "execute_request", "session": "s"},
        "parent_header": {},
        "metadata": {},
        "content": run(f"open({str(proof)!r}, 'w').close()"),
    }
    with connect(f"{address}/channels?session_id=1", additional_headers=headers) as raw:
        raw.send(json.dumps(message))
        raw.send(json.dumps({**message, "header": {"msg_type": "kernel_info_request"}}))
        with pytest.raises((TimeoutError, ConnectionClosed)):
            raw.recv(timeout=2)
    with guest.socket() as socket:
        assert socket.is_alive()
    assert not proof.exists()


def test_a_visitor_without_a_control_gets_no_widget_with_anything_in_it(kernel: Socket):
    states = {each["model_name"]: each["state"] for each in kernel.widgets().values()}
    bar = kernel.states[kernel.widget("MenuBar")]["state"]
    assert bar["actor_id"] == "guest"
    assert bar["items"] == []
    assert "ledger-7" not in json.dumps(states)
    assert "payroll-export-7" not in json.dumps(kernel.states)


def test_what_is_asked_of_hidden_components_is_refused_by_the_service(
    kernel: Socket, platform: Platform
):
    before = rows(platform.database, trail=False)
    kernel.widgets()
    for model, messages in {
        "MenuBar": [{"type": "open-screen", "name": "Application Users"}],
        "UserPicker": [{"type": "open", "user_id": "guest"}, {"type": "add-user"}],
        "TabStrip": [{"type": "select-tab", "name": "API Tokens"}, {"type": "close"}],
        "ProfileForm": [
            {
                "type": "save",
                "user_id": "evil",
                "name": "Evil",
                "email": "",
                "department": "",
                "active": True,
            }
        ],
        "GroupChooser": [
            {"type": "set-membership", "group": "Administrators", "member": True, "serial": 0}
        ],
        "TokenGrid": [{"type": "add"}, {"type": "revoke-all"}],
        "Dialog": [{"type": "confirm", "values": {}}],
    }.items():
        for message in messages:
            kernel.custom(kernel.widget(model), message)
    assert kernel.is_alive()
    after = kernel.widgets()
    assert rows(platform.database, trail=False) == before
    shown = json.dumps([each["state"] for each in after.values()])
    assert "payroll-export-7" not in shown
    assert "ledger-7" not in shown


def test_state_from_the_browser_changes_nothing(visit: Visits):
    with visit("clerk").socket() as kernel:
        bar = kernel.widget("MenuBar")
        before = kernel.states[bar]["state"]
        for state in (
            {"actor_id": "admin", "actor": "Ada Admin"},
            {"items": ["Audit Log"]},
            {"_esm": "export default {}", "_css": "* {display: none}"},
            {"_model_module": "evil"},
        ):
            data = {"method": "update", "state": state, "buffer_paths": []}
            kernel.send("comm_msg", {"comm_id": bar, "data": data})
        after = kernel.widgets()[bar]["state"]
        assert after == before


def test_a_user_who_is_deactivated_can_do_nothing_more_on_an_open_page(
    visit: Visits, platform: Platform
):
    platform.users.add("leaver", "Leaver")
    platform.memberships.set("leaver", "Clerks", True)
    leaver = visit("leaver")
    with leaver.socket() as kernel:
        kernel.custom(kernel.widget("UserPicker"), {"type": "search", "text": "guest"})
        kernel.widgets()
        assert kernel.states[kernel.widget("UserPicker")]["state"]["rows"]
        platform.users.edit("leaver", is_active=False)
        before = rows(platform.database, trail=False)
        kernel.custom(kernel.widget("TabStrip"), {"type": "select-tab", "name": "API Tokens"})
        kernel.custom(kernel.widget("UserPicker"), {"type": "search", "text": ""})
        kernel.custom(kernel.widget("UserPicker"), {"type": "open-row", "key": "guest"})
        states = kernel.widgets()
        notice = states[kernel.widget("MenuBar")]["state"]["notice"]
        assert "leaver is not active" in notice["text"]
        assert "payroll-export-7" not in json.dumps([each["state"] for each in states.values()])
        assert rows(platform.database, trail=False) == before
    assert leaver.open().status_code == 403
