"""The other screens of the application, as a person without a browser comes to them."""

from __future__ import annotations

from typing import Any

from person import Person

from tokenwidgets.vocabulary import Control
from tokenwidgets.widgets.downloads import PIECE


def goes_to(person: Person, control: Control) -> Any:
    """Choose a screen of the menu; gives it."""
    person.does(person.app.shell.bar, "open-screen", name=control.value)
    return person.app._screens[control]


def saves(person: Person, form: Any, **changed: Any) -> None:
    """Change these fields of a form, and press the button that saves."""
    entered = {**form.values, **form.entered, **changed}
    person.does(form, "save-record", form=form.form, values=entered)


def takes_download(person: Person) -> tuple[str, bytes]:
    """Let the browser take the file that was offered last: its name, and its bytes."""
    downloads = person.app.shell.downloads
    offer = [each for each in person.wire.customs(downloads) if each["type"] == "offer"][-1]
    before = len(person.wire.buffers(downloads))
    for offset in range(0, offer["size"], PIECE):
        person.does(downloads, "take-piece", nonce=offer["nonce"], view="v", offset=offset)
    data = b"".join(person.wire.buffers(downloads)[before:])
    assert len(data) == offer["size"]
    return offer["name"], data
