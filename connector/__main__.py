"""`python -m connector COMMAND`, and `order-connector COMMAND` where the package is installed."""

import os
import sys

from connector import streams
from connector.not_installed import is_ours, sentence

if sys.version_info < (3, 11):  # noqa: UP036 - the system's own Python may be older, and says nothing that helps
    sys.exit("The connector needs Python 3.11 or newer. Make the virtual environment with one, as the README says.")


def run() -> None:
    """Runs the command that the arguments name, and ends the process."""
    streams.make_usable()
    # Whatever is made from now on, database, lock and copies, is nobody's but its owner's.
    os.umask(0o077)
    try:
        # Only here: an older Python doesn't read them, and a library that is missing is told of below.
        from connector.cli import main  # noqa: PLC0415
        from connector.cli.crash import redact_tracebacks  # noqa: PLC0415
        from connector.terminal import program  # noqa: PLC0415

        redact_tracebacks()
        main(prog_name=program())
    except ModuleNotFoundError as error:
        if is_ours(error):
            raise
        sys.exit(sentence(str(error.name), sys.argv[1:]))


if __name__ == "__main__":
    run()
