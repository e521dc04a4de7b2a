"""Alembic's migrations, applied by ``tokenwidgets upgrade-db``."""
