import gc
import socket
from urllib.parse import urlsplit

from tests.service.shop import Shop


def accepted_by(port: int) -> list[socket.socket]:
    """The sockets of this process's server, whichever library it is made with."""
    return [one for one in gc.get_objects() if isinstance(one, socket.socket) and _is_accepted(one, port)]


def _is_accepted(one: socket.socket, port: int) -> bool:
    try:
        return (
            (one.family, one.type) == (socket.AF_INET, socket.SOCK_STREAM)
            and one.getsockname()[1] == port
            and not one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
        )
    except OSError:  # It is closed, or was closed just now.
        return False


def test_the_server_sends_small_pieces_at_once(shop: Shop) -> None:
    """Otherwise the second piece of an answer would wait until the caller has confirmed the first: some 40 ms."""
    assert shop.http.get("/healthz").status_code == 200  # Its connection stays open.

    accepted = accepted_by(urlsplit(shop.url).port or 0)

    assert [bool(one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)) for one in accepted] == [True]
