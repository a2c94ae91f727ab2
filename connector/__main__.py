"""`python -m connector COMMAND`."""

import os
import sys

from connector import streams
from connector.not_installed import is_ours, sentence

if sys.version_info < (3, 11):  # noqa: UP036 - the system's own Python may be older, and says nothing that helps
    sys.exit("The connector needs Python 3.11 or newer. Make the virtual environment with one, as the README says.")

streams.make_usable()
# Whatever is made from now on, database, lock and copies, is nobody's but its owner's.
os.umask(0o077)
try:
    from connector.cli import main
    from connector.cli.crash import redact_tracebacks

    redact_tracebacks()
    main(prog_name="python -m connector")
except ModuleNotFoundError as error:
    if is_ours(error):
        raise
    sys.exit(sentence(str(error.name), sys.argv[1:]))
