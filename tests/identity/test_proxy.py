"""Which requests prove that they came from the proxy, and whom they name."""

from __future__ import annotations

import asyncio
import base64
import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine
from traitlets.config import Config

from tokenwidgets import errors
from tokenwidgets.database import Database
from tokenwidgets.identity.proxy import ProxyIdentity

SECRET = "only-the-proxy-knows-this"
HEADER = "X-Forwarded-User"


@pytest.fixture
def source(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> ProxyIdentity:
    monkeypatch.setenv("TOKENWIDGETS_PROXY_SECRET", SECRET)
    return checked(sqlite_database)


def checked(database: Database, ip: str = "127.0.0.1", **settings: Any) -> ProxyIdentity:
    source = ProxyIdentity(config=Config({"ProxyIdentity": settings}))
    source.check(database, ip)
    return source


def visitor(
    source: ProxyIdentity,
    *headers: tuple[str, str],
    peer: str = "127.0.0.1",
    family: int = socket.AF_INET,
) -> str:
    sent = HTTPHeaders({"Host": "tokens.example.org"})
    for name, value in headers:
        sent.add(name, value)
    context = SimpleNamespace(remote_ip=peer, protocol="http", address_family=family)
    connection: Any = SimpleNamespace(context=context)
    line = RequestStartLine("GET", "/", "HTTP/1.1")
    request = HTTPServerRequest(start_line=line, headers=sent, connection=connection)
    handler: Any = SimpleNamespace(request=request)
    return asyncio.run(source.visitor(handler))


def basic(user: str, password: str) -> tuple[str, str]:
    return "Authorization", "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def test_the_user_beside_the_secret_is_believed(source: ProxyIdentity):
    assert visitor(source, (HEADER, f"{SECRET} jdoe")) == "jdoe"


@pytest.mark.parametrize(
    "value",
    [
        "jdoe",
        "",
        SECRET,
        f"{SECRET}jdoe",
        f"{SECRET[:-1]} jdoe",
        f"{SECRET.upper()} jdoe",
        f"{SECRET}x jdoe",
        f"wrong {SECRET} jdoe",
    ],
)
def test_a_header_without_the_secret_is_not_believed(source: ProxyIdentity, value: str):
    with pytest.raises(errors.IdentityError):
        visitor(source, (HEADER, value))


@pytest.mark.parametrize(
    "user",
    ["jdoe,admin", "jdoe admin", "jd\u00f6e", "-jdoe", "../admin", "jdoe\tadmin", "a" * 101],
)
def test_a_name_that_no_user_id_has_is_refused(source: ProxyIdentity, user: str):
    with pytest.raises(errors.IdentityError):
        visitor(source, (HEADER, f"{SECRET} {user}"))


def test_no_header_is_nobody(source: ProxyIdentity):
    with pytest.raises(errors.IdentityError, match="has none"):
        visitor(source)


def test_a_header_sent_twice_is_nobody(source: ProxyIdentity):
    with pytest.raises(errors.IdentityError, match="has 2 of them"):
        visitor(source, (HEADER, f"{SECRET} jdoe"), (HEADER, f"{SECRET} admin"))


def test_a_pattern_with_a_group_takes_the_user_id_out_of_the_name(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TOKENWIDGETS_PROXY_SECRET", SECRET)
    source = checked(sqlite_database, user_pattern=r"([a-z]+)@example[.]org")
    assert visitor(source, (HEADER, f"{SECRET} jdoe@example.org")) == "jdoe"
    with pytest.raises(errors.IdentityError):
        visitor(source, (HEADER, f"{SECRET} jdoe@example.com"))


def test_basic_authorization_with_the_secret_as_password_is_believed(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TOKENWIDGETS_PROXY_SECRET", SECRET)
    source = checked(sqlite_database, proof="basic")
    assert visitor(source, basic("jdoe", SECRET)) == "jdoe"
    for bad in (
        basic("jdoe", "wrong"),
        basic("jdoe", ""),
        ("Authorization", "Basic !!!"),
        ("Authorization", "Basic"),
        ("Authorization", f"Bearer {SECRET}"),
        (HEADER, f"{SECRET} jdoe"),
    ):
        with pytest.raises(errors.IdentityError):
            visitor(source, bad)


def test_from_the_unix_socket_alone_the_plain_name_is_believed(sqlite_database: Database):
    source = checked(sqlite_database, "unix:/run/dashboard.sock", proof="socket")
    assert visitor(source, (HEADER, "jdoe"), family=socket.AF_UNIX) == "jdoe"
    with pytest.raises(errors.IdentityError, match="unix socket"):
        visitor(source, (HEADER, "jdoe"))


def test_the_proof_of_a_socket_needs_a_server_that_listens_on_one(sqlite_database: Database):
    with pytest.raises(errors.ConfigurationError, match="--ip unix:"):
        checked(sqlite_database, "127.0.0.1", proof="socket")


def test_from_this_machine_alone_the_plain_name_is_believed(sqlite_database: Database):
    source = checked(sqlite_database, proof="loopback")
    assert visitor(source, (HEADER, "jdoe")) == "jdoe"
    with pytest.raises(errors.IdentityError, match="this machine"):
        visitor(source, (HEADER, "jdoe"), peer="192.0.2.7")
    with pytest.raises(errors.IdentityError, match="this machine"):
        visitor(source, (HEADER, "jdoe"), ("X-Forwarded-For", "127.0.0.1"), peer="192.0.2.7")


@pytest.mark.parametrize("secret", ["", "too-short", "with a space in the middle of it"])
def test_without_a_good_secret_there_is_nothing_to_serve(
    secret: str, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TOKENWIDGETS_PROXY_SECRET", secret)
    with pytest.raises(errors.ConfigurationError, match="secret that only the proxy knows"):
        checked(sqlite_database)


def test_the_secret_may_be_in_a_file(sqlite_database: Database, tmp_path: Path):
    path = tmp_path / "secret"
    path.write_text(SECRET + "\n")
    source = checked(sqlite_database, shared_secret_file=str(path))
    assert visitor(source, (HEADER, f"{SECRET} jdoe")) == "jdoe"
    with pytest.raises(errors.ConfigurationError, match="cannot be read"):
        checked(sqlite_database, shared_secret_file=str(tmp_path / "missing"))


def test_an_unchecked_source_believes_nobody():
    with pytest.raises(errors.IdentityError):
        visitor(ProxyIdentity(), (HEADER, ""))


def test_it_cannot_say_who_is_acting_in_a_notebook(
    source: ProxyIdentity, sqlite_database: Database
):
    with pytest.raises(errors.IdentityError, match="tokenwidgets serve"):
        source.actor(sqlite_database)
