"""`python -m connector COMMAND`."""

from connector.cli import main
from connector.cli.crash import redact_tracebacks

redact_tracebacks()
main(prog_name="python -m connector")
