"""What is refused before anything is served, the access token, and what stays in the server."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import nbformat
import pytest
from door import PROXY_SECRET, Server, Visit, named, outputs, serving
from traitlets.config import Config

from tokenwidgets import errors
from tokenwidgets.bootstrap import initialise
from tokenwidgets.database import Database
from tokenwidgets.serving import serve


@pytest.fixture(scope="module")
def demo_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('demo') / 'demo.db'}"
    initialise(Database(url), "ada", demo=True)
    return url


@pytest.fixture(scope="module")
def demo(demo_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for one user, with an access token, of a notebook that fails."""
    folder = tmp_path_factory.mktemp("one user")
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [
        nbformat.v4.new_code_cell("import sys, logging; print('this is printed', sys.path)"),
        nbformat.v4.new_code_cell("logging.getLogger('x').error('this is logged')"),
        nbformat.v4.new_code_cell("the_secret_of_the_source = 42 / 0"),
    ]
    nbformat.write(notebook, folder / "broken.ipynb")
    # What Voilà would read from its working directory, and run.
    (folder / "voila.py").write_text("c.VoilaConfiguration.show_tracebacks = True")
    with serving(folder, demo_url, identity="demo", notebook=folder / "broken.ipynb") as running:
        yield running


def run(**options: object) -> None:
    """Try to serve, where it is about what is refused before anything is served."""
    given = {"ip": "127.0.0.1", "port": 0, "identity": "", "access_token": None, "config": Config()}
    serve(**{**given, "open_browser": False, **options})  # type: ignore[arg-type]


# Before anything is served ------------------------------------------------------------------


@pytest.mark.parametrize("ip", ["0.0.0.0", "::", "", "192.0.2.7"])
def test_without_an_identity_source_other_machines_are_not_listened_to(people_url: str, ip: str):
    with pytest.raises(errors.ConfigurationError, match="Without an identity source"):
        run(database_url=people_url, ip=ip)


def test_a_socket_that_another_server_listens_on_is_left_to_it(people_url: str, tmp_path: Path):
    path = tmp_path / "dashboard.sock"
    with socket.socket(socket.AF_UNIX) as other, pytest.raises(errors.ConfigurationError) as told:
        other.bind(str(path))
        other.listen()
        run(database_url=people_url, ip=f"unix:{path}")
    assert f"already listens on unix:{path}" in str(told.value)
    assert path.is_socket()


def test_what_is_no_socket_and_no_name_of_a_host_is_told(
    people_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TOKENWIDGETS_PROXY_SECRET", PROXY_SECRET)
    (tmp_path / "file").touch()
    for ip in (f"unix:{tmp_path / 'file'}", "no..host"):
        with pytest.raises(errors.ConfigurationError, match=f"Cannot listen on {ip}"):
            run(database_url=people_url, ip=ip, identity="proxy")


def test_the_demo_is_not_served_to_other_machines(demo_url: str):
    with pytest.raises(errors.ConfigurationError, match="only for this machine"):
        run(database_url=demo_url, ip="0.0.0.0", identity="demo")


def test_the_demos_identity_is_refused_on_a_real_platform(people_url: str):
    with pytest.raises(errors.IdentityError, match="only for a database that `tokenwidgets demo`"):
        run(database_url=people_url, identity="demo")


@pytest.mark.parametrize("name", ["preheat_kernel", "progressive_rendering", "show_tracebacks"])
def test_what_cannot_be_made_safe_is_refused_with_the_reason(people_url: str, name: str):
    config = Config({"VoilaConfiguration": {name: True}})
    with pytest.raises(errors.ConfigurationError, match=rf"VoilaConfiguration\.{name} cannot be"):
        run(database_url=people_url, config=config)


def test_an_empty_database_is_refused(tmp_path: Path):
    with pytest.raises(errors.NotADatabase, match="tokenwidgets init"):
        run(database_url=f"sqlite:///{tmp_path / 'missing.db'}")


def test_a_port_in_use_is_named_and_no_other_is_taken(demo_url: str):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            errors.ConfigurationError, match=rf"127\.0\.0\.1:{port}: choose another"
        ):
            run(database_url=demo_url, identity="demo", port=port)


# The access token ---------------------------------------------------------------------------


def test_only_the_url_is_printed_and_it_has_a_long_random_token(demo: Server):
    address, _, token = demo.url.partition("?token=")
    assert address.startswith("http://127.0.0.1:")
    assert len(token) >= 40


@pytest.mark.parametrize("path", ["/", "/?token=", "/?token=wrong", "/?theme=dark"])
def test_without_the_token_nobody_gets_in(demo: Server, path: str):
    visit = Visit(demo.origin)
    answer = visit.open(path)
    assert answer.status_code == 403
    assert "Open the whole address" in answer.text
    assert visit.kernel_id == ""


def test_the_token_is_replaced_by_a_cookie_that_scripts_cannot_read(demo: Server):
    answer = httpx.get(demo.url + "&theme=dark")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/?theme=dark"
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert demo.url.partition("=")[2] not in cookie


