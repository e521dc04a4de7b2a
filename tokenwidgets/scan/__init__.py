"""The leak scan: find secrets where they must not be, and say whose they are and if they live."""

from tokenwidgets.scan.finder import Found, Place
from tokenwidgets.scan.leaks import Leak, LeakService, LeakState
from tokenwidgets.scan.scanner import Scan, scan, scan_staged

__all__ = ["Found", "Leak", "LeakService", "LeakState", "Place", "Scan", "scan", "scan_staged"]
