"""The environment for conda has what the package and its extras need."""

from __future__ import annotations

import itertools
import re
import tomllib
from pathlib import Path

import yaml

_ROOT = Path(__file__).parent.parent
_OTHER_NAMES = {"python-duckdb": "duckdb", "playwright-python": "playwright"}
"""Packages that conda-forge has by another name."""


def _needed(requirements: list[str]) -> set[tuple[str, str]]:
    """The names without extras, as pip compares them, and which versions."""
    split = [re.fullmatch(r"([\w.-]+)(?:\[.*\])? *(.*)", each) for each in requirements]
    names = [(each[1].lower().replace("_", "-"), each[2]) for each in split]
    return {(_OTHER_NAMES.get(name, name), versions) for name, versions in names}


def test_the_environment_for_conda_needs_the_same_as_the_package() -> None:
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text())["project"]
    extras = itertools.chain(*project["optional-dependencies"].values())
    wanted = _needed([*project["dependencies"], *extras])
    wanted = {each for each in wanted if each[0] != project["name"]}
    environment = yaml.safe_load((_ROOT / "environment.yml").read_text())["dependencies"]
    *conda, pip = environment
    assert pip["pip"].pop() == "--editable ."
    there = _needed([*conda, *pip["pip"]]) - {("python", project["requires-python"]), ("pip", "")}
    assert there == wanted
