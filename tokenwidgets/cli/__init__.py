"""The ``tokenwidgets`` command."""
