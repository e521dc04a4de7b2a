"""The inventory, the grants, the access matrix and the audit trail as pandas DataFrames.

pandas is imported here and not before. ``docs/inventory.md`` has all columns with their dtypes.
"""

from tokenwidgets.frames.access import access_matrix, grants
from tokenwidgets.frames.events import events
from tokenwidgets.frames.tokens import inventory

__all__ = ["access_matrix", "events", "grants", "inventory"]
