"""Standard streams that whoever starts the command has closed."""

from __future__ import annotations

import sys

import pytest
from commands import CommandLine

from tokenwidgets.cli.application import main
from tokenwidgets.platform import Platform
from tokenwidgets.vocabulary import Access


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]):
    """Run a command line as after ``>&-``, and see that it writes nothing."""

    def called(stream: str, *argv: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["tokenwidgets", *argv])
        monkeypatch.setattr(sys, stream, None)
        monkeypatch.setattr(sys, f"__{stream}__", None)
        with pytest.raises(SystemExit) as ended:
            main()
        written = capfd.readouterr()
        assert written.out == ""
        return ended.value.code, written.err

    return called


def test_no_secret_is_made_that_could_not_be_shown(without, stocked: Platform) -> None:
    token = stocked.tokens.add("jdoe", "old", {"orders": Access.READ}).token
    for argv in (("add", "jdoe", "new", "--read", "orders"), ("regenerate", str(token.id))):
        assert without("stdout", "token", *argv) == (
            2,
            "tokenwidgets: standard output is closed, so the secret could not be shown. See"
            f" `tokenwidgets token {argv[0]} --help`.\n",
        )
    assert [row.name for row in stocked.tokens.page("jdoe").rows] == ["old"]
    assert stocked.tokens.get(token.id).version == token.version


@pytest.mark.usefixtures("stocked")
def test_a_command_whose_output_is_closed_is_done_in_silence(without) -> None:
    assert without("stdout", "user", "list") == (0, "")


@pytest.mark.usefixtures("stocked")
def test_what_people_are_told_never_goes_to_what_a_script_wants(without) -> None:
    assert without("stderr", "user", "add", "new", "New") == (0, "")


@pytest.mark.usefixtures("stocked")
@pytest.mark.parametrize(
    "argv", [("verify", "--api", "orders"), ("user", "import", "-"), ("api", "import", "-")]
)
def test_an_input_that_is_closed_is_said(without, argv: tuple[str, ...]) -> None:
    status, told = without("stdin", *argv)
    assert status == 2
    assert "standard input" in told
    assert "closed" in told


@pytest.mark.usefixtures("surroundings")
def test_a_configuration_file_stays_when_nobody_says_that_it_may_be_replaced(
    cli: CommandLine,
) -> None:
    assert cli("--generate-config").status == 0
    again = cli("--generate-config")
    assert again.status == 2
    assert "-y" in again.err
    assert "Traceback" not in again.err
