"""``tokenwidgets gate``: the gate beside a proxy, and introspection."""

from __future__ import annotations

import traitlets

from tokenwidgets import errors
from tokenwidgets.cli.command import Command
from tokenwidgets.configuration import TokenWidgets
from tokenwidgets.gate.settings import Gate

__all__ = ["RunGate"]


class RunGate(Command):
    """Answer proxies and resource servers that ask about tokens."""

    name = "tokenwidgets gate"
    description = """Answer proxies and resource servers that ask about tokens: /auth for nginx
    (auth_request), Traefik (ForwardAuth) and Envoy (ext_authz), /introspect (RFC 7662), /health,
    and /metrics for Prometheus. It asks for no password and belongs on an address that only
    they reach. While the database cannot be read everything is refused. End it with Ctrl-C."""
    examples = """
    tokenwidgets gate --port 8890                     # nginx asks /auth/orders about orders
    tokenwidgets gate --map /orders=orders --map /billing=billing
    tokenwidgets gate --proxy traefik --max-stale-seconds 5
    """
    classes = [TokenWidgets, Gate]
    aliases = {
        **Command.aliases,
        "ip": "Gate.ip",
        "port": "Gate.port",
        "proxy": "Gate.proxy",
        "map": "Gate.apis",
        "introspection-api": "Gate.introspection_api",
        "max-stale-seconds": "Gate.max_stale_seconds",
        "grace-seconds": "Gate.grace_seconds",
        "timeout-seconds": "Gate.timeout_seconds",
        "verifier-database-url": "Gate.verifier_database_url",
        "usage-database-url": "Gate.usage_database_url",
    }
    flags = {
        **Command.flags,
        "no-record": ({"Gate": {"record_usage": False}}, "Do not record the use of tokens."),
    }

    def run(self) -> int:
        """Serve until stopped."""
        from tokenwidgets.gate.serving import run_gate

        try:
            gate = Gate(config=self.config)
        except traitlets.TraitError as error:
            raise errors.ConfigurationError(str(error)) from None
        run_gate(gate)
        return 0
