"""Stops this notebook instance when Jupyter has been idle for a number of minutes.

cron runs it as root every five minutes, with the role of the instance's member. A running cell or a
terminal with output counts as use, an open browser tab does not, nor does a job that runs elsewhere.
"""

import datetime
import json
import os
import ssl
import sys
import urllib.request

import boto3

ROOT = os.environ.get("MLSPACE_ROOT", "/")
JUPYTER = os.environ.get("MLSPACE_JUPYTER", "https://localhost:8443")
# The last use that was seen, in the memory of the machine, so that it is gone after a stop.
SEEN = os.path.join(ROOT, "run/mlspace-last-use")


def jupyter(path):
    """An answer of the local Jupyter server, whose certificate is for another name."""
    context = ssl._create_unverified_context() if JUPYTER.startswith("https:") else None
    with urllib.request.urlopen(f"{JUPYTER}/api/{path}", timeout=30, context=context) as answer:
        return json.load(answer)


def last_use(now):
    """The time of the last use. What was seen is remembered, since closed sessions are not listed."""
    times = []
    for session in jupyter("sessions"):
        kernel = session.get("kernel") or {}
        if kernel.get("execution_state") in ("busy", "starting"):
            times.append(now)
        elif kernel.get("last_activity"):
            times.append(parse(kernel["last_activity"]))
    for terminal in jupyter("terminals"):
        if terminal.get("last_activity"):
            times.append(parse(terminal["last_activity"]))
    try:
        with open(SEEN, encoding="utf-8") as file:
            times.append(parse(file.read()))
    except FileNotFoundError:
        times.append(now)
    os.makedirs(os.path.dirname(SEEN), exist_ok=True)
    with open(SEEN, "w", encoding="utf-8") as file:
        file.write(max(times).isoformat())
    return max(times)


def parse(time):
    """A time of Jupyter, such as `2026-11-27T16:20:18.123456Z`."""
    parsed = datetime.datetime.fromisoformat(time.strip().replace("Z", "+00:00"))
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=datetime.timezone.utc)


def main(minutes):
    """Stops the instance if its last use is longer ago than `minutes`."""
    now = datetime.datetime.now(datetime.timezone.utc)
    try:
        last = last_use(now)
    except (OSError, ValueError) as error:
        print(f"Jupyter does not answer: {error}", file=sys.stderr)
        return
    if now - last < datetime.timedelta(minutes=minutes):
        return
    with open(os.path.join(ROOT, "opt/ml/metadata/resource-metadata.json"), encoding="utf-8") as file:
        metadata = json.load(file)
    region = metadata["ResourceArn"].split(":")[3]
    client = boto3.client("sagemaker", region_name=region)
    client.stop_notebook_instance(NotebookInstanceName=metadata["ResourceName"])


if __name__ == "__main__":
    main(int(sys.argv[1]))
