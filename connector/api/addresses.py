"""What may stand in an address where Flask's own `path` stops: a text with slashes wherever they fall."""

from werkzeug.routing import PathConverter


class Whole(PathConverter):
    """Any text but an empty one. An order id may begin with a slash."""

    regex = "(?s:.+)"
    part_isolating = False


class Rest(PathConverter):
    """Any text, also none: whatever is appended to an address that may end in a slash already."""

    regex = "(?s:.*)"
    part_isolating = False
