"""What every component refuses from a browser, and that nothing makes it raise."""

from __future__ import annotations

import importlib
import logging
import pkgutil
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from ipywidgets import Widget
from wire import Wire

from tokenwidgets import widgets
from tokenwidgets.widgets.component import Component
from tokenwidgets.widgets.filter_bar import FilterBar
from tokenwidgets.widgets.menu_bar import MenuBar, OpenScreen
from tokenwidgets.widgets.paged_table import PagedTable
from tokenwidgets.widgets.tab_strip import TabStrip
from tokenwidgets.widgets.user_finder import UserFinder


def all_components() -> list[type[Component]]:
    """Every component that there is a module of."""
    modules = [
        importlib.import_module(f"{widgets.__name__}.{found.name}")
        for found in pkgutil.iter_modules(widgets.__path__)
    ]
    found = {each for module in modules for each in vars(module).values() if isinstance(each, type)}
    return sorted(
        (each for each in found if issubclass(each, Component) and each is not Component),
        key=lambda each: each.__name__,
    )


COMPONENTS = all_components()

SIZED_BY_THEMSELVES = (
    msgspec.inspect.BoolType,
    msgspec.inspect.IntType,
    msgspec.inspect.LiteralType,
    msgspec.inspect.NoneType,
)


def deep(levels: int) -> Any:
    content: Any = "x"
    for _ in range(levels):
        content = [content]
    return content


MALFORMED: list[Any] = [
    None,
    7,
    2**70,
    "open-screen",
    "\ud800",
    [],
    {},
    {"type": None},
    {"type": "no-such-message"},
    {"type": ["confirm"]},
    {"type": "x" * 1_000_000},
    {1: 2},
    {"type": "ping", "more": 1},
    deep(1_000_000),
    {"type": "search", "text": deep(10_000)},
]


@pytest.fixture(params=COMPONENTS, ids=lambda kind: kind.__name__)
def component(request: pytest.FixtureRequest) -> Component:
    return request.param()


@pytest.fixture
def heard(component: Component) -> list[Any]:
    """What a listener of the component hears."""
    heard: list[Any] = []
    component.listen(heard.append)
    return heard


def test_state_from_a_browser_is_refused(component: Component, wire: Wire):
    synced = component.keys
    before = component.get_state(synced)
    for name in synced:
        wire.send_state(component, **{name: "from the browser"})
    wire.send_raw(component, {"method": "update", "state": None, "buffer_paths": [[1]]})
    assert component.get_state(synced) == before
    assert component.dropped == len(synced) + 1


def test_malformed_messages_are_dropped_and_counted(
    component: Component, heard: list[Any], wire: Wire
):
    for content in MALFORMED:
        if not (isinstance(component, MenuBar) and content == {"type": "ping"}):
            wire.send_custom(component, content)
    assert heard == []
    assert component.dropped == len(MALFORMED)


def test_what_is_no_message_of_a_widget_is_dropped(
    component: Component, heard: list[Any], wire: Wire, caplog: pytest.LogCaptureFixture
):
    for data in (None, [], {}, {"method": None}, {"method": "eval"}, {"method": ["custom"]}):
        wire.send_raw(component, data)
    component._handle_msg({})
    assert heard == []
    assert component.dropped == 7
    assert not [record for record in caplog.records if record.exc_info]


def test_every_text_and_list_in_a_message_has_a_limit(component: Component):
    for kind in component.messages:
        limits = list(limits_of(msgspec.inspect.type_info(kind)))
        assert all(limit is not None and limit <= 20_000 for limit in limits), kind


def limits_of(info: msgspec.inspect.Type) -> Iterator[int | None]:
    """The most characters or items, of everything in a type that has a length."""
    match info:
        case msgspec.inspect.StrType(max_length=most):
            yield most
        case msgspec.inspect.ListType(item_type=item, max_length=most):
            yield most
            yield from limits_of(item)
        case msgspec.inspect.DictType(key_type=key, value_type=value, max_length=most):
            yield most
            yield from limits_of(key)
            yield from limits_of(value)
        case msgspec.inspect.StructType(fields=fields):
            for field in fields:
                yield from limits_of(field.type)
        case msgspec.inspect.UnionType(types=types):
            for each in types:
                yield from limits_of(each)
        case _:
            assert isinstance(info, SIZED_BY_THEMSELVES), info


def test_an_exception_of_a_listener_goes_into_the_log_alone(
    wire: Wire, caplog: pytest.LogCaptureFixture
):
    def fail(message: Any) -> None:
        raise RuntimeError("of the listener")

    bar = MenuBar()
    bar.listen(fail)
    sent = len(wire.sent)
    wire.send(bar, "open-screen", name="APIs")
    assert len(wire.sent) == sent
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.exc_info is not None
    assert "of the listener" in str(record.exc_info[1])


def test_listeners_hear_of_messages_in_their_order(wire: Wire):
    heard: list[Any] = []
    bar = MenuBar()
    bar.listen(heard.append)
    for name in ("APIs", "Audit Log"):
        wire.send(bar, "open-screen", name=name)
    assert heard == [OpenScreen(name="APIs"), OpenScreen(name="Audit Log")]


@pytest.mark.parametrize(
    ("numbered", "type", "content"),
    [
        (FilterBar, "filter", {"values": {}}),
        (FilterBar, "clear-filters", {}),
        (PagedTable, "select", {"keys": []}),
        (TabStrip, "select-tab", {"name": "General"}),
        (UserFinder, "find-users", {"text": "ja"}),
    ],
)
def test_a_view_that_is_behind_takes_no_answer_from_another(
    numbered: type[Any], type: str, content: dict[str, Any], wire: Wire
):
    component = numbered()
    for turn in (5, 6, 5):
        wire.send(component, type, **content, turn=turn)
    assert component.answered == 6


def test_a_component_may_keep_a_message_from_its_listeners(wire: Wire):
    class Keeper(Component, asset="menu_bar"):
        messages = (OpenScreen,)

        def handle(self, message: Any) -> bool:
            return message.name == "APIs"

    heard: list[Any] = []
    keeper = Keeper()
    keeper.listen(heard.append)
    for name in ("Audit Log", "APIs"):
        wire.send(keeper, "open-screen", name=name)
    assert heard == [OpenScreen(name="APIs")]


def test_its_repr_is_the_same_in_every_run(component: Component):
    assert repr(component) == f"{type(component).__name__}()"


def test_its_script_is_a_string_without_imports(component: Widget):
    assert isinstance(component._esm, str)
    assert "\nimport " not in component._esm
    assert component._esm.count("export ") == 1
