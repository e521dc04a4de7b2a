"""The gate's settings, from the configuration file and the command line."""

from __future__ import annotations

import traitlets
from traitlets.config import Configurable

from tokenwidgets.configuration import TokenWidgets
from tokenwidgets.gate.application import GateApplication
from tokenwidgets.gate.forward import PROXIES
from tokenwidgets.settings import Text
from tokenwidgets.verifier import AsyncVerifier
from tokenwidgets.verifier.core import CACHE_SIZE
from tokenwidgets.verifier.source import TIMEOUT_SECONDS

__all__ = ["Gate"]


class Gate(Configurable):
    """The gate beside a proxy; ``c.Gate`` in the configuration file."""

    ip = Text(
        "127.0.0.1",
        help="""The address to listen on. Only the proxy, and those who introspect, need to reach
        it.""",
    ).tag(config=True)
    port = traitlets.Integer(8890, min=0, max=65535, help="The port to listen on.").tag(config=True)
    proxy = traitlets.Enum(
        list(PROXIES),
        "nginx",
        help="""Which proxy asks: nginx, traefik or envoy. The headers of this one alone are
        believed.""",
    ).tag(config=True)
    apis = traitlets.Dict(
        value_trait=Text(),
        key_trait=Text(),
        help="""The API's name by where it is: {"/orders": "orders"} on every host, or
        {"orders.example.org/": "orders"} on one. The longest path counts. A request to anything
        else is refused. Not needed where the proxy names the API: /auth/orders.""",
    ).tag(config=True)
    introspection_api = Text(
        "introspection",
        help="The API that a token needs Full Access to before it may use /introspect.",
    ).tag(config=True)
    max_stale_seconds = traitlets.Float(
        0.0,
        min=0,
        help="""How old what a decision is made from may be. 0: a revocation counts from the very
        next request on.""",
    ).tag(config=True)
    verifier_database_url = Text(
        "",
        help="""PostgreSQL's streaming replicas of database_url, which are read in its place: one
        URL, with several hosts as ?host=one&host=two. One that cannot show that it is near enough
        is not believed; if none can, database_url is read, and always with max_stale_seconds 0.""",
    ).tag(config=True)
    cache_size = traitlets.Integer(
        CACHE_SIZE, min=0, help="How many decisions that allow are remembered, and as many more."
    ).tag(config=True)
    grace_seconds = traitlets.Float(
        0.0,
        min=0,
        help="""While the database fails, how long after it last vouched for a token the token
        still passes. 0: everything is refused at once.""",
    ).tag(config=True)
    timeout_seconds = traitlets.Float(
        TIMEOUT_SECONDS,
        help="""How long the database may take to be connected to, or to answer, before a token is
        refused and the connection dropped.""",
    ).tag(config=True)
    record_usage = traitlets.Bool(
        True, help="Record when tokens were last used, and dead secrets still presented."
    ).tag(config=True)
    usage_database_url = Text(
        "",
        help="""Where that is recorded, if the role in database_url may only read: the same
        database with a role that may also update.""",
    ).tag(config=True)

    def application(self, database_url: str | None = None) -> GateApplication:
        """The gate, over the configured database unless another is given.

        Raises:
            ConfigurationError: a setting cannot be used.

        """
        verifier = AsyncVerifier(
            database_url or TokenWidgets(config=self.config).database_url,
            max_stale_seconds=self.max_stale_seconds,
            replicas=self.verifier_database_url or None,
            cache_size=self.cache_size,
            grace_seconds=self.grace_seconds,
            timeout_seconds=self.timeout_seconds,
            record_usage=self.record_usage,
            usage_database=self.usage_database_url or None,
        )
        return GateApplication(
            verifier,
            apis=self.apis,
            proxy=self.proxy,
            introspection_api=self.introspection_api,
        )
