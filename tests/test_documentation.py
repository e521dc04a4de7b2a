"""What the documentation says is so: its links, its programs, its commands."""

from __future__ import annotations

import ast
import importlib
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from pages import BLOCK, follow
from served import free_port
from sqlalchemy import text
from traitlets.utils.importstring import import_item

import tokenwidgets
from tokenwidgets import errors
from tokenwidgets.bootstrap import initialise
from tokenwidgets.cli.application import TokenWidgetsApp
from tokenwidgets.cli.arguments import positional
from tokenwidgets.database import Database
from tokenwidgets.platform import Platform, open_platform

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md"))]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
COMMAND_LINE = re.compile(r"(?:^|[|;&`(=]|\$)\s*(tokenwidgets [^`\n]+)", re.MULTILINE)
STOPS = frozenset("|<>;&()")

page_by_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def prose(page: Path) -> str:
    """The page without its blocks."""
    return BLOCK.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub and MyST make them."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@page_by_page
def test_every_link_and_picture_of_the_repository_is_there(page: Path) -> None:
    lost = []
    for link in LINK.findall(prose(page)):
        if re.match(r"https?:|mailto:", link):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = page.parent / path if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            lost.append(link)
    assert not lost


def programs(page: Path) -> Iterator[str]:
    """The page's Python."""
    for language, _, block in BLOCK.findall(page.read_text(encoding="utf-8")):
        if language == "python":
            yield block


@page_by_page
def test_every_program_compiles_and_what_it_imports_is_there(page: Path) -> None:
    for program in programs(page):
        for node in ast.walk(ast.parse(program)):
            if isinstance(node, ast.Import):
                for name in node.names:
                    importlib.import_module(name.name)
            elif isinstance(node, ast.ImportFrom):
                module = importlib.import_module(str(node.module))
                for name in node.names:
                    assert hasattr(module, name.name), f"{node.module} has no {name.name}"


def settings_of(page: Path) -> list[tuple[str, str]]:
    """The settings in the page's programs: ``c.Class.trait = …``."""
    return re.findall(r"^\s*c\.(\w+)\.(\w+) = ", "\n".join(programs(page)), re.MULTILINE)


@page_by_page
def test_every_setting_is_one(page: Path) -> None:
    classes = TokenWidgetsApp().every_class()
    known = {each.__name__: each.class_trait_names(config=True) for each in classes}
    for owner, trait in settings_of(page):
        assert owner == "JupyterHub" or trait in known[owner], f"c.{owner}.{trait}"


def command_lines(page: Path) -> Iterator[list[str]]:
    """The calls of ``tokenwidgets`` in the page's code, as the shell would split them."""
    whole = page.read_text(encoding="utf-8")
    code = [block for language, _, block in BLOCK.findall(whole) if language in ("sh", "console")]
    code += re.findall(r"`([^`\n]*tokenwidgets [^`]+)`", BLOCK.sub("", whole))
    code += re.findall(r"^    (tokenwidgets .+)$", BLOCK.sub("", whole), re.MULTILINE)
    for line in COMMAND_LINE.findall("\n".join(code)):
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        words = []
        for word in lexer:
            if word[0] in STOPS:
                break
            words.append(word)
        if words[-1] in ("1", "2") and re.search(rf"{words[-1]}>", line):
            del words[-1]
        if words[1] != "…":
            yield words[1:]


def understand(words: list[str]) -> None:
    """See that there is the command, that it has the options, and takes the arguments."""
    command = TokenWidgetsApp
    while words and command.subcommands and not words[0].startswith("-"):
        assert words[0] in command.subcommands, f"{command.name} {words[0]}"
        found = command.subcommands[words.pop(0)][0]
        command = import_item(found) if isinstance(found, str) else found
    application = command()
    if {"--help", "--help-all"} & set(words):
        return
    if words and words[-1].removeprefix("--") in application.aliases:
        del words[-1]  # the option is named, without a value
    application.parse_command_line(words)
    if words and not command.subcommands:
        positional(command.parameters, application.extra_args)


@page_by_page
def test_every_command_line_is_understood(page: Path) -> None:
    for words in command_lines(page):
        understand(list(words))


