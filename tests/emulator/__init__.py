"""A strict layer over moto that stands in for AWS in our tests.

moto answers the calls. This package puts one lock around it and adds what moto
lacks or lets through and our code depends on: rules (each citing the AWS page
it stands on), notebook instances whose states take time, a log of all calls,
and faults on request. Nothing here authorizes anything: whoever calls may do
everything. `README.md` lists the rules and says which of them we are unsure of.

`python -m emulator --port 0` starts it and prints where it listens.
"""

ACCOUNT = "123456789012"
REGION = "us-east-1"
