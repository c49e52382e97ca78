"""`python -m emulator`: start, say where, serve until stopped.

The first line of stdout is JSON: `{"port": …, "endpoint": "http://127.0.0.1:…"}`,
with the seed's names beside it when `--seed` is given. The process ends with
SIGTERM, SIGINT, or when its standard input closes under `--follow-stdin`, so that
a test that is killed leaves nothing behind.
"""

import argparse
import json
import os
import signal
import sys
import threading

from .seed import seed
from .server import Emulator, listen


def main() -> None:
    """Parse the arguments and serve."""
    parser = argparse.ArgumentParser(prog="emulator", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--seed", action="store_true", help="make what a platform has")
    parser.add_argument("--follow-stdin", action="store_true", help="end with stdin")
    parser.add_argument("--bare", action="store_true", help="moto without our layer")
    options = parser.parse_args()

    emulator = Emulator(strict=not options.bare)
    server = listen(emulator, options.port)
    told = {"port": server.port, "endpoint": f"http://127.0.0.1:{server.port}"}
    if options.seed:
        told["seed"] = seed(emulator)
    print(json.dumps(told), flush=True)

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
