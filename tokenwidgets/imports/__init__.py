"""Take many users from a CSV file, and APIs from OpenAPI documents; all of a file or none."""

from tokenwidgets.imports.openapi import APIDocument, read_openapi
from tokenwidgets.imports.service import ImportReport, ImportService
from tokenwidgets.imports.user_file import UserLine, read_users

__all__ = [
    "APIDocument",
    "ImportReport",
    "ImportService",
    "UserLine",
    "read_openapi",
    "read_users",
]
