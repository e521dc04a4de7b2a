"""For a server and its kernels, by their PYTHONPATH: the clock of the platform stands still.

``STANDS_AT`` in the environment is the instant, ISO 8601.
"""

from __future__ import annotations

import os
from datetime import datetime

from tokenwidgets import vocabulary

_INSTANT = datetime.fromisoformat(os.environ["STANDS_AT"])
# Before anything else has imported it from there.
vocabulary.now = lambda: _INSTANT
