"""Serve the dashboard: Voilà with its doors shut, and an identity for every visitor.

``serve`` is imported when it is first used: a command that only asks for settings does not wait
for Voilà.
"""

from __future__ import annotations

from typing import Any

__all__ = ["serve"]


def __getattr__(name: str) -> Any:
    if name == "serve":
        from tokenwidgets.serving.run import serve

        return serve
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
