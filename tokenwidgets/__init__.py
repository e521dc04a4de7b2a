"""Administer users' API tokens from Jupyter, and ask whether one opens an API."""

__version__ = "0.1.0"
