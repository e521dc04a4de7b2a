"""Chart: bars that can be clicked, drawn by Vega-Lite in the browser, with the same as a table."""

from __future__ import annotations

import contextlib
import functools
import logging
import re
import secrets
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any

import msgspec
import traitlets
from jupyter_core.paths import jupyter_data_dir

from tokenwidgets.language import spoken, t
from tokenwidgets.widgets import assets
from tokenwidgets.widgets.component import Component, Message

__all__ = ["Chart", "Pick", "vega_embed"]

log = logging.getLogger("tokenwidgets.widgets")


class Pick(Message, tag="pick", frozen=True):
    """A bar, or its number in the table, was clicked; ``key`` is the ``pick`` of its datum."""

    key: Annotated[str, msgspec.Meta(max_length=1000)]


class Chart(Component):
    """Figures side by side: each a Vega-Lite specification, and a table of the same numbers.

    Needs the extra ``charts`` (the package vl-convert-python, which brings Vega along, so that
    nothing is loaded from anywhere else); without it there are the tables alone.

    A figure has a ``title``, a ``summary`` (what it shows, in a sentence), a ``spec``, ``columns``
    (the first names the rows) and ``rows``: each a ``label`` and ``cells``, which are
    ``{"value", "pick"}`` in the order of the columns. A mark whose datum has a ``pick`` can be
    clicked, and so can the number of a cell. A text ``var(--name)`` in the specification becomes
    that colour of the theme.
    """

    messages = (Pick,)

    label = traitlets.Unicode(help="What the figures are called together.").tag(sync=True)
    figures = traitlets.List(traitlets.Dict(), help="The figures.").tag(sync=True)
    empty = traitlets.Unicode(help="Stands for a figure without rows.").tag(sync=True)

    @traitlets.default("label")
    def _default_label(self) -> str:
        return t("Charts")

    @traitlets.default("empty")
    def _default_empty(self) -> str:
        return t("Nothing to show.")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(_esm=f"{vega_embed()}\n{assets.script('chart', spoken())}", **kwargs)


@functools.cache
def vega_embed() -> str:
    """A script that defines ``vegaEmbed``, with all of Vega in it; null without vl-convert-python.

    To put it together takes seconds, so it is kept in a file of Jupyter's data folder.
    """
    try:
        version = metadata.version("vl-convert-python")
    except metadata.PackageNotFoundError:
        return "const vegaEmbed = null;"
    kept = Path(jupyter_data_dir(), "tokenwidgets", f"vega-{version}.js")
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return kept.read_text("utf-8")
    script = _bundle()
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        part = kept.with_name(f"{kept.name}.{secrets.token_hex(4)}.part")
        part.write_text(script, "utf-8")
        part.replace(kept)
    except OSError as error:
        log.info("Vega is put together each time, as it could not be kept in %s: %s", kept, error)
    return script


def _bundle() -> str:
    import vl_convert

    module = vl_convert.javascript_bundle("export default vegaEmbed;")
    whole = re.fullmatch(r"(.*)export\s*\{\s*([\w$]+) as default\s*\};?\s*", module, re.DOTALL)
    if whole is None:
        raise RuntimeError("vl-convert-python gives a script of a form that is not known")
    # In a scope of its own: its short names could be ours, too.
    return f"const vegaEmbed = (() => {{{whole[1]}\nreturn {whole[2]};\n}})();"
