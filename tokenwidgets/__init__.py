"""Administer users' API tokens from Jupyter, and ask whether one opens an API.

Names are imported when they are first used, so an API server that only verifies tokens never
imports widgets or pandas.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "Access": "vocabulary",
    "AccessForm": "widgets.access_form",
    "ApplicationUsers": "app",
    "Control": "vocabulary",
    "Database": "database",
    "Decision": "vocabulary",
    "Dialog": "widgets.dialog",
    "EventList": "widgets.event_list",
    "GroupChooser": "widgets.group_chooser",
    "MenuBar": "widgets.menu_bar",
    "Plan": "plan",
    "Platform": "platform",
    "ProfileForm": "widgets.profile_form",
    "Reason": "vocabulary",
    "SecretDialog": "widgets.secret_dialog",
    "TabStrip": "widgets.tab_strip",
    "TokenGrid": "widgets.token_grid",
    "TokenStatus": "vocabulary",
    "TokenWidgetsError": "errors",
    "UserPicker": "widgets.user_picker",
    "Verifier": "verifier",
    "access_matrix": "frames",
    "apply_plan": "plan",
    "connect": "connection",
    "events": "frames",
    "export": "exports",
    "grants": "frames",
    "inventory": "frames",
    "load_config": "configuration",
    "make_plan": "plan",
    "open_platform": "platform",
    "read_export": "exports",
    "show": "dashboard",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    """Import a public name from where it lives (PEP 562)."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
