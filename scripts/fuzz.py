"""Be a hostile browser: send a live dashboard very many messages, and see that nothing gives way.

As a visitor without rights, and as one who administers a single department. Afterwards: nothing
has changed that the visitor may not change, the audit trail is whole, no code was run, no
exception reached the page or was only just caught, and the kernel is alive.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "support"))

from door import PROXY_SECRET, serving
from fuzzing import Fuzzer, platform_for_fuzzing

from tokenwidgets.database import Database


def main() -> int:
    """Return 0 when nothing gave way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000, help="in all (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the random numbers (%(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = platform_for_fuzzing(folder)
        secret = {"TOKENWIDGETS_PROXY_SECRET": PROXY_SECRET}
        with serving(folder / "server", url, identity="proxy", log_level=30, **secret) as server:
            for user in ("guest", "clerk"):
                database = Database(url)
                fuzzer = Fuzzer(server, database, user, options.seed, folder / "canary")
                start = time.monotonic()
                fuzzer.run(options.messages // 2)
                fuzzer.finish()
                seconds = time.monotonic() - start
                database.close()
                print(f"{user}: {fuzzer.sent.total()} messages in {seconds:.0f} s")
                for what, counted in {"sent": fuzzer.sent, "recorded": fuzzer.done()}.items():
                    print(f"  {what}: {', '.join(f'{n} {k}' for k, n in counted.most_common())}")
    print("Nothing gave way.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