def test_a_forged_cookie_is_not_believed(demo: Server):
    real = httpx.get(demo.url).headers["Set-Cookie"].partition(";")[0]
    name = real.partition("=")[0]
    forged = real[:-1] + ("0" if real[-1] != "0" else "1")
    for cookie in (f"{name}=shown", f'{name}="2|1:0|10:1795563738|5:shown|8:c2hvd24=|"', forged):
        assert httpx.get(demo.origin, headers={"Cookie": cookie}).status_code == 403


def test_the_token_is_not_in_the_log(demo: Server):
    Visit(demo.origin).open(demo.url.removeprefix(demo.origin))
    assert "/?token=[secret]" in demo.log
    assert demo.url.partition("?token=")[2] not in demo.log


# A notebook that fails ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def broken_page(demo: Server) -> Iterator[httpx.Response]:
    visit = Visit(demo.origin)
    yield visit.open(demo.url.removeprefix(demo.origin))
    visit.close()


def test_what_is_raised_is_in_the_log_and_not_in_the_page(
    demo: Server, broken_page: httpx.Response
):
    for word in ("ZeroDivisionError", "division by zero", "Traceback", "the_secret_of_the_source"):
        assert word not in broken_page.text
    assert "ZeroDivisionError: division by zero" in demo.log
    assert "It was written to the server's log." in outputs(broken_page.text)


def test_what_is_logged_in_the_notebook_is_in_the_log_with_the_actor(
    demo: Server, broken_page: httpx.Response
):
    assert "this is logged" not in broken_page.text
    assert "ERROR [ada] x: this is logged" in demo.log


def test_the_kernel_imports_nothing_from_where_the_server_was_started(
    demo: Server, broken_page: httpx.Response
):
    printed = outputs(broken_page.text)
    assert "this is printed" in printed
    assert str(demo.log_file.parent) not in printed
    assert "''" not in printed


# Servers of a test's own ---------------------------------------------------------------------


def test_the_kernel_gets_neither_the_secret_nor_the_headers(people_url: str, tmp_path: Path):
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell("import os; print(dict(os.environ))")]
    nbformat.write(notebook, tmp_path / "environment.ipynb")
    with serving(
        tmp_path / "server",
        people_url,
        identity="proxy",
        notebook=tmp_path / "environment.ipynb",
        TOKENWIDGETS_PROXY_SECRET=PROXY_SECRET,
        JUPYTERHUB_API_TOKEN="the-servers-own",
        TOKENWIDGETS_VISITOR="admin",
    ) as server:
        visit = Visit(server.origin, {**named("clerk"), "X-Evil": "header-of-the-browser"})
        seen = outputs(visit.open().text)
        assert f"'TOKENWIDGETS_VISITOR': '{visit.kernel_id} clerk'" in seen
        for word in (PROXY_SECRET, "the-servers-own", "header-of-the-browser", "VOILA_REQUEST_URL"):
            assert word not in seen
        assert PROXY_SECRET not in server.log


def test_with_no_identity_source_nobody_is_let_in_and_the_page_says_what_to_do(
    people_url: str, tmp_path: Path
):
    with serving(tmp_path, people_url, identity="") as server:
        visit = Visit(server.origin, {"X-Forwarded-User": "admin"})
        answer = visit.open()
        assert answer.status_code == 403
        assert "No identity source is configured" in answer.text
        assert "TokenWidgets.identity_source" in answer.text
        assert server.children() == []


def test_it_ends_with_its_kernels_and_leaves_no_files(people_url: str, tmp_path: Path):
    folder = tmp_path / "temporary"
    folder.mkdir()
    with serving(
        tmp_path / "server",
        people_url,
        identity="proxy",
        TOKENWIDGETS_PROXY_SECRET=PROXY_SECRET,
        TMPDIR=str(folder),
    ) as server:
        Visit(server.origin, named("clerk")).open()
        kernels = server.children()
        (left,) = folder.iterdir()
        assert left.stat().st_mode & 0o077 == 0
    assert len(kernels) == 1
    listed = subprocess.run(["ps", "-o", "pid=", *map(str, kernels)], capture_output=True)
    assert listed.stdout == b""
    assert list(folder.iterdir()) == []


def test_on_a_unix_socket_the_proxy_beside_it_is_believed(people_url: str, tmp_path: Path):
    path = Path(tempfile.mkdtemp(prefix="tw-")) / "dashboard.sock"
    config = {
        "ProxyIdentity": {"proof": "socket"},
        "DashboardSettings": {"allowed_hosts": ["tokens.example.org"]},
    }
    with serving(
        tmp_path, people_url, identity="proxy", ip=f"unix:{path}", config=config
    ) as server:
        assert server.url.startswith(f"unix:{path}")
        # Only our user and group may write to it.
        assert path.stat().st_mode & 0o007 == 0
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(path)), timeout=60) as client:
            url = "http://tokens.example.org/"
            answer = client.get(url, headers={"X-Forwarded-User": "stranger"})
            assert answer.status_code == 403
            assert "stranger is not an application user" in answer.text
            assert client.get(url, headers={"X-Forwarded-User": "clerk"}).status_code == 200
            assert client.get("http://attacker.example/").status_code == 421
    shutil.rmtree(path.parent)
