"""Tells failures of the database from faults of what was asked of it."""

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFreeError

_CONNECTION = "08"
_RESOURCES = "53"
_INTERVENTION = "57"
"""Shutting down, starting up, a session that was ended, a statement that took too long."""
_LOCKED = "55P03"
_NOT_POSTGRESQL = ""
READ_ONLY = "25006"
"""A server that was demoted to a standby, and keeps the connections of the time before."""


def is_loss(error: Exception) -> bool:
    """Whether PostgreSQL could not be reached, was too slow, or is being stopped: no change's fault, and over by itself
    or by somebody's doing at the server. Another try may go well."""
    if isinstance(error, NoConnectionFreeError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    state: str | None = getattr(error.orig, "sqlstate", _NOT_POSTGRESQL)
    if state is None:
        # The driver's own: there is no connection.
        return isinstance(error, OperationalError)
    return state[:2] in {_CONNECTION, _RESOURCES, _INTERVENTION} or state in {_LOCKED, READ_ONLY}
