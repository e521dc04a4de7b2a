"""``tokenwidgets scan``: secrets where they must not be."""

from __future__ import annotations

from collections.abc import Sequence

import traitlets

from tokenwidgets.cli.arguments import UsageError
from tokenwidgets.cli.command import PlatformCommand, counted, say
from tokenwidgets.cli.streams import write_utf8
from tokenwidgets.scan import Leak, LeakService, LeakState, Scan, scan, scan_staged
from tokenwidgets.scan.report import as_json, as_lines, as_sarif

__all__ = ["ScanFiles"]


class ScanFiles(PlatformCommand):
    """Find secrets of tokens in files."""

    name = "tokenwidgets scan"
    parameters = ("[PATH…]",)
    description = """Find the secrets of API tokens in files and folders: texts, notebooks (sources,
    outputs, attachments, metadata, widget state), archives, and with --history everything that the
    git repositories of the paths, and those below, still have; with --staged, what the next commit
    adds or changes, for git's hook pre-commit. Says whose token each is of and whether it still
    opens anything, and never shows the secret.

    Exit status: 0 nothing that is alive, 1 a secret that is (or with --offline, may be), 2 trouble:
    something could not be looked into or looked up."""
    examples = """
    tokenwidgets scan notebooks/
    tokenwidgets scan . --history --format sarif > leaks.sarif
    tokenwidgets scan shared/ --revoke
    tokenwidgets scan --staged --offline
    """
    trouble_status = 2
    format = traitlets.Enum(
        ("text", "json", "sarif"), "text", help="How to say it: text, json, or sarif."
    ).tag(config=True)
    history = traitlets.Bool(False, help="Also what git repositories still have.").tag(config=True)
    offline = traitlets.Bool(
        False, help="Do not look the secrets up: every one counts as alive. Needs no database."
    ).tag(config=True)
    revoke = traitlets.Bool(False, help="Revoke the tokens of secrets that still work.").tag(
        config=True
    )
    staged = traitlets.Bool(
        False, help="Only what the next commit adds or changes, as it is staged."
    ).tag(config=True)
    aliases = {**PlatformCommand.aliases, "format": "ScanFiles.format"}
    flags = {
        **PlatformCommand.flags,
        "history": ({"ScanFiles": {"history": True}}, "Also what git repositories still have."),
        "offline": ({"ScanFiles": {"offline": True}}, "Look nothing up: every secret counts."),
        "revoke": ({"ScanFiles": {"revoke": True}}, "Revoke tokens whose secrets still work."),
        "staged": ({"ScanFiles": {"staged": True}}, "What the next commit adds or changes."),
    }

    def run(self, *paths: str) -> int:
        """Scan, look up, and say what was found."""
        if self.revoke and self.offline:
            raise UsageError("--revoke has to look the secrets up, so it cannot be --offline")
        done = self._scan(() if paths == ("",) else paths)
        leaks = self._leaks(done)
        if self.format == "text":
            for line in as_lines(done.found, leaks):
                print(line)
        else:
            write_utf8()
            write = as_json if self.format == "json" else as_sarif
            print(write(done.found, leaks, done.problems))
        for problem in done.problems:
            say(f"tokenwidgets: {problem}")
        count = len(done.found)
        say(
            f"Looked into {done.files:,} file{'' if done.files == 1 else 's'}"
            f" ({done.bytes / 2**20:,.1f} MiB): {count or 'no'} secret{'' if count == 1 else 's'}."
        )
        if any(leak.state.is_alarm for leak in leaks.values()):
            return 1
        return 2 if done.problems else 0

    def _scan(self, paths: Sequence[str]) -> Scan:
        if not self.staged:
            if not paths:
                raise UsageError("PATH… must be given, or --staged")
            return scan(paths, with_history=self.history)
        if paths or self.history:
            raise UsageError("--staged is only what is staged: it takes no PATH and no --history")
        return scan_staged()

    def _leaks(self, done: Scan) -> dict[bytes, Leak]:
        digests = {found.digest for found in done.found}
        if self.offline:
            return dict.fromkeys(digests, Leak(LeakState.NOT_LOOKED_UP))
        if not digests and not self.revoke:
            return {}
        with self.platform() as platform:
            leaks = LeakService(platform.database, platform.actor).look_up(digests)
            if self.revoke:
                dead = [
                    leak.token_id
                    for leak in leaks.values()
                    if leak.state.can_come_back and leak.token_id is not None
                ]
                count = platform.inventory.revoke_selected(dead, why="Its secret was leaked.")
                say(f"Revoked {counted(count, 'token')}.")
        return leaks
