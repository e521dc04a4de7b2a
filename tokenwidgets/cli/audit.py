"""``tokenwidgets audit``: whether the audit trail is what was written."""

from __future__ import annotations

from tokenwidgets import audit
from tokenwidgets.cli.command import Command, Family, say, table_of
from tokenwidgets.schema import AuditChain
from tokenwidgets.upgrade import check_schema

__all__ = ["Audit"]


class AuditVerify(Command):
    """Check that the audit trail is what was written."""

    name = "tokenwidgets audit verify"
    description = """Check that no event of the audit trail was changed, removed or put in between.

    Prints the number and the hash of the newest event: kept elsewhere, they show later that the
    trail was not cut off or written anew. Exit status 1, and where, when it was tampered with."""
    examples = """
    tokenwidgets audit verify
    """

    def run(self) -> int:
        """Check the trail."""
        database = self.database()
        check_schema(database)
        found = 0
        with database.read() as session:
            for fault in audit.verify(session):
                found += 1
                print(f"event {fault.event_id}: {fault.problem}")
            # What was tampered with might not be read.
            head = None if found else session.get_one(AuditChain, 1)
        database.close()
        if head is None:
            say(f"tokenwidgets: the audit trail was tampered with in {found} place(s).")
            return 1
        print(f"{head.last_event_id} {head.last_hash.hex()}")
        say("The audit trail is whole.")
        return 0


class Audit(Family):
    """The commands about the audit trail."""

    name = "tokenwidgets audit"
    description = "Check the audit trail."
    subcommands = table_of(verify=AuditVerify)
