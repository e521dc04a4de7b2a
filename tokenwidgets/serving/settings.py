"""Settings of the dashboard's server, and the hard ones of Voilà that go over any others."""

from __future__ import annotations

from copy import deepcopy

import traitlets
from traitlets.config import Config, Configurable

from tokenwidgets import errors

__all__ = ["THEMES", "DashboardSettings", "hardened"]

THEMES = ("light", "dark")
"""The themes that a visitor may choose."""

WIDGETS = (
    "anywidget",
    "@jupyter-widgets/jupyterlab-manager",
    "@voila-dashboards/widgets-manager8",
)
"""The only extensions of JupyterLab in the page: serving them all makes it start slowly."""


_CULL_INTERVAL = 30
"""How often to look for kernels without a page, in seconds, unless configured."""


class DashboardSettings(Configurable):
    """How the dashboard is served; ``c.DashboardSettings`` in the configuration file."""

    allowed_hosts = traitlets.List(
        traitlets.Unicode(),
        help="""The names, without a port, by which browsers reach the dashboard when that is not
        this machine's loopback address: ["tokens.example.org"]. A request for any other name is
        refused, so that no foreign web page can reach the dashboard by rebinding its own name.""",
    ).tag(config=True)
    base_url = traitlets.Unicode(
        "/", help="The path below which the dashboard is served, such as /tokens/."
    ).tag(config=True)
    https = traitlets.Bool(
        False,
        help="Whether browsers reach the dashboard by HTTPS, through a proxy: cookies are Secure.",
    ).tag(config=True)
    theme = traitlets.Enum(
        ("auto", *THEMES),
        "auto",
        help="""The theme: light, dark, or auto, which is what the visitor's system prefers. A
        visitor may choose another with ?theme=dark.""",
    ).tag(config=True)
    accept_state = traitlets.Bool(
        False,
        help="""Whether a browser may set the state of widgets. The components of tokenwidgets take
        none; stock ipywidgets, such as sliders in a notebook of your own that you serve, need it,
        and believe whatever it says.""",
    ).tag(config=True)
    max_kernels = traitlets.Int(
        20,
        min=1,
        help="""How many open pages there may be at a time. Each is a process of about 100 MB; a
        visitor past the limit gets a page that says so.""",
    ).tag(config=True)
    max_kernels_per_user = traitlets.Int(
        5, min=1, help="How many open pages one user may have at a time."
    ).tag(config=True)
    idle_minutes = traitlets.Float(
        5.0,
        min=0,
        help="""After how many minutes without a connection from its page a kernel is shut down.
        A page that reconnects after a short interruption keeps its kernel.""",
    ).tag(config=True)
    session_hours = traitlets.Float(
        12.0,
        min=0,
        help="""After how many hours a page has to be loaded again, whatever happens on it.""",
    ).tag(config=True)

    @traitlets.validate("base_url")
    def _slashes(self, proposal: dict[str, str]) -> str:
        path = proposal["value"].strip("/")
        return f"/{path}/" if path else "/"


def hardened(config: Config, settings: DashboardSettings) -> Config:
    """The configuration of the server: the operator's, with what keeps people out put over it.

    Raises:
        ConfigurationError: the operator asks for something that cannot be made safe.

    """
    for name, why in _REFUSED.items():
        if config.VoilaConfiguration.get(name):
            raise errors.ConfigurationError(f"VoilaConfiguration.{name} cannot be used: {why}")
    result = Config(MappingKernelManager={"cull_interval": _CULL_INTERVAL})
    result.merge(deepcopy(config))
    result.merge(_hard(settings))
    return result


_REFUSED = {
    "preheat_kernel": "a preheated kernel starts before anybody visits, so nothing that it can"
    " trust tells it who its visitor is. Leave it off; the dashboard starts fast without it.",
    "progressive_rendering": "it runs the notebook over a connection that does not check whose"
    " kernel it is.",
    "show_tracebacks": "a traceback in a page gives away what no visitor should see. It is in"
    " the server's log.",
}


def _hard(settings: DashboardSettings) -> Config:
    config = Config()
    config.Voila.base_url = settings.base_url
    config.Voila.config_file_paths = []
    config.VoilaConfiguration.update(
        # The page's handler lets the names of the two themes through, and no template.
        allow_template_override="NO",
        allow_theme_override="YES",
        theme=settings.theme,
        template="lab",
        strip_sources=True,
        show_tracebacks=False,
        file_allowlist=[],
        http_header_envs=[],
        # Voilà's sign of life to proxies is a script without our nonce; most wait a minute.
        http_keep_alive_timeout=45,
        preheat_kernel=False,
        progressive_rendering=False,
        extension_allowlist=list(WIDGETS),
        multi_kernel_manager_class="tokenwidgets.serving.kernels.VisitorKernels",
        kernel_spec_manager_class="tokenwidgets.serving.kernels.OwnKernelSpec",
    )
    config.MappingKernelManager.update(
        allow_tracebacks=False,
        buffer_offline_messages=False,
        cull_idle_timeout=max(1, round(settings.idle_minutes * 60)),
        cull_connected=False,
        cull_busy=True,
    )
    return config
