"""Runs sample code one file after the other, in a Python of the SDK; prints the results as JSON.

Each file runs as `python FILE` would run it, in a directory with the files that it uses. One process
for all saves the time in which the SDK is imported.
"""

import contextlib
import importlib
import json
import logging
import os
import runpy
import sys
import tarfile
import time
import traceback
from pathlib import Path


# Where the SDK finds out on which notebook instance it runs: version 2, and version 3.
METADATA = ("sagemaker.session", "sagemaker.core.helper.session_helper")


def main() -> None:
    """Run the files in the arguments, in the current directory."""
    logging.getLogger("sagemaker.config").setLevel(logging.WARNING)
    with tarfile.open("model.tar.gz", "w:gz") as archive:
        archive.add("train.csv", "model.txt")
    for module in METADATA:
        # The current directory stands for the file system of the instance.
        with contextlib.suppress(ImportError):
            importlib.import_module(module).NOTEBOOK_METADATA_FILE = str(Path("metadata.json").resolve())
    # Nothing here takes time: no sample waits for a clock.
    wait = time.sleep
    time.sleep = lambda seconds: wait(min(seconds, 0.01))
    results, out = {}, sys.stdout
    sys.path.pop(0)  # this directory
    sys.stdout = sys.stderr
    for sample in sys.argv[1:]:
        name = Path(sample).name
        print(f"--- {name}")
        try:
            runpy.run_path(sample, run_name="__main__")
            results[name] = ""
        except (Exception, SystemExit):
            results[name] = traceback.format_exc()
    json.dump(results, out)


if __name__ == "__main__":
    os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")
    main()
