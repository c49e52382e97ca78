"""`python -m emulator`: start the emulator, print its URL, serve until stopped.

The first line of stdout is JSON: `{"port": …, "endpoint": "http://127.0.0.1:…"}`;
with `--seed`, the key `seed` has the names of the resources that it created. The
process ends with SIGTERM or SIGINT. With `--follow-stdin` it also ends when its
standard input closes, so it does not outlive a test that is killed.
"""

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path

from .enforcement import Enforcement
from .seed import seed
from .server import Emulator, listen


def main() -> None:
    """Parse the arguments and serve."""
    parser = argparse.ArgumentParser(prog="emulator", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 selects a free port")
    parser.add_argument("--seed", action="store_true", help="create the resources of a platform")
    parser.add_argument("--follow-stdin", action="store_true", help="exit when stdin closes")
    parser.add_argument("--bare", action="store_true", help="run moto without the rules")
    parser.add_argument(
        "--enforce",
        type=Path,
        metavar="COMMAND",
        help="decide members' calls with this mlspace-policy, and with iam-simulate",
    )
    parser.add_argument(
        "--lag",
        type=int,
        metavar="LOOKS",
        default=int(os.environ.get("EMULATOR_LAG", "0")),
        help="let reads be late by as many looks (default: $EMULATOR_LAG, or 0)",
    )
    options = parser.parse_args()

    enforcement = Enforcement(options.enforce) if options.enforce else None
    emulator = Emulator(
        strict=not options.bare, enforcement=enforcement, lag=options.lag
    )
    server = listen(emulator, options.port)
    startup_info = {"port": server.port, "endpoint": f"http://127.0.0.1:{server.port}"}
    if options.seed:
        startup_info["seed"] = seed(emulator)
    print(json.dumps(startup_info), flush=True)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os._exit(0))
    if options.follow_stdin:

        def follow() -> None:
            sys.stdin.buffer.read()
            os._exit(0)

        threading.Thread(target=follow, daemon=True).start()
    server.serve_forever()


if __name__ == "__main__":
    main()
