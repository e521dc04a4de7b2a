"""Look after a platform: check that it is whole, back it up, restore it."""

from tokenwidgets.upkeep.backup import back_up, restore
from tokenwidgets.upkeep.checking import Trouble, check

__all__ = ["Trouble", "back_up", "check", "restore"]
