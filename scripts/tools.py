"""See that all is there that the tests need beside Python packages; install it, or say how.

A browser, and the font of the pictures it is compared with; nginx; and the proxy of JupyterHub,
which npm has.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main() -> int:
    """Return 0 when the tests can run."""
    missing = []
    if not any(map(shutil.which, BROWSERS)):
        missing.append("chromium")
    if (
        shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
        is None
    ):
        missing.append("nginx-light")
    if not any(map(shutil.which, ("npm", "configurable-http-proxy"))):
        missing.append("npm")
    if not _has_font("DejaVu Sans"):
        missing.append("fonts-dejavu-core")
    if missing and _apt(missing):
        missing = []
    if "chromium" in missing:
        # Playwright brings a browser of its own, if the system has its libraries.
        done = subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"])
        if done.returncode == 0:
            missing.remove("chromium")
    if not _has_proxy_of_jupyterhub() and "npm" not in missing:
        missing.append("npm")
    if missing:
        print(f"The tests need {' and '.join(missing)}. Install with your package manager.")
    return 1 if missing else 0


def _has_font(family: str) -> bool:
    """Whether the system has it, or cannot be asked."""
    if shutil.which("fc-list") is None:
        return True
    found = subprocess.run(["fc-list", f":family={family}"], capture_output=True)
    return found.returncode != 0 or bool(found.stdout.strip())


def _has_proxy_of_jupyterhub() -> bool:
    """Whether it is there, or npm can install it beside the Python packages."""
    folder = Path(sys.prefix) / "share" / "node"
    program = folder / "node_modules" / ".bin" / "configurable-http-proxy"
    if program.exists() or shutil.which("configurable-http-proxy"):
        return True
    npm = shutil.which("npm")
    if npm is None:
        return False
    folder.mkdir(parents=True, exist_ok=True)
    command = [npm, "install", "--silent", "--no-fund", "--no-audit", "configurable-http-proxy@5"]
    return subprocess.run(command, cwd=folder).returncode == 0 and program.exists()


def _apt(packages: list[str]) -> bool:
    """Install with apt, where there is one and we may."""
    if shutil.which("apt-get") is None:
        return False
    prefix = []
    if os.geteuid() != 0:
        if shutil.which("sudo") is None or subprocess.run(["sudo", "-n", "true"]).returncode:
            return False
        prefix = ["sudo", "-n"]
    print(f"Installing {', '.join(packages)} with apt-get …", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([*prefix, "apt-get", "update", "-qq"], env=environment)
    command = [*prefix, "apt-get", "install", "-qq", "-y", "--no-install-recommends", *packages]
    return subprocess.run(command, env=environment, stdout=subprocess.DEVNULL).returncode == 0


if __name__ == "__main__":
    raise SystemExit(main())
