"""Users, user groups with their controls and members, and APIs: reads and audited changes."""

from tokenwidgets.directory.apis import APIRow, APIService
from tokenwidgets.directory.groups import GroupRow, GroupService
from tokenwidgets.directory.membership import MembershipService
from tokenwidgets.directory.users import UserRow, UserService

__all__ = [
    "APIRow",
    "APIService",
    "GroupRow",
    "GroupService",
    "MembershipService",
    "UserRow",
    "UserService",
]
