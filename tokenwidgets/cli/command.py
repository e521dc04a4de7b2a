"""What every command is: a Jupyter application with strict arguments and plain messages."""

from __future__ import annotations

import copy
import inspect
import logging
import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import traitlets
from jupyter_core.application import NoStart
from traitlets.config import Config, Configurable
from traitlets.config.loader import KVArgParseConfigLoader

from tokenwidgets import __version__, errors
from tokenwidgets.cli.arguments import StrictLoader, UsageError, positional
from tokenwidgets.configuration import ConfiguredApp, TokenWidgets
from tokenwidgets.settings import Text, check_settings, did_you_mean, named

if TYPE_CHECKING:
    from tokenwidgets.database import Database
    from tokenwidgets.platform import Platform

__all__ = ["Command", "Family", "PlatformCommand", "counted", "say", "table_of"]


def say(text: str) -> None:
    """Tell the person at the terminal; standard output is for what a script wants."""
    print(text, file=sys.stderr)


def counted(count: int, noun: str) -> str:
    """How many of what: ``1 token``, ``2 tokens``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


class Command(ConfiguredApp):
    """One command. Its class says what it takes; ``run`` does it."""

    parameters: ClassVar[tuple[str, ...]] = ()
    """The names of its arguments, as for ``positional``."""

    trouble_status: ClassVar[int] = 1
    """The exit status when it is refused, or something is wrong with the database."""

    serves_the_dashboard: ClassVar[bool] = False
    """Whether settings of the dashboard's server (``c.Voila``) are options of it, too."""

    subcommands = {}
    version = __version__
    classes = [TokenWidgets]
    flags = {
        "debug": (
            {"Application": {"log_level": logging.DEBUG}},
            "Log everything, and show where an error comes from.",
        ),
    }
    aliases = {
        "config": "JupyterApp.config_file",
        "database-url": "TokenWidgets.database_url",
    }

    option_description = "An option that is given here goes before the configuration file."
    subcommand_description = "What `{app} COMMAND` takes, `{app} COMMAND --help` says."

    @traitlets.default("config_file_name")
    def _config_file_name_default(self) -> str:
        return "tokenwidgets_config"

    @traitlets.default("log_format")
    def _default_log_format(self) -> str:
        return "tokenwidgets: %(message)s"

    @traitlets.default("log_level")
    def _log_level_default(self) -> int:
        return logging.WARNING

    def run(self, *arguments: Any, **nothing: Any) -> int:
        """Do it, with the arguments that are no options; the exit status."""
        raise NotImplementedError

    def start(self) -> None:
        """Do it, and exit when it did not go well."""
        super().start()
        status = self.run(*positional(self.parameters, self.extra_args))
        if status:
            self.exit(status)

    def database(self) -> Database:
        """The configured database, whatever is in it."""
        from tokenwidgets.database import Database

        return Database(TokenWidgets(config=self.config).database_url)

    def load_config_file(self, suppress_errors: bool = False) -> None:  # type: ignore[override]
        """Load the configuration file; one that is named has to be there."""
        file = Path(self.config_file)
        if self.config_file and not self.generate_config and not file.is_file():
            raise errors.ConfigurationError(f"There is no file {file}.")
        if self.config_file and file.suffix not in (".py", ".json"):
            raise errors.ConfigurationError(
                f"The name of a configuration file ends in .py or .json, and that of {file} does"
                " not."
            )
        super().load_config_file(suppress_errors=suppress_errors)

    def every_class(self) -> list[type[Configurable]]:
        """Every class that a configuration file can set, of any command."""
        above = self.parent
        return above.every_class() if isinstance(above, Command) else [type(self), *self.classes]

    def section(self, name: str, config: Config, file: str) -> type[Configurable] | None:
        """The class that a section of a configuration file sets; None for the server's own.

        Raises:
            ConfigurationError: there is no such section.

        """
        known = self.known([type(self), *self.classes], config)
        if name not in known:
            known = self.known(self.every_class(), config)
        if name not in known and name not in _of_the_server():
            hint = did_you_mean(name, known) or "."
            raise errors.ConfigurationError(f"{file}: there is no c.{name}{hint}")
        return known.get(name)

    def migrate_config(self) -> None:
        """There never was a configuration of tokenwidgets in IPython's folder."""

    def emit_examples(self) -> Generator[str, None, None]:
        """Yield the examples, each at the beginning of a line."""
        self.examples = inspect.cleandoc(str(self.examples))
        yield from super().emit_examples()

    def emit_description(self) -> Generator[str, None, None]:
        """Yield how it is called, and what it does."""
        yield f"Usage: {' '.join((self.name, *self.parameters))} [options]"
        yield ""
        yield from super().emit_description()

    def _create_loader(
        self,
        argv: list[str] | None,
        aliases: dict[str, Any],
        flags: dict[str, Any],
        classes: Any,
    ) -> KVArgParseConfigLoader:
        loader = StrictLoader(argv, aliases, flags, classes=classes, log=self.log)
        loader.check = self._check_options
        return loader

    def _check_options(self, config: Config) -> None:
        """Refuse options by their class (``--TokenAdd.months``) that this command has not."""
        try:
            check_settings(config, "--", partial(self._settable, config=config))
        except errors.ConfigurationError as error:
            raise UsageError(str(error)) from None

    def _settable(self, name: str, config: Config) -> type[Configurable] | None:
        known = self.known([type(self), *self.classes], config)
        if name not in known:
            others = [kind for kind in self.every_class() if not issubclass(kind, Command)]
            known |= self.known(others, config)
        if name not in known and not (self.serves_the_dashboard and name in _of_the_server()):
            raise UsageError(
                f"there is no option --{name}.… of {self.name}{did_you_mean(name, known)}"
            )
        return known.get(name)

    def _find_subcommand(self, name: str) -> str:
        """No program somewhere on the path passes for a command of ours."""
        return ""

    def exit(self, exit_status: int | str | None = 0) -> None:
        """End the process; traitlets' 1, which it has for a bad setting, is a usage error's 2."""
        bad_setting = exit_status == 1 and sys.exc_info()[0] is not None
        super().exit(2 if bad_setting else exit_status)


