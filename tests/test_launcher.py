"""The tile in JupyterLab's launcher: that an installation brings it. A browser test presses it."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import tokenwidgets

ROOT = Path(__file__).parents[1]


def test_an_installation_puts_the_tile_where_jupyterlab_looks_for_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    shared = project["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
    (folder,) = (source for source, to in shared.items() if to == "share/jupyter/labextensions")
    package = json.loads((ROOT / folder / "tokenwidgets" / "package.json").read_text("utf-8"))
    script = ROOT / folder / "tokenwidgets" / package["jupyterlab"]["_build"]["load"]
    assert f"window._JUPYTERLAB.{package['name']} = " in script.read_text("utf-8")
    assert package["version"] == tokenwidgets.__version__
