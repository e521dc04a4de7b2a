"""Tokens: add, edit, regenerate, revoke one, many or all; each audited and one transaction."""

from tokenwidgets.tokens.change import TokenChange, TokenDifference
from tokenwidgets.tokens.filters import TokenFilter
from tokenwidgets.tokens.grants import GrantChoice
from tokenwidgets.tokens.inventory import APICount, InventoryService, InventorySort
from tokenwidgets.tokens.issue import NewToken
from tokenwidgets.tokens.many import ManyTokensService
from tokenwidgets.tokens.months import MonthCount
from tokenwidgets.tokens.rows import OldSecret, TokenRow
from tokenwidgets.tokens.service import TokenService

__all__ = [
    "APICount",
    "GrantChoice",
    "InventoryService",
    "InventorySort",
    "ManyTokensService",
    "MonthCount",
    "NewToken",
    "OldSecret",
    "TokenChange",
    "TokenDifference",
    "TokenFilter",
    "TokenRow",
    "TokenService",
]
