"""``tokenwidgets api``: add, list and import from a shell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import CommandLine

from tokenwidgets.platform import Platform

OPENAPI = {
    "openapi": "3.1.0",
    "info": {"title": "Shipments", "version": "v4", "description": "Where parcels are."},
    "paths": {"/parcels": {"get": {}, "post": {}, "delete": {}}},
}


def test_add_adds_an_api(cli: CommandLine, opened: Platform) -> None:
    options = ["--title", "Orders", "--description", "Place orders.", "--group", "Sales"]
    assert cli("api", "add", "orders", *options, "--label", "v4", "--read-only").status == 0
    (api,) = opened.apis.list()
    assert (api.name, api.title, api.description) == ("orders", "Orders", "Place orders.")
    assert (api.api_group, api.version_label, api.read_only) == ("Sales", "v4", True)


def test_list_shows_active_apis_and_all_if_told(cli: CommandLine, stocked: Platform) -> None:
    stocked.apis.edit("orders", is_active=False)
    assert cli("api", "list").out == (
        "NAME     TITLE    GROUP    LABEL  READ ONLY  ACTIVE\n"
        "billing  Billing  Finance  -      no         yes\n"
        "reports  Reports  Finance  -      yes        yes\n"
    )
    assert "orders   Orders   Sales" in cli("api", "list", "--inactive").out


def test_import_takes_json_and_yaml(cli: CommandLine, opened: Platform, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(OPENAPI))
    (tmp_path / "b.yaml").write_text(
        "openapi: 3.0.0\ninfo: {title: Stock, version: 1.0}\npaths:\n  /stock:\n    get: {}\n"
    )
    ended = cli("api", "import", str(tmp_path / "a.json"), str(tmp_path / "b.yaml"))
    assert (ended.status, ended.out) == (0, "")
    assert ended.err == (
        "a.json: no token opens its DELETE; tokens open GET and POST.\n"
        "a.json, b.yaml: 2 APIs added, 0 changed, 0 were so already.\n"
    )
    found = {api.name: (api.title, api.version_label, api.read_only) for api in opened.apis.list()}
    assert found == {"shipments": ("Shipments", "v4", False), "stock": ("Stock", "1.0", True)}


def test_import_under_another_name_and_group(cli: CommandLine, opened: Platform) -> None:
    options = ["--api-name", "parcels", "--group", "Supply chain"]
    assert cli("api", "import", "-", *options, stdin=json.dumps(OPENAPI)).status == 0
    (api,) = opened.apis.list()
    assert (api.name, api.api_group) == ("parcels", "Supply chain")


def test_a_dry_run_of_an_import_changes_nothing(cli: CommandLine, opened: Platform) -> None:
    ended = cli("api", "import", "-", "--dry-run", stdin=json.dumps(OPENAPI))
    assert ended.out == "add shipments: Shipments v4\n"
    assert "1 API would be added" in ended.err
    assert opened.apis.list() == ()


@pytest.mark.usefixtures("opened")
def test_a_bad_document_is_named_and_nothing_is_imported(
    cli: CommandLine, opened: Platform, tmp_path: Path
) -> None:
    (tmp_path / "good.json").write_text(json.dumps(OPENAPI))
    (tmp_path / "bad.json").write_text('{"openapi": "3.1.0",\n "info" {}}')
    ended = cli("api", "import", str(tmp_path / "good.json"), str(tmp_path / "bad.json"))
    assert ended.status == 1
    assert "bad.json: 1 bad line" in ended.err
    assert "line 2: it is not JSON" in ended.err
    assert opened.apis.list() == ()
    assert cli("api", "import", "a", "b", "--api-name", "x").status == 2
