"""Runs at the start of every Python of the machine, from a `.pth` file: names botocore's plugin."""

import os

plugins = [one for one in os.environ.get("BOTOCORE_EXPERIMENTAL__PLUGINS", "").split(",") if one]
if "mlspace=mlspace_sdk" not in plugins:
    plugins.append("mlspace=mlspace_sdk")
    os.environ["BOTOCORE_EXPERIMENTAL__PLUGINS"] = ",".join(plugins)
# Version 3 of the SDK simulates the role's policies before training. Roles of members do not allow
# that, and a simulation without the request's context would be wrong.
os.environ.setdefault("SAGEMAKER_VALIDATE_ROLE", "false")
