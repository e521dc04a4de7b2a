"""The dashboard as a service of a real JupyterHub, with the configuration of the example."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from served import free_port

EXAMPLE = Path(__file__).parents[2] / "examples" / "jupyterhub" / "jupyterhub_config.py"
PASSWORD = "one-for-all-of-them"
OPERATOR = "the-token-of-the-hubs-operator"


@dataclass
class Hub:
    """A running hub: its address, and that of the dashboard behind it."""

    url: str
    api_url: str
    dashboard_url: str
    database_url: str

    @property
    def service(self) -> str:
        return f"{self.url}services/tokens/"

    def token_of(self, user: str) -> str:
        """A token such as the hub gives to the user's server."""
        answer = httpx.post(
            f"{self.api_url}/users/{user}/tokens",
            headers={"Authorization": f"token {OPERATOR}"},
            json={"note": "test"},
        )
        answer.raise_for_status()
        return answer.json()["token"]


@pytest.fixture(scope="module")
def hub(people_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    folder = tmp_path_factory.mktemp("hub")
    public, api, proxy, dashboard = (free_port() for _ in range(4))
    url = f"http://127.0.0.1:{public}/"
    # The example, and what is different here: the names, the ports, and who signs in.
    (folder / "jupyterhub_config.py").write_text(
        EXAMPLE.read_text()
        + f"""
service = c.JupyterHub.services[0]
command = [each.replace("8866", "{dashboard}") for each in service["command"]]
service["command"] = [{sys.executable!r}, "-P", "-m", *command]
service["url"] = "http://127.0.0.1:{dashboard}"
service["environment"]["TOKENWIDGETS_DATABASE_URL"] = {people_url!r}
service["environment"]["JUPYTER_CONFIG_DIR"] = {str(folder / "config")!r}
c.JupyterHub.load_roles[0]["users"] = ["admin", "clerk", "guest", "stranger"]
c.JupyterHub.load_roles.append(
    {{"name": "operators", "scopes": ["admin:users", "tokens"], "services": ["operator"]}}
)
c.JupyterHub.services.append({{"name": "operator", "api_token": {OPERATOR!r}}})
c.JupyterHub.public_url = c.JupyterHub.bind_url = {url!r}
c.JupyterHub.hub_port = {api}
c.ConfigurableHTTPProxy.command = [{proxy_program()!r}]
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy}"
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = {PASSWORD!r}
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
"""
    )
    with (folder / "hub.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub"],
            cwd=folder,
            stderr=log,
            stdout=log,
            # The hub, its proxy and the dashboard, to be ended together.
            start_new_session=True,
            # The hub ends servers by Ctrl-C, which who runs the tests in the background ignores.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
    try:
        wait_for(f"{url}services/tokens/", folder / "hub.log", process)
        yield Hub(
            url, f"http://127.0.0.1:{api}/hub/api", f"http://127.0.0.1:{dashboard}", people_url
        )
    finally:
        process.terminate()
        try:
            process.wait(60)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def proxy_program() -> str:
    beside = Path(sys.prefix) / "share" / "node" / "node_modules" / ".bin"
    name = "configurable-http-proxy"
    program = shutil.which(name, path=f"{beside}:{os.environ['PATH']}")
    assert program, "the tests need JupyterHub's proxy: run scripts/tools.py"
    return program


def wait_for(url: str, log: Path, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx.get(url).status_code == 302:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.3)
    raise AssertionError(f"the hub did not start:\n{log.read_text('utf-8', 'replace')[-3000:]}")


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    yield context
    for page in context.pages:
        page.close(run_before_unload=True)
    context.close()


def sign_in(context: BrowserContext, hub: Hub, user: str, query: str = "") -> Page:
    """Ask for the dashboard, and sign in with the hub, which asks for that."""
    page = context.new_page()
    page.goto(hub.service + query)
    page.get_by_label("Username:").fill(user)
    page.get_by_label("Password:").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    return page


def test_a_user_with_the_control_does_their_job(hub: Hub, context: BrowserContext):
    complaints: list[str] = []
    context.on("console", lambda said: said.type == "error" and complaints.append(said.text))
    page = sign_in(context, hub, "clerk", "?user=guest&tab=API%20Tokens")
    expect(page.get_by_role("cell", name="payroll-export-7", exact=True)).to_be_visible(
        timeout=60_000
    )
    assert page.url.startswith(hub.service)
    assert "Clerk" in page.inner_text("body")
    assert complaints == []


def test_a_user_without_a_control_sees_nothing(hub: Hub, context: BrowserContext):
    page = sign_in(context, hub, "guest", "?user=guest&tab=API%20Tokens")
    expect(page.get_by_text("guest has no control on this platform")).to_be_visible(timeout=60_000)
    assert "payroll-export-7" not in page.content()


def test_a_user_of_the_hub_alone_gets_a_page_that_says_so(hub: Hub, context: BrowserContext):
    page = sign_in(context, hub, "stranger")
    expect(page.get_by_text("stranger is not an application user")).to_be_visible(timeout=60_000)


def test_a_user_who_may_not_open_the_service_is_stopped_by_the_hub(
    hub: Hub, context: BrowserContext
):
    page = sign_in(context, hub, "outsider")
    expect(page.get_by_role("heading", name="You do not have permission")).to_be_visible()


def test_a_user_cannot_reach_the_kernel_of_another(
    hub: Hub, context: BrowserContext, browser: Browser
):
    clerk = sign_in(context, hub, "clerk")
    expect(clerk.get_by_role("button", name="Security")).to_be_visible(timeout=60_000)
    kernel_id = clerk.evaluate(
        "JSON.parse(document.getElementById('jupyter-config-data').text).kernelId"
    )
    path = f"{hub.service}api/kernels/{kernel_id}"
    # As the front end asks: the hub wants its token against forged requests for this, too.
    ask = """path => {
        const token = document.cookie.match(/_xsrf=([^;]+)/)[1];
        return fetch(path, {headers: {"X-XSRFToken": token}}).then(answer => answer.status);
    }"""
    assert clerk.evaluate(ask, path) == 200
    other = browser.new_context()
    admin = sign_in(other, hub, "admin")
    expect(admin.get_by_role("button", name="Security")).to_be_visible(timeout=60_000)
    assert admin.evaluate(ask, path) == 403
    other.close()


def test_nothing_but_the_hub_says_who_is_visiting(hub: Hub):
    for origin in (hub.dashboard_url, hub.url.rstrip("/")):
        for headers in (
            {"X-Forwarded-User": "admin"},
            {"JUPYTERHUB_USER": "admin"},
            {"Authorization": "token admin"},
            {"Cookie": "service-tokens=admin; jupyterhub-session-id=admin"},
        ):
            answer = httpx.get(f"{origin}/services/tokens/", headers=headers)
            assert answer.status_code == 302
            assert "/hub/api/oauth2/authorize" in answer.headers["Location"]


def test_a_single_user_server_acts_as_whom_the_hub_gave_it_to(hub: Hub, tmp_path: Path):
    script = "import tokenwidgets; print(tokenwidgets.connect().actor)"
    said = subprocess.run(
        [sys.executable, "-c", script],
        env={
            "JUPYTERHUB_API_URL": hub.api_url,
            "JUPYTERHUB_API_TOKEN": hub.token_of("clerk"),
            # What its user could set there.
            "JUPYTERHUB_USER": "admin",
            "TOKENWIDGETS_LOCAL_USER": "admin",
            "TOKENWIDGETS_IDENTITY_SOURCE": "jupyterhub",
            "TOKENWIDGETS_DATABASE_URL": hub.database_url,
            "JUPYTER_CONFIG_DIR": str(tmp_path),
        },
        capture_output=True,
        text=True,
    )
    assert said.stdout == "clerk\n", said.stderr
