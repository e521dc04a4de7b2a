"""Tokens: add, edit, regenerate, revoke one, revoke all; each audited and one transaction."""

from tokenwidgets.tokens.grants import GrantChoice
from tokenwidgets.tokens.rows import OldSecret, TokenRow
from tokenwidgets.tokens.service import NewToken, TokenService

__all__ = ["GrantChoice", "NewToken", "OldSecret", "TokenRow", "TokenService"]
