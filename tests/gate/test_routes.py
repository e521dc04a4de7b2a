"""Which API a path belongs to, however it is written."""

from __future__ import annotations

import socket
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from served import nginx

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
        "/orders/Archives",
        "/orders/a%23b%3fc",
        "/orders/%C3%A9",
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
        "/orders#",
        "/orders/1#/x",
        "/orders?x=1",
        "/orders/archive%23",
        "/orders/archive%253Fx",
        "/orders/;\\archive",
        "/orders/x;/..",
        "/orders/Archive",
        "/orders/%41rchive/2020",
        "/Orders",
        "/order%C5%BF",
        "/%2forders",
        "/\\any/orders",
        "/orders/%c0%ae%c0%ae/billing",
        "/orders/%ff",
        "orders",
        "http://any/orders",
        "",
        "*",
    ],
)
def test_what_servers_may_read_differently_leads_nowhere(path: str) -> None:
    assert ROUTES.find("any", path) is None


@given(st.text(alphabet="/.%;\\#?2eEfF5cC0orders archive", max_size=30))
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


# Everything that is not "orders" is "web", so that nothing is refused for want of an API.
BESIDE = Routes({"/": "web", "/orders": "orders"})


@pytest.mark.parametrize("path", ["/", "/x", "/ordersheet", "/order", "/x/orders", "/x/Orders"])
def test_what_is_beside_an_api_belongs_to_the_one_above(path: str) -> None:
    assert BESIDE.find("any", path) == "web"


@pytest.mark.parametrize(
    "path",
    [
        "/orders#",
        "/orders#/x",
        "/orders%23",
        "/orders%3F/x",
        "/Orders",
        "/ORDERS/1",
        "//host/orders",
        "/%5Chost/orders",
        "/orders;x\\y",
        "/x%c0%afy",
        "http://any/orders",
    ],
)
def test_what_some_server_takes_for_an_api_is_not_taken_for_another(path: str) -> None:
    assert BESIDE.find("any", path) is None


def test_the_gate_takes_no_path_for_another_api_than_nginx_does(tmp_path: Path) -> None:
    http = """server {
      listen LISTEN;
      location = /orders { return 200 orders; }
      location /orders/ { return 200 orders; }
      location / { return 200 web; }
    }"""
    with nginx(tmp_path, http) as url:
        address = urlsplit(url)
        answered = set()

        @settings(max_examples=400, deadline=None)
        @given(st.lists(st.sampled_from(_PIECES), max_size=8).map("".join))
        @example("rders#")
        @example("rders")
        @example("x")
        def ask(rest: str) -> None:
            with socket.create_connection((address.hostname, address.port)) as connection:
                connection.sendall(f"GET /o{rest} HTTP/1.0\r\n\r\n".encode("latin-1"))
                answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
            if answer.startswith("HTTP/1.1 200"):
                served = answer.rpartition("\r\n\r\n")[2]
                found = BESIDE.find("any", f"/o{rest}".partition("?")[0])
                assert found in (served, None)
                answered.add((served, found))

        ask()
    assert answered >= {("orders", "orders"), ("web", "web"), ("orders", None)}


_PIECES = [
    "rders",
    "/",
    "x",
    "#",
    "?",
    ";",
    "\\",
    "..",
    ".",
    "%",
    "%2f",
    "%2e",
    "%23",
    "%3f",
    "%25",
]
_PIECES += ["%00", "%5c", "%ff", "\xff", "\t", "&", "/../orders", "/o", "RDERS", "%c0%af"]


def test_places_that_capital_letters_alone_tell_apart_are_refused() -> None:
    with pytest.raises(errors.ConfigurationError, match="capital letters"):
        Routes({"/orders": "orders", "/Orders/": "other"})
    assert Routes({"/orders": "one", "/Orders": "one"}).find("any", "/orders") == "one"


@pytest.mark.parametrize("place", ["orders", "", "host", "/orders?x=1", "/orders#x"])
def test_a_place_that_is_no_path_is_refused(place: str) -> None:
    with pytest.raises(errors.ConfigurationError, match="cannot be mapped"):
        Routes({place: "orders"})


def test_without_routes_nothing_is_found() -> None:
    assert Routes({}).find("any", "/orders") is None
