"""Run the notebooks as tests (nbval), each on a demo platform of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"

# When the platform's history ends, so that what notebooks print does not depend on today.
AT = datetime(2026, 7, 1, 12, tzinfo=UTC)


def main() -> int:
    """Return nbval's exit status, of the notebooks that are named, or of all."""
    from tokenwidgets import demo
    from tokenwidgets.database import Database

    chosen = [Path(name).resolve() for name in sys.argv[1:]] or sorted(NOTEBOOKS.glob("*.ipynb"))
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        built = Path(folder, "built.db")
        database = Database(f"sqlite:///{built}")
        demo.build(database, at=AT)
        database.close()
        for notebook in chosen:
            own = Path(folder, f"{notebook.stem}.db")
            shutil.copyfile(built, own)
            failed = failed or run(notebook, f"sqlite:///{own}", demo.ADMIN)
    return failed


def run(notebook: Path, url: str, user: str) -> int:
    """Run one notebook and compare what it prints with what it holds."""
    environment = {
        **os.environ,
        "TOKENWIDGETS_DATABASE_URL": url,
        "TOKENWIDGETS_IDENTITY_SOURCE": "local",
        "TOKENWIDGETS_LOCAL_USER": user,
    }
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", str(notebook)]
    sanitize = ["--nbval-sanitize-with", str(NOTEBOOKS / "sanitize.cfg")]
    return subprocess.run([*command, *sanitize], cwd=ROOT, env=environment).returncode


if __name__ == "__main__":
    raise SystemExit(main())
