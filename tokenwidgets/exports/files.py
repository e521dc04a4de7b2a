"""Export frames to a file, whole or not at all, and read such a file again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from itertools import chain
from os import PathLike
from pathlib import Path
from types import ModuleType

import pandas as pd
from tqdm.auto import tqdm

from tokenwidgets import errors
from tokenwidgets.exports.replacing import replacing

__all__ = ["FORMATS", "export", "read_export"]

FORMATS: dict[str, str] = {".csv": "CSV", ".xlsx": "Excel", ".parquet": "Parquet"}
"""The kinds of files by the end of their name."""

_ROWS_AT_ONCE = 20_000
_WORTH_A_BAR = 100_000


def export(
    frames: pd.DataFrame | Iterable[pd.DataFrame],
    path: str | PathLike[str],
    *,
    progress: bool | None = None,
    total: int | None = None,
) -> Path:
    r"""Write a frame, or the frames of ``chunksize`` one after the other, to one file.

    A file that is there stays as it was until the new one is whole, also when the process is
    killed. A text that a spreadsheet would run as a formula is kept from it, and characters that
    cannot be seen are spelled out (``\u202e``); ``read_export`` takes both back.

    Args:
        frames: what to write.
        path: where to; its end says how: ``.csv``, ``.xlsx`` or ``.parquet``.
        progress: show a bar; by default for many rows.
        total: how many rows there will be, for the bar, if that is known.

    Returns:
        The path.

    Raises:
        InvalidValue: the end of the path is another, there are no columns or two of one name, or
            such a file cannot hold this or so much.
        ConfigurationError: what writes such files is not installed.
        OSError: the file cannot be written.

    """
    path = Path(path)
    writer = _module(path).write
    if isinstance(frames, pd.DataFrame):
        total = len(frames)
        frames = _slices(frames)
    with replacing(path) as part:
        writer(_plain_index(_counted(frames, total, progress)), part)
    return path


def read_export(path: str | PathLike[str]) -> pd.DataFrame:
    """Read a file that ``export`` wrote: the same frame, with the same dtypes.

    Raises:
        InvalidValue: the end of the path says that it is no export, or its content does.
        ConfigurationError: what reads such files is not installed.
        OSError: the file cannot be read.

    """
    path = Path(path)
    read: Callable[[Path], pd.DataFrame] = _module(path).read
    try:
        return read(path)
    except OSError:
        raise
    except Exception as error:  # what these libraries raise is of many kinds
        raise errors.InvalidValue(
            "File", f"{path.name} is no {FORMATS[path.suffix.lower()]} file that can be read."
        ) from error


def _module(path: Path) -> ModuleType:
    name = FORMATS.get(path.suffix.lower())
    if name is None:
        ends = ", ".join(FORMATS)
        raise errors.InvalidValue("File", f"must end in one of {ends}, not {path.name[-20:]!r}.")
    try:
        return import_module(f"tokenwidgets.exports.{name.lower()}_file")
    except ImportError as missing:
        raise errors.ConfigurationError(
            f"{name} files need `pip install tokenwidgets[{name.lower()}]` ({missing.name})."
        ) from None


def _slices(frame: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """The frame in pieces, so that no second one has to fit into memory; at least one."""
    for start in range(0, max(len(frame), 1), _ROWS_AT_ONCE):
        yield frame.iloc[start : start + _ROWS_AT_ONCE]


def _counted(
    frames: Iterable[pd.DataFrame], total: int | None, progress: bool | None
) -> Iterator[pd.DataFrame]:
    frames = iter(frames)
    first = next(frames, None)
    if first is None:
        raise errors.InvalidValue("Frames", "there is none, so there are no columns to write.")
    if progress is None:
        progress = (total or 0) >= _WORTH_A_BAR
    with tqdm(total=total, unit=" rows", unit_scale=True, disable=not progress) as bar:
        for frame in chain([first], frames):
            yield from _slices(frame)
            bar.update(len(frame))


def _plain_index(frames: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """An index with a name is a column like the others, and each has a name of its own."""
    for frame in frames:
        index = [name for name in frame.index.names if name is not None]
        names = Counter(map(str, (*index, *frame.columns)))
        if not names:
            raise errors.InvalidValue("Frames", "have no columns to write.")
        name, count = names.most_common(1)[0]
        if count > 1:
            raise errors.InvalidValue("Frames", f"have more than one column {name!r}.")
        yield frame.reset_index() if index else frame
