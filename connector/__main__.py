"""`python -m connector COMMAND`."""

import sys

from connector.cli import main

if sys.argv[1:2] == ["serve"]:
    # httpx and structlog import these where they are there, for terminals. The service has no use for them, and they
    # would cost it a tenth of a second at the start and several megabytes for ever.
    for name in ("rich", "httpx._main"):
        sys.modules[name] = None  # type: ignore[assignment] # as the import system documents it

main(prog_name="python -m connector")
