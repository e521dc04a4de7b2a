"""The viewer's language: which it is, and another one when they choose it."""

from __future__ import annotations

from collections.abc import Callable

from tokenwidgets import errors
from tokenwidgets.configuration import TokenWidgets, load_config
from tokenwidgets.identity.acting import under_voila
from tokenwidgets.language import chosen, is_known, of_environment, speak, spoken
from tokenwidgets.platform import Platform
from tokenwidgets.preferences import LANGUAGE
from tokenwidgets.screens.shell import Shell

__all__ = ["change_language", "speak_as_viewer"]


def speak_as_viewer(platform: Platform) -> bool:
    """Show texts in the actor's own language, else the configured one, else the environment's.

    On a dashboard the server has done so already: it knows what the visitor's browser asks for.

    Returns: whether that is settled; if not, what the page asks for goes before the environment.

    """
    if under_voila():
        return True
    try:
        own = platform.preferences.get(LANGUAGE)
    except errors.TokenWidgetsError:
        # Whoever reads more than the language from the database will say so.
        own = None
    wishes = own, TokenWidgets(config=load_config()).language
    speak(chosen(*wishes, of_environment()))
    return any(map(is_known, wishes))


def change_language(shell: Shell, language: str, show: Callable[[str], None]) -> None:
    """Remember the actor's choice, and load the dashboard again in it; a cell is shown in it."""
    if not is_known(language) or language == spoken():
        return
    shell.platform.preferences.set(LANGUAGE, language)
    if under_voila():
        shell.bar.reload()
    else:
        show(language)
