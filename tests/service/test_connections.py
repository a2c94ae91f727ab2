import socket

from tests.service.shop import Shop


def test_the_server_sends_small_pieces_at_once(shop: Shop) -> None:
    """Otherwise the second piece of an answer would wait until the caller has confirmed the first: some 40 ms."""
    assert shop.http.get("/healthz").status_code == 200  # Its connection stays open.

    accepted = [
        protocol.transport.get_extra_info("socket") for protocol in shop._server._server.server_state.connections
    ]

    assert [bool(one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)) for one in accepted] == [True]
