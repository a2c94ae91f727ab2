"""What the connector tells the outside. docs/events.md shows an example of each."""

from enum import StrEnum


class EventType(StrEnum):
    """The names are promised to receivers."""

    RECEIVED = "order.received"
    """An order was taken in."""
    WAITING = "order.waiting"
    """Its row is in the sheet, without its items, which will be tried again."""
    SYNCED = "order.synced"
    """Its row and all its item rows are in the sheet."""
    FAILED = "order.failed"
    """Its items were given up, and its row says so."""
    CHANGED = "order.changed"
    """Something was told of it later, such as that the customer deleted it."""
    PROBLEM = "connector.problem"
    """The channel or the spreadsheet can't be used: somebody must mend something, or it has gone on for minutes."""
    RECOVERED = "connector.recovered"
    """What a `connector.problem` told of is over."""
