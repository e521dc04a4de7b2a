"""What a setting may be: whether there is one of this name, and whether it can have this value."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from typing import Any

import traitlets
from traitlets.config import Config, Configurable, LazyConfigValue
from traitlets.config.loader import DeferredConfig

from tokenwidgets import errors

__all__ = ["Text", "Texts", "check_setting", "check_settings", "did_you_mean", "named"]


class Text(traitlets.Unicode[str, str]):
    """A text that is on the command line as it stands: ``~``, ``None`` and quotes are texts.

    A path is none, as ``~`` leads home there. What is no text is refused by its kind alone: it may
    hold a database's URL with the password in it.
    """

    def validate(self, obj: Any, value: Any) -> str:
        """The text."""
        if self.name is None or isinstance(value, str):
            return super().validate(obj, value)
        if isinstance(value, bytes) and value.isascii():
            return value.decode()
        kind = type(value).__name__
        raise traitlets.TraitError(f"{type(obj).__name__}.{self.name} is a text, not a {kind}.")

    def from_string(self, s: str) -> str:
        """The text."""
        return s


class Texts(traitlets.List[str]):
    """Texts, one for each time that the option is given."""

    def __init__(self, **options: Any) -> None:
        super().__init__(Text(), **options)

    def from_string_list(self, s_list: list[str]) -> list[str]:
        """The texts, also when the only one looks like a list of Python's."""
        return list(s_list)


def named(classes: Iterable[type]) -> dict[str, type[Configurable]]:
    """The classes and those above them, by the name of the section that sets each."""
    return {
        each.__name__: each
        for kind in classes
        for each in reversed(kind.__mro__)
        if issubclass(each, Configurable)
    }


def did_you_mean(name: str, names: Iterable[str], *, likeness: float = 0.6) -> str:
    """A hint at the name that it nearly is; empty if it is like none of them."""
    close = difflib.get_close_matches(name, [*names], n=1, cutoff=likeness)
    return f"; did you mean {close[0]}?" if close else ""


def check_settings(
    config: Config, where: str, section: Callable[[str], type[Configurable] | None]
) -> None:
    """See that there are these settings, and that each can have its value.

    Args:
        config: the settings, by section.
        where: what is before a setting's name in messages: where it comes from.
        section: the class that a section sets; None for one of another program.

    Raises:
        ConfigurationError: a setting cannot be used; it says which.
        As ``section``.

    """
    for name, values in config.items():
        kind = section(name)
        if kind is None:
            continue
        if not isinstance(values, Config):
            raise errors.ConfigurationError(f"{where}{name}: a setting is like {name}.name.")
        for trait, value in values.items():
            check_setting(kind, trait, value, f"{where}{name}.{trait}")


def check_setting(kind: type[Configurable], name: str, value: Any, where: str) -> None:
    """See that a class has this setting, and that it can have this value.

    Raises:
        ConfigurationError: not so; the message begins with ``where``.

    """
    traits = kind.class_traits(config=True)
    trait: Any = traits.get(name)
    if trait is None:
        hint = did_you_mean(name, traits) or "."
        raise errors.ConfigurationError(f"{where}: there is no such setting{hint}")
    if isinstance(value, DeferredConfig):
        value = value.get_value(trait)
    if isinstance(value, LazyConfigValue) or (value is None and trait.allow_none):
        return
    try:
        # The messages name the class by an instance, which need not have been made ready.
        trait.validate(kind.__new__(kind), value)
    except traitlets.TraitError as error:
        raise errors.ConfigurationError(f"{where}: {error}") from None
