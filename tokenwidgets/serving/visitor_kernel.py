"""A visitor's kernel: IPython's, with its log and its errors on the server's side alone.

Run by the server as ``python -m tokenwidgets.serving.visitor_kernel -f CONNECTION_FILE``.
In an ordinary kernel what is logged, and the traceback of what fails, goes to the browser.
"""

from __future__ import annotations

import logging
import sys
from types import TracebackType
from typing import Any

from ipykernel.kernelapp import IPKernelApp
from traitlets.config import Config

from tokenwidgets.identity.acting import VISITOR

__all__ = ["main"]

log = logging.getLogger("tokenwidgets.kernel")


def main() -> None:
    """Run the kernel until the server shuts it down."""
    # The stream as it is now is the server's; the kernel puts one to the browser in its place.
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.WARNING,
        format=f"%(asctime)s %(levelname)s [{VISITOR}] %(name)s: %(message)s",
    )
    config = Config()
    config.IPKernelApp.update(capture_fd_output=False, ignore_cwd=True)
    config.HistoryManager.enabled = False
    kernel: Any = IPKernelApp.instance(config=config)
    kernel.initialize()
    kernel.shell.set_custom_exc((Exception,), _log_instead)
    kernel.start()


def _log_instead(
    _shell: Any,
    kind: type[BaseException],
    error: BaseException,
    traceback: TracebackType | None,
    tb_offset: int | None = None,
) -> list[str]:
    """What IPython shows of an exception: nothing; it is for the log."""
    log.error("something failed", exc_info=(kind, error, traceback))
    return []


if __name__ == "__main__":
    main()