def test_the_pages_have_command_lines_to_look_at() -> None:
    assert sum(len(list(command_lines(page))) for page in PAGES) > 50


def test_every_public_name_is_in_the_reference() -> None:
    reference = (DOCS / "reference.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\.\. auto\w+:: [\w.]+\.(\w+)", reference, re.MULTILINE))
    if "automodule:: tokenwidgets.errors" in reference:
        documented |= set(errors.__all__)
    assert set(tokenwidgets.__all__) <= documented


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of a reader's own, with Jupyter's in it, and no setting from outside."""
    for name in ("DATABASE_URL", "LOCAL_USER", "IDENTITY_SOURCE", "TOKEN_PREFIX"):
        monkeypatch.delenv(f"TOKENWIDGETS_{name}", raising=False)
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "jupyter"))
    folder = tmp_path / "reader"
    folder.mkdir()
    return folder


@pytest.fixture
def reader(place: Path, monkeypatch: pytest.MonkeyPatch) -> Platform:
    """A platform as the how-to pages suppose it, in the reader's folder."""
    url = f"sqlite:///{place / 'platform.db'}"
    monkeypatch.setenv("TOKENWIDGETS_DATABASE_URL", url)
    monkeypatch.setenv("TOKENWIDGETS_LOCAL_USER", "rlindqvist")
    database = Database(url)
    initialise(database, "rlindqvist")
    platform = open_platform(database, "rlindqvist")
    platform.apis.add("orders", title="Orders")
    platform.users.add("jdoe", "Jane Doe", email="jdoe@example.org", department="Sales")
    return platform


def test_the_tutorial_goes_as_it_says(place: Path) -> None:
    port = free_port()
    tutorial = (DOCS / "tutorial.md").read_text(encoding="utf-8")
    assert follow(tutorial.replace("9000", str(port)), place, port=port) > 15


def test_the_how_to_pages_go_as_they_say(reader: Platform, place: Path) -> None:
    # Of whom git's commits are.
    who = {
        f"GIT_{role}_{part}": "jdoe"
        for role in ("AUTHOR", "COMMITTER")
        for part in ("NAME", "EMAIL")
    }
    how_to = (DOCS / "how-to.md").read_text(encoding="utf-8")
    assert follow(how_to, place, environment=who) > 10


def test_the_notebook_of_the_readme_runs(reader: Platform) -> None:
    (cell,) = [each for each in programs(ROOT / "README.md") if "connect()" in each]
    names: dict[str, object] = {}
    exec(compile(cell, "README.md", "exec"), names)
    assert [token.name for token in reader.tokens.page("jdoe").rows] == ["nightly load"]


def test_the_dashboards_role_administers_and_cannot_rewrite_the_trail(
    postgresql_database: Database,
) -> None:
    (block,) = re.findall(r"```sql\n(.*?)```", (DOCS / "how-to.md").read_text(), re.DOTALL)
    with postgresql_database.engine.begin() as connection:
        connection.execute(text(block))
    role = Database(postgresql_database.url.set(username="tokens_dashboard"))
    try:
        platform = open_platform(role, "admin")
        platform.apis.add("orders")
        platform.users.add("jdoe", "Jane Doe")
        platform.groups.add("Desk", departments=["Sales"])
        platform.memberships.set("jdoe", "Desk", True)
        platform.memberships.set("jdoe", "Desk", False)
        made = platform.tokens.add("jdoe", "job", {"orders": tokenwidgets.Access.READ})
        platform.tokens.edit(made.token.id, grants={"orders": tokenwidgets.Access.FULL})
        platform.tokens.regenerate(made.token.id)
        platform.tokens.revoke_all("jdoe")
        for statement in ("UPDATE audit_events SET actor = 'x'", "DELETE FROM audit_events"):
            with (
                pytest.raises(Exception, match="permission denied"),
                role.engine.begin() as session,
            ):
                session.execute(text(statement))
    finally:
        role.close()
        with postgresql_database.engine.begin() as connection:
            connection.execute(text("DROP OWNED BY tokens_dashboard"))
            connection.execute(text("DROP ROLE tokens_dashboard"))
