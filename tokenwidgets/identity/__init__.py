"""Who is acting: one small interface, several sources, chosen in the configuration.

Never the browser: a source believes the operating system, a proxy that proves itself, or the
hub. The actor is fixed for the life of the process that asks.
"""

from tokenwidgets.identity.acting import who_is_acting
from tokenwidgets.identity.source import IdentitySource, source_named

__all__ = ["IdentitySource", "source_named", "who_is_acting"]
