"""A visitor's kernel: IPython's, with its log and its errors on the server's side alone.

Run by the server as ``python -m tokenwidgets.serving.visitor_kernel -f CONNECTION_FILE``.
In an ordinary kernel what is logged, and the traceback of what fails, goes to the browser.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.display import display
from traitlets.config import Config

from tokenwidgets.dashboard import Refusal
from tokenwidgets.identity.acting import VISITOR
from tokenwidgets.language import t

__all__ = ["main"]

log = logging.getLogger("tokenwidgets.kernel")


class QuietShell(ZMQInteractiveShell):
    """Logs what is raised, in a cell or in a widget's callback, and shows that it was."""

    def showtraceback(self, *_args: Any, **_kwargs: Any) -> None:
        """Log the exception that is being handled."""
        log.error("something failed", exc_info=sys.exc_info())
        display(Refusal(t("Something went wrong"), t("It was written to the server's log.")))

    def showsyntaxerror(self, *_args: Any, **_kwargs: Any) -> None:
        """Log the exception that is being handled."""
        self.showtraceback()


class VisitorKernel(IPythonKernel):
    """A kernel with that shell."""

    shell_class = QuietShell


def main() -> None:
    """Run the kernel until the server shuts it down."""
    # The stream as it is now is the server's; the kernel puts one to the browser in its place.
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.WARNING,
        format=f"%(asctime)s %(levelname)s [{VISITOR}] %(name)s: %(message)s",
    )
    # Each page closes a comm that is not there any more, and a hostile one could name many.
    logging.getLogger("Comm").setLevel(logging.ERROR)
    config = Config()
    config.IPKernelApp.update(kernel_class=VisitorKernel, capture_fd_output=False, ignore_cwd=True)
    config.HistoryManager.enabled = False
    IPKernelApp.launch_instance(config=config)


if __name__ == "__main__":
    main()
