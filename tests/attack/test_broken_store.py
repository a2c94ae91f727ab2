"""A store that fails: whoever sends is told at once, and once."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from tests.attack.test_routes import count
from tests.service.shop import Shop

ORDER = {"order_id": "unlucky", "order_token": "t"}
WEBHOOK = {"messages": [{"type": "order", "order": {"order_id": "unlucky", "token": "t"}}]}


@contextmanager
def failing(shop: Shop) -> Iterator[list[object]]:
    """The store with a table that takes no order; what was tried on it."""
    tried: list[object] = []

    def see(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO orders "):
            tried.append(statement)

    # A name of its own each time: a connection that has not seen the trigger of before deleted would refuse the same.
    name = f"full_{secrets.token_hex(4)}"
    trigger = f"CREATE TRIGGER {name} BEFORE INSERT ON orders BEGIN SELECT RAISE(ABORT, 'x'); END"
    shop.service.database.write(lambda connection: connection.execute(sa.text(trigger)))
    sa.event.listen(shop.service.database.engine, "before_cursor_execute", see)
    try:
        yield tried
    finally:
        sa.event.remove(shop.service.database.engine, "before_cursor_execute", see)
        shop.service.database.write(lambda connection: connection.execute(sa.text(f"DROP TRIGGER {name}")))


@pytest.mark.parametrize(("path", "body"), [("/webhooks/whapi", WEBHOOK), ("/orders", ORDER)])
def test_what_cannot_be_stored_is_tried_once_before_the_503(shop: Shop, path: str, body: Any) -> None:
    before = count(shop, "orders")

    with failing(shop) as tried:
        answer = shop.post(path, body)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert len(tried) == 1
    assert count(shop, "orders") == before
