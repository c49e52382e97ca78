"""An AWS emulator for tests: moto with stricter rules.

moto handles the API calls. This package serializes them with one lock, and adds
behaviour that the code under test depends on and that moto lacks: rules (each
cites an AWS page), notebook instances whose status changes take time, a log of
all calls, and faults on request. It does not authorize calls: every caller is
allowed to do everything. `README.md` lists the rules, and the assumptions that
are not confirmed.

`python -m emulator --port 0` starts it and prints its URL.
"""

ACCOUNT = "123456789012"
REGION = "us-east-1"
