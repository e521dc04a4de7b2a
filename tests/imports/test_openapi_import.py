"""OpenAPI documents become APIs: what is taken of them, and what is said of the bad ones."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tokenwidgets import errors
from tokenwidgets.imports import APIDocument, read_openapi
from tokenwidgets.platform import Platform

GET = {"get": {"responses": {}}}
POST = {"post": {"responses": {}}}


def document(paths: dict[str, Any] | None = None, **info: Any) -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {"title": "Order Service", "version": "2.10", **info},
        "paths": {"/orders": {**GET, **POST}} if paths is None else paths,
    }


def read(content: Any, name: str = "") -> APIDocument:
    text = content if isinstance(content, str) else json.dumps(content)
    return read_openapi(text.encode(), "orders.json", name=name)


def test_title_version_description_and_methods_are_taken() -> None:
    found = read(document(description="Place orders.\n\nAnd *cancel* them."))
    assert found == APIDocument(
        "orders.json",
        "order-service",
        "Order Service",
        "2.10",
        "Place orders. And *cancel* them.",
        frozenset({"GET", "POST"}),
    )


def test_a_yaml_document_is_read_with_its_version_as_it_is_written() -> None:
    found = read(
        "openapi: 3.0.3\ninfo:\n  title: Orders\n  version: 2.10\npaths:\n  /orders:\n    get: {}\n"
    )
    assert (found.title, found.version, found.methods) == ("Orders", "2.10", frozenset({"GET"}))


def test_a_yaml_document_may_begin_as_json_does() -> None:
    flow = b"{openapi: 3.1.0, info: {title: Flow, version: 1.10}, paths: {/x: {get: {}}}}"
    for source in ("flow.yaml", "standard input"):
        found = read_openapi(flow, source)
        assert (found.name, found.version) == ("flow", "1.10")
    with pytest.raises(errors.ImportRefused, match="line 1: it is neither JSON nor YAML"):
        read_openapi(flow[:-1], "flow.yaml")


def test_numbers_are_taken_as_they_are_written_however_long() -> None:
    text = json.dumps(document()).replace('"2.10"', "2.10")
    found = read(text.replace('"paths"', f'"x-long": {"9" * 5000}, "paths"'))
    assert found.version == "2.10"


def test_a_swagger_document_with_a_byte_order_mark_is_read() -> None:
    old = {"swagger": "2.0", "info": {"title": "Old", "version": "1"}, "paths": {"/x": GET}}
    assert read("\ufeff" + json.dumps(old)).title == "Old"


def test_a_name_that_is_given_goes_before_the_title() -> None:
    assert read(document(), name="orders").name == "orders"


@pytest.mark.parametrize(
    ("paths", "read_only", "closed"),
    [
        ({"/a": GET}, True, ()),
        ({"/a": {**GET, "head": {}, "options": {}, "parameters": [], "x-post": {}}}, True, ()),
        ({"/a": GET, "/b": POST}, False, ()),
        ({"/a": {**GET, "delete": {}, "put": {}}}, True, ("DELETE", "PUT")),
        ({"/a": {**GET, "additionalOperations": {"COPY": {}}}}, True, ("COPY",)),
        ({"/a": {"$ref": "#/components/pathItems/b"}}, False, ()),
        ({"/a": {"$ref": "#/components/pathItems/c"}}, False, ()),
        ({"/a": {"$ref": "#/components/pathItems/d", **POST}}, False, ()),
    ],
)
def test_an_api_without_a_post_is_read_only(
    paths: dict[str, Any], read_only: bool, closed: tuple[str, ...]
) -> None:
    refer = {"$ref": "#/components/pathItems/b"}
    whole = {**document(paths), "components": {"pathItems": {"b": POST, "c": refer, "d": GET}}}
    found = read(whole)
    assert (found.read_only, found.closed_methods) == (read_only, closed)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"openapi": "3.1.0",\n"info": }', "line 2: it is not JSON"),
        ("openapi: 3.1.0\ninfo: [\n", "line 3: it is neither JSON nor YAML"),
        ("a: b: c", "line 1: it is neither JSON nor YAML"),
        ("", "is no OpenAPI document"),
        ("just text", "is no OpenAPI document"),
        ("[1, 2]", "is no OpenAPI document"),
        ('{"asyncapi": "2.0", "info": {"title": "x"}}', "is no OpenAPI document"),
        ('{"openapi": "3.1.0"}', "has no `info` with a `title`"),
        ('{"openapi": "3.1.0", "info": {"title": " "}}', "has no `info` with a `title`"),
        (document({}), "has no operation under `paths`"),
        (document({"/a": {"parameters": []}}), "has no operation under `paths`"),
        ({**document(), "paths": ["/a"]}, "has `paths` that are not a mapping"),
        (document({"/a": "get"}), "has a path /a without operations"),
        (document({"/a": {"$ref": "other.json#/a"}}), "outside the document"),
        (document({"/a": {"$ref": "#/components/none"}}), "which is not there"),
        (document({"/a": {"$ref": "#/paths/~1a"}}), "/paths/~1a, which refers to itself"),
        (document(title="订单"), "has a title that makes no name"),
        ("{" + '"a":{' * 5000, "line 1: it is nested too deeply"),
        ("[" * 5000, "line 1: it is nested too deeply"),
        ("a: \x07", "line 1: it is neither JSON nor YAML"),
        ('a: "\\UFFFFFFFF"', "line 1: it is neither JSON nor YAML"),
    ],
)
def test_a_bad_document_is_refused_by_name(content: Any, words: str) -> None:
    with pytest.raises((errors.ImportRefused, errors.InvalidValue)) as caught:
        read(content)
    assert "orders.json" in str(caught.value)
    assert words in str(caught.value)


def test_what_is_not_utf_8_is_refused() -> None:
    with pytest.raises(errors.ImportRefused, match="line 2: it is not UTF-8"):
        read_openapi(b"openapi: 3.0.0\n\xff\xff\xff", "orders.yaml")


def test_new_apis_are_added_and_known_ones_changed(platform: Platform) -> None:
    orders, prices = read(document()), read(document({"/p": GET}, title="Prices"))
    report = platform.imports.apis([orders, prices], api_group="Sales")
    assert (report.added, report.changed, report.unchanged) == (2, 0, 0)
    newer = read(document(version="3"))
    report = platform.imports.apis([newer, prices])
    assert (report.added, report.changed, report.unchanged) == (0, 1, 1)
    apis = {api.name: api for api in platform.apis.list()}
    assert apis["order-service"].version_label == "3"
    assert apis["order-service"].api_group == "Sales"
    assert apis["order-service"].version == 2
    assert apis["prices"].read_only
    assert not apis["order-service"].read_only


def test_the_same_document_again_changes_nothing(platform: Platform) -> None:
    platform.imports.apis([read(document())])
    before = platform.history.page().total
    assert platform.imports.apis([read(document())]).unchanged == 1
    assert platform.history.page().total == before


def test_a_dry_run_of_apis_changes_nothing(platform: Platform) -> None:
    report = platform.imports.apis([read(document())], dry_run=True)
    assert report.changes == ("add order-service: Order Service 2.10",)
    assert platform.apis.list() == ()
    assert platform.history.page(action="add API").total == 0


def test_each_api_has_the_event_that_the_same_by_hand_would_leave(platform: Platform) -> None:
    platform.imports.apis([read(document())])
    platform.imports.apis([read(document(version="3"))])
    newest, first = platform.history.page(subject="order-service").rows
    assert (first.action, newest.action) == ("add API", "edit API")
    assert newest.detail == {
        "before": {"version_label": "2.10"},
        "after": {"version_label": "3"},
    }


def test_one_bad_document_keeps_all_from_being_taken(platform: Platform) -> None:
    platform.apis.add("orders")
    with pytest.raises(errors.NameInUse):
        platform.imports.apis([read(document(), "fine"), read(document(), "ORDERS")])
    assert [api.name for api in platform.apis.list()] == ["orders"]


def test_two_documents_of_one_name_are_refused_and_neither_is_taken(platform: Platform) -> None:
    documents = [read(document(), name) for name in ("fine", "orders", "Orders")]
    with pytest.raises(errors.NameInUse, match="would both be the API Orders"):
        platform.imports.apis(documents)
    assert platform.apis.list() == ()


def test_long_titles_and_odd_characters_are_made_fit(platform: Platform) -> None:
    found = read(document(title="Order " * 100, description="a\u202eb" + "x" * 5000))
    platform.imports.apis([found])
    (api,) = platform.apis.list()
    assert len(api.title) == 200
    assert api.description.startswith("a\ufffdb")
    assert len(api.description) == 2000
