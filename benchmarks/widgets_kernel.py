"""What a dashboard's kernel holds after much was opened and closed; for ``widgets.py``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psutil
from door import Server, Socket, Visit

__all__ = ["print_kernels"]

STEPS = (0.1, 0.4, 0.7, 1)
PEER_OPENED = 20


def print_kernels(ours: Server, users: Sequence[str], plain: Server) -> None:
    """Print the widget models and the memory of both kernels, after some and after all."""
    print("\n| Kernel | Opened | Widget models | Memory, MB |\n| --- | ---: | ---: | ---: |")
    with visiting(ours) as (socket, kernel):
        done = 0
        for step in STEPS:
            until = round(len(users) * step)
            for user_id in users[done:until]:
                open_and_close(socket, user_id)
            done = until
            print_kernel("ours: users, each with the form", done, socket, kernel)
    with visiting(plain) as (socket, kernel):
        for done in range(1, PEER_OPENED + 1):
            send(socket, "ButtonModel", {"event": "click"})
            if done in (1, PEER_OPENED):
                print_kernel("plain ipywidgets: the form", done, socket, kernel)


@contextmanager
def visiting(server: Server) -> Iterator[tuple[Socket, psutil.Process]]:
    """A connection to a kernel of our own, without a browser, and the kernel's process."""
    before = set(server.children())
    visit = Visit(server.origin)
    visit.open(server.url.removeprefix(server.origin))
    (kernel,) = set(server.children()) - before
    with visit.socket() as socket:
        socket.widgets()
        yield socket, psutil.Process(kernel)
    visit.close()


def open_and_close(socket: Socket, user_id: str) -> None:
    """Open a user, then the form of a new token, and close both."""
    send(socket, "UserPicker", {"type": "open-row", "key": user_id})
    send(socket, "TabStrip", {"type": "select-tab", "name": "API Tokens"})
    send(socket, "TokenGrid", {"type": "add-token"})
    send(socket, "TabStrip", {"type": "close"})


def send(socket: Socket, model: str, content: dict[str, object]) -> None:
    """Send a widget what its view would, and wait until the kernel is done with it."""
    socket.custom(socket.widget(model), content)
    for message in socket.messages(quiet=60):
        if message["content"].get("execution_state") == "idle":
            return
    raise AssertionError(f"the kernel did not answer {content}")


def print_kernel(name: str, opened: int, socket: Socket, kernel: psutil.Process) -> None:
    """Print a line of the table."""
    memory = kernel.memory_info().rss / 1e6
    print(f"| {name} | {opened:,} | {len(socket.widgets()):,} | {memory:.1f} |", flush=True)
