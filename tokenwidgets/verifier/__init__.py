"""May this secret do this method on this API? Asked on every request, answered in one read."""

from tokenwidgets.verifier.asynchronous import AsyncVerifier
from tokenwidgets.verifier.core import Tally
from tokenwidgets.verifier.sync import Verifier

__all__ = ["AsyncVerifier", "Tally", "Verifier"]
