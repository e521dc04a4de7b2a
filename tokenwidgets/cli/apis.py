"""``tokenwidgets api``: the APIs that tokens can open."""

from __future__ import annotations

import traitlets

from tokenwidgets.cli.arguments import UsageError
from tokenwidgets.cli.command import Family, PlatformCommand, say, table_of
from tokenwidgets.cli.files import read_file, tell_import
from tokenwidgets.cli.output import ListCommand
from tokenwidgets.imports.openapi import read_openapi
from tokenwidgets.settings import Text

__all__ = ["APIs"]


class APIAdd(PlatformCommand):
    """Add an API by hand."""

    name = "tokenwidgets api add"
    parameters = ("NAME",)
    description = "Add an API that tokens can open. API servers ask the verifier about its NAME."
    examples = """
    tokenwidgets api add orders --title Orders --group Sales --label v4
    tokenwidgets api add price-list --read-only
    """
    title = Text(help="What people read; by default the name.").tag(config=True)
    summary = Text(help="What it is for, in a line.").tag(config=True)
    group = Text(help="The group of APIs to show it in.").tag(config=True)
    label = Text(help="Its version, as people call it: v4.").tag(config=True)
    read_only = traitlets.Bool(False, help="It answers GET alone.").tag(config=True)
    aliases = {
        **PlatformCommand.aliases,
        "title": "APIAdd.title",
        "description": "APIAdd.summary",
        "group": "APIAdd.group",
        "label": "APIAdd.label",
    }
    flags = {
        **PlatformCommand.flags,
        "read-only": ({"APIAdd": {"read_only": True}}, "It answers GET alone."),
    }

    def run(self, api: str) -> int:
        """Add the API."""
        with self.platform() as platform:
            platform.apis.add(
                api,
                title=self.title,
                description=self.summary,
                api_group=self.group,
                version_label=self.label,
                read_only=self.read_only,
            )
        say(f"Added {api}.")
        return 0


class APIList(ListCommand):
    """List the APIs."""

    name = "tokenwidgets api list"
    description = "List the APIs that tokens can open."
    examples = """
    tokenwidgets api list
    tokenwidgets api list --inactive --format json
    """
    inactive = traitlets.Bool(False, help="Also those that are not active.").tag(config=True)
    flags = {
        **ListCommand.flags,
        "inactive": ({"APIList": {"inactive": True}}, "Also those that are not active."),
    }

    def run(self) -> int:
        """List the APIs."""
        columns = ("name", "title", "group", "label", "read_only", "active")
        with self.platform() as platform:
            rows = platform.apis.list(inactive=self.inactive)
        self.write(
            columns,
            (
                {
                    "name": api.name,
                    "title": api.title,
                    "group": api.api_group,
                    "label": api.version_label,
                    "read_only": api.read_only,
                    "active": api.is_active,
                }
                for api in rows
            ),
        )
        return 0


class APIImport(PlatformCommand):
    """Add and change APIs from OpenAPI documents."""

    name = "tokenwidgets api import"
    parameters = ("FILE…",)
    description = """Add or change an API for each OpenAPI document (JSON or YAML): its title,
    version and description, and whether it has a POST. One without is read-only: its tokens can
    have Read Access and no more. All documents are taken or none. FILE is - for standard input."""
    examples = """
    tokenwidgets api import orders.json --api-name orders --group Sales
    tokenwidgets api import docs/*.yaml --dry-run
    """
    api_name = Text(
        help="The API's name on the platform; by default its title, as-words-with-hyphens.",
    ).tag(config=True)
    group = Text(None, allow_none=True, help="The group to show it in.").tag(config=True)
    dry_run = traitlets.Bool(False, help="Only say what would be changed.").tag(config=True)
    aliases = {
        **PlatformCommand.aliases,
        "api-name": "APIImport.api_name",
        "group": "APIImport.group",
    }
    flags = {
        **PlatformCommand.flags,
        "dry-run": ({"APIImport": {"dry_run": True}}, "Only say what would be changed."),
    }

    def run(self, *paths: str) -> int:
        """Import the documents."""
        if self.api_name and len(paths) > 1:
            raise UsageError("--api-name is for one FILE")
        documents = [read_openapi(*read_file(path), name=self.api_name) for path in paths]
        with self.platform() as platform:
            report = platform.imports.apis(documents, api_group=self.group, dry_run=self.dry_run)
        for document in documents:
            if closed := ", ".join(document.closed_methods):
                say(f"{document.source}: no token opens its {closed}; tokens open GET and POST.")
        tell_import(report, "API", dry_run=self.dry_run)
        return 0


class APIs(Family):
    """The commands about APIs."""

    name = "tokenwidgets api"
    description = "Add, list and import the APIs that tokens can open."
    subcommands = table_of(add=APIAdd, list=APIList, import_=APIImport)
