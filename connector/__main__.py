"""`python -m connector COMMAND`."""

import sys

from connector.cli import main
from connector.lean import start_lean

if sys.argv[1:2] == ["serve"]:
    start_lean()

main(prog_name="python -m connector")
