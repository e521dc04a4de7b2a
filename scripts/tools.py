"""See that a browser and nginx are there for the tests; install what is missing, or say how."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

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
    if missing and _apt(missing):
        missing = []
    if "chromium" in missing:
        # Playwright brings a browser of its own, if the system has its libraries.
        done = subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"])
        if done.returncode == 0:
            missing.remove("chromium")
    if missing:
        print(f"The tests need {' and '.join(missing)}. Install with your package manager.")
    return 1 if missing else 0


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
