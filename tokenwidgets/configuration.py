"""Settings: where the platform is, what secrets begin with, and who says who is acting.

The command line goes before the environment, the environment before ``tokenwidgets_config.py``,
and that before the defaults. The file is looked for where Jupyter looks (``jupyter --paths``),
never in the working directory: whoever can put a file there is not the operator.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import traitlets
from jupyter_core.application import JupyterApp
from jupyter_core.paths import jupyter_data_dir
from traitlets.config import Config, Configurable
from traitlets.utils.importstring import import_item

from tokenwidgets import errors
from tokenwidgets.language import LANGUAGES, VARIABLE
from tokenwidgets.settings import Text, check_setting, check_settings, did_you_mean, named

__all__ = ["ConfiguredApp", "TokenWidgets", "environment_config", "load_config"]

_ENVIRONMENT = {
    "TOKENWIDGETS_DATABASE_URL": ("TokenWidgets", "database_url"),
    "TOKENWIDGETS_DEMO_DATABASE_URL": ("Demo", "database_url"),
    "TOKENWIDGETS_TOKEN_PREFIX": ("TokenWidgets", "token_prefix"),
    "TOKENWIDGETS_IDENTITY_SOURCE": ("TokenWidgets", "identity_source"),
    "TOKENWIDGETS_LOCAL_USER": ("LocalIdentity", "user_id"),
    VARIABLE: ("TokenWidgets", "language"),
}


class TokenWidgets(Configurable):
    """What every part of tokenwidgets has to know; ``c.TokenWidgets`` in the configuration file."""

    database_url = Text(
        help="""The SQLAlchemy URL of the platform's database, such as
        sqlite:////var/lib/tokenwidgets/platform.db or postgresql+psycopg://user@host/name.
        By default the file platform.db in the folder tokenwidgets of Jupyter's data directory.
        Environment: TOKENWIDGETS_DATABASE_URL.""",
    ).tag(config=True)
    token_prefix = Text(
        "twk",
        help="""What new secrets begin with: 2 to 16 ASCII letters and digits, a letter first.
        Tokens made with another prefix keep working. Environment: TOKENWIDGETS_TOKEN_PREFIX.""",
    ).tag(config=True)
    identity_source = Text(
        "",
        help="""Who says who is acting: local, proxy, jupyterhub or demo, or the import name of a
        class of your own (a subclass of tokenwidgets.identity.IdentitySource). Empty: outside
        Voilà, local; under Voilà nobody is let in. Environment: TOKENWIDGETS_IDENTITY_SOURCE.""",
    ).tag(config=True)
    language = traitlets.Enum(
        ("auto", *LANGUAGES),
        "auto",
        help="""The language of the screens, by its code. auto: what the visitor's browser asks
        for; in a notebook, that of JupyterLab, or of whatever else the notebook is in. Whoever has
        chosen a language on the dashboard gets that one. Environment: TOKENWIDGETS_LANGUAGE.""",
    ).tag(config=True)

    @traitlets.default("database_url")
    def _default_database_url(self) -> str:
        return f"sqlite:///{Path(jupyter_data_dir(), 'tokenwidgets', 'platform.db').as_posix()}"


class ConfiguredApp(JupyterApp):
    """A Jupyter application that reads ``tokenwidgets_config.py``, then the environment."""

    name = "tokenwidgets"

    # A setting that was lost to a typing mistake may have been one that keeps people out.
    raise_config_file_errors = True

    def load_config_file(self, suppress_errors: bool = False) -> None:  # type: ignore[override]
        """Load the configuration file and put the environment's settings over it.

        Raises:
            ConfigurationError: the file cannot be read or run, or there is no such setting, or it
                cannot have this value.

        """
        try:
            super().load_config_file(suppress_errors=suppress_errors)
        except errors.ConfigurationError:
            raise
        except Exception as error:
            raise errors.ConfigurationError(
                f"The configuration file {self.config_file_name}.py cannot be used"
                f" ({type(error).__name__}: {error})."
            ) from error
        self.update_config(environment_config())

    def section(self, name: str, config: Config, file: str) -> type[Configurable] | None:
        """The class that a section of a configuration file sets; None for what is not ours.

        Outside the command it cannot be told which sections there are, so only one that is nearly
        ours is refused.

        Raises:
            ConfigurationError: there is no such section.

        """
        known = self.known([TokenWidgets], config)
        hint = did_you_mean(name, ["TokenWidgets"], likeness=0.75)
        if hint and name not in known:
            raise errors.ConfigurationError(f"{file}: there is no c.{name}{hint}")
        return known.get(name)

    def known(self, classes: Iterable[type], config: Config) -> dict[str, type[Configurable]]:
        """The sections of these classes, and of an identity source of the operator's own."""
        own = []
        for each in (config, self.config, environment_config()):
            source = each.get("TokenWidgets", {}).get("identity_source")
            if isinstance(source, str) and "." in source:
                with contextlib.suppress(ImportError, ValueError):  # it is said where it is used
                    own.append(import_item(source))
        return named([*classes, *own])

    def _load_config_files(  # type: ignore[override]
        self, basefilename: str, *args: Any, **options: Any
    ) -> Iterator[tuple[Config, str]]:
        for config, file in super()._load_config_files(basefilename, *args, **options):
            if basefilename != "jupyter_config":  # that one is for all programs of Jupyter
                of_the_file = partial(self.section, config=config, file=file)
                check_settings(config, f"{file}: c.", of_the_file)
            yield config, file


def environment_config() -> Config:
    """The settings that environment variables give; an empty variable gives none.

    Raises:
        ConfigurationError: one cannot be used.

    """
    config = Config()
    for variable, (owner, trait) in _ENVIRONMENT.items():
        value = os.environ.get(variable, "")
        if value:
            if owner == "TokenWidgets":
                check_setting(TokenWidgets, trait, value, variable)
            config[owner][trait] = value
    return config


def load_config() -> Config:
    """The configuration outside an application, as for a notebook: file and environment.

    Raises:
        ConfigurationError: the file cannot be read or run, or a setting cannot be used.

    """
    application = ConfiguredApp(log=logging.getLogger("tokenwidgets"))
    application.load_config_file()
    return application.config
