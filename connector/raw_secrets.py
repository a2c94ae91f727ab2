"""The secrets among the settings as they were written, for errors that end everything: the settings may be wrong, or
not yet read."""

import re

from connector.log import SHORTEST_HIDDEN, database_secrets
from connector.settings import ENV_FILE, SECRETS
from connector.variables import EnvFileUnreadableError, Variables, of_environment, of_file, trimmed, with_files


def raw_secrets() -> list[str]:
    """Whatever the settings that hold secrets hold now, be it right or wrong."""
    try:
        from_file = of_file(ENV_FILE)
    except EnvFileUnreadableError:
        from_file = {}
    places = (from_file, of_environment())
    found = [variables.texts for place in places for variables in (Variables(place), with_files(place, SECRETS))]
    return in_pieces([text for texts in found for name, text in texts.items() if name in SECRETS])


def in_pieces(texts: list[str]) -> list[str]:
    """Secrets, and the parts of them that an error may quote: single lines, and a database's password."""
    lines = [line for text in texts for line in re.split(r"[\r\n]+|\\n", text)]
    pieces = [*texts, *lines, *(piece for text in texts for piece in database_secrets(text))]
    return list(
        dict.fromkeys(piece for text in pieces for piece in (text, trimmed(text)) if len(piece) >= SHORTEST_HIDDEN)
    )
