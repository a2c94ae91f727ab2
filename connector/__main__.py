"""`python -m connector COMMAND`."""

import os

from connector.cli import main
from connector.cli.crash import redact_tracebacks

# Whatever is made from now on, database, lock and copies, is nobody's but its owner's.
os.umask(0o077)
redact_tracebacks()
main(prog_name="python -m connector")
