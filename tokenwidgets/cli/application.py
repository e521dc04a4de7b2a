"""The ``tokenwidgets`` command: the table of its commands, and how each ends."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

from jupyter_core.application import JupyterApp, NoStart
from traitlets import TraitError
from traitlets.config import Configurable
from traitlets.config.application import Application
from traitlets.utils.importstring import import_item

from tokenwidgets import errors
from tokenwidgets.cli import streams
from tokenwidgets.cli.arguments import UsageError
from tokenwidgets.cli.command import Command, Family, say

__all__ = ["TokenWidgetsApp", "main", "run"]

_COMMANDS = "tokenwidgets.cli."
_CLOSED_PIPE = 128 + 13
_INTERRUPTED = 128 + 2

# Beside the commands themselves: what else a configuration file can set.
_CONFIGURABLE = (
    "tokenwidgets.serving.settings.DashboardSettings",
    "tokenwidgets.gate.settings.Gate",
)


class TokenWidgetsApp(Family):
    """Administer users' API tokens."""

    name = "tokenwidgets"
    description = """Administer users' API tokens: the dashboard, and the same from scripts.

    Settings come from the command line, the environment (TOKENWIDGETS_DATABASE_URL, …) and
    tokenwidgets_config.py in Jupyter's configuration path (`jupyter --paths`), in this order."""
    examples = """
    tokenwidgets demo                       # a dashboard on a platform to play with
    tokenwidgets init --admin rlindqvist    # an empty platform of your own
    tokenwidgets serve                      # its dashboard
    tokenwidgets token add jdoe "nightly load" --read orders --months 6
    tokenwidgets --generate-config          # every setting, with its default
    tokenwidgets help token add
    """
    flags = {
        **Command.flags,
        "generate-config": JupyterApp.flags["generate-config"],
        "y": JupyterApp.flags["y"],
    }
    subcommands = {
        "demo": (_COMMANDS + "demo.Demo", "Serve a dashboard on a demo platform."),
        "init": (_COMMANDS + "platform.Init", "Make an empty platform and its administrator."),
        "serve": (_COMMANDS + "platform.Serve", "Serve the dashboard of the platform."),
        "upgrade-db": (_COMMANDS + "platform.UpgradeDB", "Bring the database up to date."),
        "check": (_COMMANDS + "upkeep.Check", "Check that the platform is whole."),
        "backup": (_COMMANDS + "upkeep.Backup", "Back up the platform into a new file."),
        "restore": (_COMMANDS + "upkeep.Restore", "Make the platform from a backup."),
        "seed": (_COMMANDS + "seed.Seed", "Fill a new platform with very many users and tokens."),
        "audit": (_COMMANDS + "audit.Audit", "Check the audit trail."),
        "user": (_COMMANDS + "users.Users", "Add, list, edit and import application users."),
        "group": (_COMMANDS + "groups.Groups", "User groups: controls and members."),
        "api": (_COMMANDS + "apis.APIs", "Add, list and import APIs."),
        "token": (_COMMANDS + "tokens.Tokens", "Add, list, regenerate and revoke tokens."),
        "inventory": (_COMMANDS + "inventory.Inventory", "All tokens, as a list or a file."),
        "expiring": (_COMMANDS + "expiry.Expiring", "List the tokens that expire soon."),
        "remind": (_COMMANDS + "expiry.Remind", "Remind people of tokens that expire soon."),
        "scan": (_COMMANDS + "scan.ScanFiles", "Find leaked secrets in files."),
        "verify": (_COMMANDS + "verify.Verify", "Ask whether a secret opens an API."),
        "gate": (_COMMANDS + "gate.RunGate", "Answer proxies that ask about tokens."),
    }

    def write_default_config(self) -> None:
        """Write the settings of all commands, which are imported for this alone."""
        self.classes = _all_classes()
        try:
            super().write_default_config()
        except EOFError:
            print()  # ends the line of the question
            raise UsageError(
                "the file is there already and nobody says whether to replace it: -y does"
            ) from None

    def every_class(self) -> list[type[Configurable]]:
        """Every class that a configuration file can set: of commands, identity, the server."""
        return _all_classes()

    def print_help(self, classes: bool = False) -> None:
        """Print the help; with every class that can be configured if told."""
        if classes:
            self.classes = _all_classes()
        super().print_help(classes)


def main() -> NoReturn:
    """Run the command of this process and exit with its status."""
    streams.open_closed()
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A name that the terminal cannot show is no reason to stop in the middle of a list.
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))


def run(argv: Sequence[str]) -> int:
    """Run a command line and return the exit status.

    0: done. 1: refused, or trouble with the database (``verify``: denied). 2: not understood, or
    a bad setting (``verify``: trouble).
    """
    application = TokenWidgetsApp.instance()
    try:
        with contextlib.suppress(NoStart):
            application.initialize(list(argv))
            application.start()
        sys.stdout.flush()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except errors.TokenWidgetsError as error:
        return _told(application, error)
    except TraitError as error:
        return _told(application, errors.ConfigurationError(str(error)))
    except OSError as error:
        _give_up_output()
        if isinstance(error, BrokenPipeError):
            return _CLOSED_PIPE  # nobody reads on, as after `| head`
        return _told(application, error)
    finally:
        for each in _chain(application):
            type(each).clear_instance()
    return 0


def _give_up_output() -> None:
    """Let what is left of it go nowhere; Python would try once more, and complain."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _told(application: Application, error: Exception) -> int:
    """Say what is wrong, and the exit status for it."""
    *_, command = _chain(application)
    if command.log_level <= 10:
        command.log.debug("Where it comes from:", exc_info=error)
    if isinstance(error, UsageError):
        text = str(error)
        text += "" if text.endswith((".", "?")) else "."
        say(f"tokenwidgets: {text} See `{command.name} --help`.")
        return 2
    say(f"tokenwidgets: {error}")
    return 2 if isinstance(error, errors.ConfigurationError) else command.trouble_status


def _chain(application: Any) -> Iterator[Any]:
    """The application, the command that was chosen of it, and the one below that."""
    while application is not None:
        yield application
        application = application.subapp


def _all_classes() -> list[Any]:
    """Every class that a configuration file can set: commands, identity sources, the server."""
    from tokenwidgets.identity.source import SOURCES

    found = [*Command.classes, *map(import_item, [*SOURCES.values(), *_CONFIGURABLE])]
    waiting = [import_item(place) for place, _ in TokenWidgetsApp.subcommands.values()]
    while waiting:
        command = waiting.pop(0)
        found += [each for each in command.classes if each not in found]
        if command.class_own_traits(config=True):
            found.append(command)
        waiting[:0] = [below for below, _ in command.subcommands.values()]
    return found
