"""`python -m connector COMMAND`."""

from connector.cli import main

main(prog_name="python -m connector")
