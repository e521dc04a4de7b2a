"""Kernels that know whose they are: one for each open page, for its visitor alone."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_server import CallContext
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager

from tokenwidgets.identity.acting import VISITOR_VARIABLE
from tokenwidgets.identity.proxy import SECRET_VARIABLE
from tokenwidgets.language import VARIABLE, Phrase, chosen
from tokenwidgets.serving.admission import Refused

__all__ = ["OwnKernelSpec", "VisitorKernels", "kernel_environment"]

# What comes from the request or belongs to the server, and is no business of a kernel.
_WITHHELD = ("HTTP_", "JUPYTERHUB_", "SERVER_NAME", "SERVER_PORT", "VOILA_REQUEST_URL")

_RECONNECTS_WITHIN = timedelta(seconds=30)


class OwnKernelSpec(KernelSpecManager):
    """The kernel of the Python that runs the server, whatever is installed beside it."""

    def _kernel_dirs_default(self) -> list[str]:
        return []

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """The kernel, started by our module; -P keeps the working directory off its path."""
        spec = super().get_kernel_spec(kernel_name)
        module = "tokenwidgets.serving.visitor_kernel"
        spec.argv = [sys.executable, "-P", "-m", module, "-f", "{connection_file}"]
        return spec


class VisitorKernels(AsyncMappingKernelManager):
    """Starts a kernel for the visitor whose request it is, and remembers whose it is.

    The kernel learns from its environment who is acting. Nothing that a browser sends gets there
    but the query of the URL, and which of the languages that there are it asks for.
    """

    parent: Any
    """The ``DashboardServer``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._owners: dict[str, str] = {}
        self._started: dict[str, datetime] = {}
        # Since when a kernel has had no page; not those whose page is still loading.
        self._left: dict[str, datetime] = {}

    def is_owner(self, kernel_id: str, user_id: str) -> bool:
        """Whether there is such a kernel, and it is this user's."""
        return bool(user_id) and self._owners.get(kernel_id) == user_id

    async def start_kernel(  # type: ignore[override]
        self, *, kernel_id: str | None = None, path: Any = None, **kwargs: Any
    ) -> str:
        """Start a kernel for whoever sent the request that is being answered.

        Raises:
            Refused: nobody did, or there are too many kernels.

        """
        handler = CallContext.get(CallContext.JUPYTER_HANDLER)
        visitor = getattr(getattr(handler, "current_user", None), "username", "")
        if not visitor:
            raise Refused(
                403,
                Phrase("You are not signed in"),
                Phrase("Nobody can be said to be visiting."),
            )
        await self._make_room(visitor)
        self._require_room(visitor)
        kernel_id = self.new_kernel_id()
        given = kwargs.get("env") or os.environ
        kwargs["env"] = kernel_environment(given, kernel_id, visitor, self.parent)
        # Of what the browser asks for, a code that we know.
        kwargs["env"][VARIABLE] = chosen(getattr(handler, "language", None))
        # Before the kernel is there, so that many visits at once cannot pass the limit.
        self._owners[kernel_id] = visitor
        self._started[kernel_id] = datetime.now(UTC)
        try:
            return await super().start_kernel(kernel_id=kernel_id, path=path, **kwargs)
        except BaseException:
            self._forget(kernel_id)
            raise

    def cwd_for_path(self, path: str, **kwargs: Any) -> str:
        """An empty folder, so that no module and no configuration is picked up by chance."""
        return str(self.parent.kernel_folder)

    def remove_kernel(self, kernel_id: str) -> Any:
        """Forget whose it was."""
        self._forget(kernel_id)
        return super().remove_kernel(kernel_id)

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """Shut down a kernel without a page, and one whose session has lasted too long."""
        longest = timedelta(hours=self.parent.dashboard.session_hours)
        started = self._started.get(kernel_id)
        if started is not None and datetime.now(UTC) - started > longest:
            self.log.info("the session of kernel %s has ended", kernel_id)
            await self.shutdown_kernel(kernel_id)
            return
        await super().cull_kernel_if_idle(kernel_id)

    def notify_connect(self, kernel_id: str) -> None:
        """Note that a page is there."""
        super().notify_connect(kernel_id)
        self._left.pop(kernel_id, None)

    def notify_disconnect(self, kernel_id: str) -> None:
        """Note when the last page went away."""
        super().notify_disconnect(kernel_id)
        if not self._kernel_connections.get(kernel_id, 1):
            self._left[kernel_id] = datetime.now(UTC)

    async def _make_room(self, visitor: str) -> None:
        """At a limit, end the kernel whose page has been away longest, if there is one.

        The visitor's own at once; somebody else's page may be about to connect again.
        """
        settings = self.parent.dashboard
        mine = {kernel_id for kernel_id, owner in self._owners.items() if owner == visitor}
        if len(mine) >= settings.max_kernels_per_user:
            candidates = [kernel_id for kernel_id in self._left if kernel_id in mine]
        elif len(self._owners) >= settings.max_kernels:
            since = datetime.now(UTC) - _RECONNECTS_WITHIN
            candidates = [
                kernel_id
                for kernel_id, left in self._left.items()
                if kernel_id in mine or left < since
            ]
        else:
            return
        if candidates:
            # The oldest is the first. Out of the list now, so that nobody else ends it, too.
            self._left.pop(candidates[0])
            await self.shutdown_kernel(candidates[0], now=True)

    def _require_room(self, visitor: str) -> None:
        settings = self.parent.dashboard
        mine = sum(owner == visitor for owner in self._owners.values())
        if mine >= settings.max_kernels_per_user:
            raise Refused(
                503,
                Phrase("You have too many open pages"),
                Phrase(
                    "You have this dashboard open {number} times. Close a page that you do not"
                    " need, then load this one again.",
                    number=mine,
                ),
                retry_after=60,
            )
        if len(self._owners) >= settings.max_kernels:
            self.log.warning("refused %s: all %s kernels are taken", visitor, len(self._owners))
            raise Refused(
                503,
                Phrase("The dashboard is full"),
                Phrase(
                    "As many people as it has room for are using it at the moment. Try again in a"
                    " few minutes, or ask your administrator for more room."
                ),
                retry_after=60,
            )

    def _forget(self, kernel_id: str) -> None:
        self._owners.pop(kernel_id, None)
        self._started.pop(kernel_id, None)
        self._left.pop(kernel_id, None)


def kernel_environment(
    given: Mapping[str, str], kernel_id: str, visitor: str, server: Any
) -> dict[str, str]:
    """The environment of a visitor's kernel.

    Args:
        given: Voilà's: the server's own, with what the request says.
        kernel_id: the kernel's.
        visitor: the User ID that the identity source established.
        server: the ``DashboardServer``.

    """
    kept = {
        name: value
        for name, value in given.items()
        if not name.startswith(_WITHHELD) and name != SECRET_VARIABLE
    }
    return {
        **kept,
        **server.kernel_settings,
        "IPYTHONDIR": str(server.kernel_folder / "ipython"),
        VISITOR_VARIABLE: f"{kernel_id} {visitor}",
    }
