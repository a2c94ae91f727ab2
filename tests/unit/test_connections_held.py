"""No more connections are held than there may be open files, and that they are all taken is said once a minute."""

import pytest
from structlog.testing import capture_logs

from connector.server import _Sockets, most_connections


@pytest.mark.parametrize(("open_files", "most"), [(4096, 400), (1024, 400), (256, 28), (64, 8)])
def test_fewer_connections_are_held_than_files_may_be_open(open_files: int, most: int) -> None:
    assert most_connections(open_files) == most


def test_that_no_more_connections_are_taken_is_said_once_a_minute() -> None:
    now = 0.0
    sockets = _Sockets(3, lambda: now)
    with capture_logs() as lines:
        for number in range(9):
            sockets[number] = "connection"
        assert [line["event"] for line in lines] == ["connections.full"]

        now = 61.0
        sockets[9] = "connection"
        sockets[10] = "connection"
    assert [(line["event"], line["most"]) for line in lines] == [("connections.full", 3)] * 2
