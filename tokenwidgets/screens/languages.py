"""The viewer's language: which it is, and another one when they choose it."""

from __future__ import annotations

from tokenwidgets import errors
from tokenwidgets.configuration import TokenWidgets, load_config
from tokenwidgets.identity.acting import under_voila
from tokenwidgets.language import LANGUAGES, chosen, of_environment, speak, spoken, translated
from tokenwidgets.platform import Platform
from tokenwidgets.preferences import LANGUAGE
from tokenwidgets.screens.shell import Shell
from tokenwidgets.widgets.menu_bar import ChooseLanguage

__all__ = ["change_language", "speak_as_viewer"]


def speak_as_viewer(platform: Platform) -> None:
    """Show texts in the actor's own language, else the configured one, else the environment's.

    On a dashboard the server has done so already: it knows what the visitor's browser asks for.
    """
    if under_voila():
        return
    try:
        own = platform.preferences.get(LANGUAGE)
    except errors.TokenWidgetsError:
        # Whoever reads more than the language from the database will say so.
        own = None
    speak(chosen(own, TokenWidgets(config=load_config()).language, of_environment()))


def change_language(shell: Shell, message: ChooseLanguage) -> None:
    """Remember the actor's choice, and load the dashboard again in it."""
    language = message.code
    if language not in LANGUAGES or language == spoken():
        return
    shell.platform.preferences.set(LANGUAGE, language)
    if under_voila():
        shell.bar.reload()
    else:
        shell.say(translated(language, "Run this cell again to see it in the language chosen."))
