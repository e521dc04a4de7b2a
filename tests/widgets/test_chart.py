"""Charts: Vega comes with the component, from this machine alone, and is kept for the next one."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from wire import Wire

from tokenwidgets.widgets import chart
from tokenwidgets.widgets.chart import Chart, Pick, vega_embed


@pytest.fixture
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Jupyter's data folder, empty; and nothing remembered of another one."""
    monkeypatch.setattr(chart, "jupyter_data_dir", lambda: str(tmp_path))
    vega_embed.cache_clear()
    yield tmp_path
    vega_embed.cache_clear()


@pytest.fixture
def bundled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How often Vega was put together; a word stands for it."""
    calls: list[str] = []

    def bundle() -> str:
        calls.append("bundle")
        return "const vegaEmbed = () => {};"

    monkeypatch.setattr(chart, "_bundle", bundle)
    return calls


def test_a_bar_that_is_clicked_is_heard_of(wire: Wire):
    heard: list[Any] = []
    figures = Chart()
    figures.listen(heard.append)
    wire.send(figures, "pick", key="month|2026-07|active")
    wire.send(figures, "pick", key=7)
    assert heard == [Pick("month|2026-07|active")]


def test_the_script_has_vega_in_it_and_loads_nothing():
    script = Chart()._esm
    assert script.startswith("const vegaEmbed = (() => {")
    assert len(script) > 500_000
    assert "import(" not in script
    assert "cdn.jsdelivr" not in script
    assert "esm.sh" not in script


def test_vega_is_put_together_once_and_then_kept(data_folder: Path, bundled: list[str]):
    first = vega_embed()
    vega_embed.cache_clear()
    assert vega_embed() == first
    assert bundled == ["bundle"]
    (kept,) = (data_folder / "tokenwidgets").iterdir()
    assert kept.name == f"vega-{metadata.version('vl-convert-python')}.js"
    assert kept.read_text() == first


def test_where_nothing_can_be_kept_it_still_works(
    data_folder: Path, bundled: list[str], monkeypatch: pytest.MonkeyPatch
):
    (data_folder / "tokenwidgets").write_text("a file where the folder would be")
    assert vega_embed() == "const vegaEmbed = () => {};"
    vega_embed.cache_clear()
    assert vega_embed()
    assert bundled == ["bundle", "bundle"]


def test_without_the_package_there_are_tables_alone(
    data_folder: Path, monkeypatch: pytest.MonkeyPatch
):
    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(chart.metadata, "version", missing)
    assert vega_embed() == "const vegaEmbed = null;"
    assert list(data_folder.iterdir()) == []
