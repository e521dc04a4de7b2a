"""Run the notebooks as tests (nbval), on a demo platform of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Return nbval's exit status."""
    from tokenwidgets import demo
    from tokenwidgets.database import Database

    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/notebooks.db"
        database = Database(url)
        demo.build(database)
        database.close()
        environment = {
            **os.environ,
            "TOKENWIDGETS_DATABASE_URL": url,
            "TOKENWIDGETS_LOCAL_USER": demo.ADMIN,
        }
        command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "notebooks"]
        sanitize = ["--nbval-sanitize-with", str(ROOT / "notebooks" / "sanitize.cfg")]
        return subprocess.run([*command, *sanitize], cwd=ROOT, env=environment).returncode


if __name__ == "__main__":
    raise SystemExit(main())
