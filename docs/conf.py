"""The documentation's site: pages in MyST, the reference from docstrings and traits' help."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import traitlets
from pygments.lexers.special import TextLexer

import tokenwidgets

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "tokenwidgets"
author = "The tokenwidgets maintainers"
version = release = tokenwidgets.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_heading_anchors = 3

# A new page does not have to be in the table of contents at once.
suppress_warnings = ["toc.not_included"]

html_theme = "sphinx_book_theme"
html_title = "tokenwidgets"
html_theme_options = {"use_download_button": False, "show_toc_level": 2, "navbar_persistent": []}
html_copy_source = False

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_class_signature = "mixed"


def _link_examples(_app: Sphinx, _page: str, source: list[str]) -> None:
    """Have links to the examples' READMEs, which GitHub follows, lead to their pages here."""
    source[0] = re.sub(r"\(\.\./examples/(\w+)/README\.md\)", r"(examples/\1.md)", source[0])


def _add_traits(
    _app: Sphinx, what: str, _name: str, thing: Any, _options: Any, lines: list[str]
) -> None:
    """Put a class's own traits below its docstring: name, kind, default and help."""
    if what != "class" or not issubclass(thing, traitlets.HasTraits):
        return
    own = {name: trait for name, trait in thing.class_own_traits().items() if trait.help}
    if not own:
        return
    lines += ["", "**Traits**", ""]
    for name, trait in own.items():
        help_ = " ".join(trait.help.split()).replace("\\", "\\\\").replace("*", "\\*")
        lines += [f"``{name}`` : {type(trait).__name__}{_default(trait)}", f"    {help_}", ""]


def _add_messages(
    _app: Sphinx, what: str, _name: str, thing: Any, _options: Any, lines: list[str]
) -> None:
    """Put a component's messages below: what each has in it, and what it means."""
    own = vars(thing).get("messages", ()) if what == "class" else ()
    if not own:
        return
    lines += ["", "**Messages**", ""]
    for message in own:
        meaning = str(message.__doc__).partition("\n\n")[0]
        lines += [f"``{message.__name__}({', '.join(message.__struct_fields__)})``"]
        lines += [f"    {' '.join(meaning.split())}", ""]


def _default(trait: traitlets.TraitType[Any, Any]) -> str:
    value = trait.default_value
    is_plain = isinstance(value, (bool, int, float, str)) and value != ""
    return f", ``{value!r}`` by default" if is_plain else ""


def setup(app: Sphinx) -> None:
    """Register what Sphinx has to know beside its settings."""
    app.add_lexer("csv", TextLexer)
    app.connect("source-read", _link_examples)
    app.connect("autodoc-process-docstring", _add_traits)
    app.connect("autodoc-process-docstring", _add_messages)