class Family(Command):
    """A command that only has commands below it."""

    parameters = ("COMMAND", "…")

    def parse_command_line(self, argv: Sequence[str] | None = None) -> None:
        """Read the command line, in which options of all commands may go before the command."""
        words = list(argv or [])
        first = 0
        while first < len(words) and (name := words[first].lstrip("-")) != words[first]:
            if name.partition("=")[0] not in {*Command.aliases, *Command.flags}:
                break
            first += 2 if name in Command.aliases else 1
        if words[first : first + 1] and words[first] in self.subcommands:
            words = [words[first], *words[:first], *words[first + 1 :]]
        super().parse_command_line(words)

    def start(self) -> None:
        """Start the command that was chosen."""
        if self.subapp is None and not self.generate_config:
            if self.extra_args:
                raise UsageError(self._unknown(self.extra_args[0]))
            raise UsageError(f"one of its commands must be given: {', '.join(self.subcommands)}")
        ConfiguredApp.start(self)
        raise NoStart

    def _unknown(self, command: str) -> str:
        return f"there is no command {self.name} {command}{did_you_mean(command, self.subcommands)}"


class PlatformCommand(Command):
    """A command that acts on the platform as some user, whom the trail names."""

    as_user = Text(
        help="""The User ID to act as; by default yours (LocalIdentity.user_id). Whoever has the
        password of the database, or may write to its file, is as strong as the database, so this
        asks for no proof.""",
    ).tag(config=True)

    aliases = {**Command.aliases, "as": "PlatformCommand.as_user"}

    @contextmanager
    def platform(self) -> Iterator[Platform]:
        """The platform as the acting user; its connections are closed at the end."""
        from tokenwidgets.connection import connect

        config = copy.deepcopy(self.config)
        if self.as_user:
            config.TokenWidgets.identity_source = "local"
            config.LocalIdentity.user_id = self.as_user
        platform = connect(config=config)
        try:
            yield platform
        finally:
            platform.database.close()


def _of_the_server() -> dict[str, type[Configurable]]:
    """The sections that set the dashboard's server, to which the configuration goes, too."""
    from jupyter_server.serverapp import ServerApp

    from tokenwidgets.serving.server import DashboardServer

    return named([DashboardServer, *DashboardServer.classes, ServerApp, *ServerApp.classes])


def table_of(**commands: type[Command]) -> dict[str, tuple[type[Command], str]]:
    """The subcommands of a family; an underscore in a name is a hyphen on the command line."""
    return {
        name.rstrip("_").replace("_", "-"): (command, _first_sentence(command))
        for name, command in commands.items()
    }


def _first_sentence(command: type[Command]) -> str:
    return " ".join(str(command.description).split()).partition(". ")[0].rstrip(".") + "."
