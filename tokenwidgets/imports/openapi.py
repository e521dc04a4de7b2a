"""Read what an OpenAPI document (2.0 to 3.2, JSON or YAML) says of an API as a whole."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tokenwidgets import errors
from tokenwidgets.errors import LineProblem
from tokenwidgets.language import Phrase
from tokenwidgets.text import plain

__all__ = ["APIDocument", "read_openapi"]

_OPERATIONS = frozenset(
    {"get", "head", "post", "put", "patch", "delete", "options", "trace", "query"}
)
_PROTOCOL = frozenset({"OPTIONS", "TRACE"})
"""Methods that say nothing about what a client may do."""

_MOST_DESCRIPTION = 2000


@dataclass(frozen=True, slots=True)
class APIDocument:
    """What is taken from a document; ``methods`` are those of all its operations."""

    source: str
    name: str
    title: str
    version: str
    description: str
    methods: frozenset[str]

    @property
    def read_only(self) -> bool:
        """Whether no operation takes a POST, so that Full Access would add nothing to Read."""
        return "POST" not in self.methods

    @property
    def closed_methods(self) -> tuple[str, ...]:
        """The methods that it has and no token opens, sorted."""
        return tuple(sorted(self.methods - {"GET", "HEAD", "POST"} - _PROTOCOL))


def read_openapi(content: bytes, source: str, *, name: str = "") -> APIDocument:
    """Read a document.

    Args:
        content: the file.
        source: its name, for messages.
        name: the API's name on the platform; its title in lower case with hyphens if empty.

    Raises:
        ImportRefused: it is neither JSON nor YAML; it says in which line.
        InvalidValue: it is no OpenAPI document, or one without what an API needs.

    """
    document = _parse(content, source)
    if not isinstance(document, Mapping) or not {"openapi", "swagger"} & set(document):
        raise errors.InvalidValue(
            source,
            Phrase(
                "is no OpenAPI document: it has no `openapi` (or `swagger`) version at its top."
            ),
        )
    info = document.get("info")
    title = info.get("title") if isinstance(info, Mapping) else None
    if not isinstance(info, Mapping) or not isinstance(title, str) or not title.strip():
        raise errors.InvalidValue(
            source, Phrase("has no `info` with a `title`, which OpenAPI requires.")
        )
    methods = frozenset(_methods(document, source))
    if not methods:
        raise errors.InvalidValue(
            source, Phrase("has no operation under `paths`, so there is no API.")
        )
    return APIDocument(
        source,
        name or _name(title, source),
        _one_line(title, 200),
        _one_line(info.get("version"), 100),
        _one_line(info.get("summary") or info.get("description"), _MOST_DESCRIPTION),
        methods,
    )


def _parse(content: bytes, source: str) -> Any:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise errors.ImportRefused(
            source, [LineProblem(line, Phrase("it is not UTF-8 text."))]
        ) from None
    try:
        if text.lstrip().startswith("{"):
            try:
                # No numbers, as in YAML: none is needed, and some are too large to be one.
                return json.loads(text, parse_int=str, parse_float=str)
            except json.JSONDecodeError as error:
                if source.lower().endswith(".json"):
                    problem = Phrase("it is not JSON: {what}.", what=error.msg)
                    raise errors.ImportRefused(
                        source, [LineProblem(error.lineno, problem)]
                    ) from None
        return _parse_yaml(text, source)
    except RecursionError:
        problem = Phrase("it is nested too deeply.")
        raise errors.ImportRefused(source, [LineProblem(1, problem)]) from None


def _parse_yaml(text: str, source: str) -> Any:
    try:
        import yaml
    except ImportError:
        problem = Phrase("it is not JSON, and YAML needs `pip install pyyaml`.")
        raise errors.ImportRefused(source, [LineProblem(1, problem)]) from None
    try:
        # Text, lists and mappings alone, and no numbers: version 1.10 is not 1.1.
        return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - it makes no objects
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        mark = getattr(error, "problem_mark", None)
        line = 1 if mark is None else mark.line + 1
        what = getattr(error, "problem", None) or Phrase("a character that YAML does not take")
        problem = Phrase("it is neither JSON nor YAML: {what}.", what=what)
        raise errors.ImportRefused(source, [LineProblem(line, problem)]) from None


def _methods(document: Mapping[str, Any], source: str) -> Iterator[str]:
    paths = document.get("paths") or {}
    if not isinstance(paths, Mapping):
        raise errors.InvalidValue(
            source, Phrase("has `paths` that are not a mapping of path to item.")
        )
    for path, item in paths.items():
        if isinstance(path, str) and path.startswith("x-"):
            continue
        if not isinstance(item, Mapping):
            raise errors.InvalidValue(
                source, Phrase("has a path {path} without operations.", path=str(path)[:100])
            )
        for each in _referred(document, item, f"{source}: {path}"):
            yield from (key.upper() for key in each if key in _OPERATIONS)
            more = each.get("additionalOperations")
            if isinstance(more, Mapping):
                yield from map(str, more)


def _referred(
    document: Mapping[str, Any], item: Mapping[str, Any], where: str
) -> Iterator[Mapping[str, Any]]:
    """The item, and what it refers to, and so on: operations may stand beside a reference."""
    yield item
    seen = set()
    while "$ref" in item:
        reference = item["$ref"]
        item = _resolved(document, reference, where)
        if reference in seen:
            raise errors.InvalidValue(
                where,
                Phrase("refers to {reference}, which refers to itself.", reference=reference[:100]),
            )
        seen.add(reference)
        yield item


def _resolved(document: Mapping[str, Any], reference: object, where: str) -> Mapping[str, Any]:
    """What a reference within the document stands for."""
    found: Any = document
    if not isinstance(reference, str) or not reference.startswith("#/"):
        raise errors.InvalidValue(
            where,
            Phrase(
                "refers to {reference}, outside the document: bundle it first.",
                reference=str(reference)[:100],
            ),
        )
    for part in reference[2:].split("/"):
        key = part.replace("~1", "/").replace("~0", "~")
        found = found.get(key) if isinstance(found, Mapping) else None
    if not isinstance(found, Mapping):
        raise errors.InvalidValue(
            where, Phrase("refers to {reference}, which is not there.", reference=reference[:100])
        )
    return found


def _name(title: str, source: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "-", ascii_only.lower()).strip("-")[:100]
    if not name:
        raise errors.InvalidValue(
            source, Phrase("has a title that makes no name: {title}. Give one.", title=repr(title))
        )
    return name


def _one_line(value: object, most: int) -> str:
    text = " ".join(value.split()) if isinstance(value, str) else ""
    return plain(text if len(text) <= most else f"{text[: most - 1]}…", most)
