"""Which API a path belongs to, however it is written."""

from __future__ import annotations

from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokenwidgets import errors
from tokenwidgets.gate.routes import Routes

ROUTES = Routes(
    {
        "/orders": "orders",
        "/orders/archive": "archive",
        "billing.example.org/": "billing",
        "billing.example.org/reports/": "reports",
    }
)


@pytest.mark.parametrize(
    ("host", "path", "api"),
    [
        ("any", "/orders", "orders"),
        ("any", "/orders/", "orders"),
        ("any", "/orders/1/items", "orders"),
        ("any", "/orders/archive", "archive"),
        ("any", "/orders/archive/2020", "archive"),
        ("any", "/orders/archived", "orders"),
        ("any", "/ordersx", None),
        ("any", "/", None),
        ("any", "/other", None),
        ("billing.example.org", "/", "billing"),
        ("billing.example.org", "/anything", "billing"),
        ("billing.example.org", "/orders", "billing"),
        ("billing.example.org", "/reports", "reports"),
        ("BILLING.example.org:8443", "/reports/1", "reports"),
        ("billing.example.org.", "/", "billing"),
        ("evilbilling.example.org", "/", None),
        ("[::1]:80", "/orders", "orders"),
    ],
)
def test_the_longest_path_of_the_host_counts(host: str, path: str, api: str | None) -> None:
    assert ROUTES.find(host, path) == api


@pytest.mark.parametrize(
    "path",
    [
        "/orders/%31",
        "/orders//1",
        "/orders/100%25.pdf",
        "/orders/a%2Fb",
        "/orders/...",
        "/orders/.hidden",
    ],
)
def test_what_every_server_reads_alike_is_let_through(path: str) -> None:
    assert ROUTES.find("any", path) == "orders"


@pytest.mark.parametrize(
    "path",
    [
        "/orders/../billing",
        "/orders/./1",
        "/orders/..",
        "/orders/%2e%2e/billing",
        "/orders/%2E./billing",
        "/orders/..%2fbilling",
        "/orders/%252e%252e/billing",
        "/orders/%252e%252e%252fbilling",
        "/orders/..;/billing",
        "/orders/..;x=1/billing",
        "/orders/..\\billing",
        "/orders/%5c..%5cbilling",
        "/orders%00",
        "/orders/%0a",
        "/orders/\x01",
        "/orders/\u00e9",
        "/orders /1",
        "/orders%2farchive/..",
        "/orders%2farchive",
        "/orders//archive",
        "/%6frders",
        "//orders",
        "/orders;v=1/2",
        "/orders/;/archive",
        "/orders/%25252525252e",
        "orders",
        "http://any/orders",
        "",
        "*",
    ],
)
def test_what_servers_may_read_differently_leads_nowhere(path: str) -> None:
    assert ROUTES.find("any", path) is None


@given(st.text(alphabet="/.%;\\2eEfF5cC0orders archive", max_size=30))
def test_no_path_with_a_step_upwards_is_let_through(rest: str) -> None:
    path = f"/orders/{rest}"
    if ROUTES.find("any", path) is None:
        return
    read = path
    for _ in range(5):
        assert ".." not in read.replace("\\", "/").replace(";", "/").split("/")
        read = unquote(read)


@given(st.text(min_size=1))
def test_a_quoted_name_below_an_api_stays_below_it(name: str) -> None:
    found = ROUTES.find("any", f"/orders/{quote(name, safe='')}")
    assert found in ("orders", "archive", None)
    if name.isalnum() and name != "archive":
        assert found == "orders"


@pytest.mark.parametrize("place", ["orders", "", "host", "/orders?x=1"])
def test_a_place_that_is_no_path_is_refused(place: str) -> None:
    with pytest.raises(errors.ConfigurationError, match="cannot be mapped"):
        Routes({place: "orders"})


def test_without_routes_nothing_is_found() -> None:
    assert Routes({}).find("any", "/orders") is None
