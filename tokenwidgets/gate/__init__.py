"""The gate: tokens in front of an API, inside its process or beside a proxy.

What an application needs comes at once; the gate's own server only when it is asked for.
"""

from __future__ import annotations

import importlib
from typing import Any

from tokenwidgets.gate.dependency import require_token
from tokenwidgets.gate.metrics import GateMetrics
from tokenwidgets.gate.middleware import TokenGate

_HOMES = {"Gate": "settings", "GateApplication": "application", "run_gate": "serving"}

__all__ = ["Gate", "GateApplication", "GateMetrics", "TokenGate", "require_token", "run_gate"]


def __getattr__(name: str) -> Any:
    """Import a name of the server from where it lives (PEP 562)."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{home}"), name)
