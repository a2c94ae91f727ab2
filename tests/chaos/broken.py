"""Starts the service with one of its promises broken, for the chaos run to find out.

    python -m tests.chaos.broken VARIANT

The product has no switch for any of this: the functions are replaced here, before it starts.
"""

import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from connector.jobs import write
from connector.jobs.ownership import Ownership
from connector.jobs.receive import IntakeResult, ReceiveStage
from connector.jobs.write import WriteStage, Written
from connector.sheets import batch as sheets_batch
from connector.sheets import owner
from connector.sheets.client import GOOGLE, SheetsApi
from connector.sheets.errors import SheetsError
from connector.sheets.idempotency.marker import Marker
from connector.sheets.idempotency.named_range import NamedRange
from connector.sheets.layout import TabLayout
from connector.store import batches, leases
from connector.store.batches import Batch, Made
from connector.store.database import SameFile
from connector.store.intake import OrderIntake
from connector.store.tables import orders
from tests.chaos import launcher

LATER = 1.0
"""Seconds between the answer and the storing, as in a queue that is kept in memory."""


def no_marker() -> None:
    """The batch goes out without its first request, and nobody reads what the sheet holds."""
    build_requests = sheets_batch.build_requests

    def unmarked(claims: Sequence[Any], *args: Any, **kwargs: Any) -> list[dict[str, Any]]:
        return build_requests(claims[1:], *args, **kwargs)

    replace(write, "build_requests", unmarked)
    no_look_at_the_sheet()


def stored_after_sending() -> None:
    """The batch is stored once it is sent, and not before, and nobody reads what the sheet holds."""
    store = WriteStage._claim

    def claim(self: WriteStage, _batch: Any, entries: Any, layout: Any) -> set[int]:
        self.__dict__["layout"] = layout
        return {entry.order.id for entry in entries}

    def send(self: WriteStage, batch: Any, requests: Any, entries: Any, _deadline: Any) -> Written:
        try:
            self._api.batch_update(batch.spreadsheet_id, requests)
        except SheetsError as error:
            if error.is_unclear:
                store(self, batch, entries, self.__dict__["layout"])
            raise
        store(self, batch, entries, self.__dict__["layout"])
        self._applied(batch, entries)
        return Written(orders=len(entries), more=True)

    replace(WriteStage, "_claim", claim)
    replace(WriteStage, "_send", send)
    no_look_at_the_sheet()


def acknowledged_before_stored() -> None:
    """A request is answered with 200 while its orders are only in memory."""
    receive = ReceiveStage.receive

    def acknowledge(self: ReceiveStage, reading: Any, **options: Any) -> IntakeResult:
        threading.Timer(LATER, receive, (self, reading), options).start()
        taken = tuple(OrderIntake(order.order_id, is_new=True) for order in reading.orders)
        return IntakeResult(taken, reading.ignored, 0)

    replace(ReceiveStage, "receive", acknowledge)


def no_fence() -> None:
    """After an unclear answer a batch that is not in the sheet yet counts as void, and nothing keeps it from coming.
    Nobody reads what the sheet holds."""
    for guard in (Marker, NamedRange):
        replace(guard, "put_fence", lambda *_: None)
    no_look_at_the_sheet()


def append() -> None:
    """Rows go in with `values.append`, which looks for the end of a table by itself."""
    waiting: list[tuple[TabLayout, Sequence[dict[str, Any]]]] = []
    batch_update = SheetsApi.batch_update

    def insert(place: TabLayout, rows: Sequence[dict[str, Any]], **_: Any) -> Iterator[dict[str, Any]]:
        waiting.append((place, rows))
        return iter(())

    def update(
        self: SheetsApi, spreadsheet_id: str, requests: Sequence[dict[str, Any]], **rest: Any
    ) -> list[dict[str, Any]]:
        replies = batch_update(self, spreadsheet_id, requests, **rest)
        while waiting:
            place, rows = waiting.pop(0)
            columns = sorted(place.columns, key=lambda key: place.columns[key])
            values = [[_plain(row[column]) for column in columns] for row in rows]
            title = "Orders" if "status" in columns else "Items"
            address = f"{GOOGLE}/v4/spreadsheets/{spreadsheet_id}/values/{title}!A1:append"
            self._http.request("post", address, params={"valueInputOption": "RAW"}, json={"values": values})
        return replies

    replace(sheets_batch, "_insert", insert)
    replace(SheetsApi, "batch_update", update)


def claim_without_comparing() -> None:
    """A claim makes sure of nothing but that no other batch holds the order and that its items are as they were; whose
    the account is, isn't asked; and Google is not asked to refuse a writer that was overtaken."""
    open_batch = batches.open_batch

    def claim(connection: Connection, shop: str, batch: Batch, made: Mapping[int, Made], **rest: Any) -> set[int]:
        for key, one in made.items():
            free = (orders.c.id == key, orders.c.batch_id.is_(None), orders.c.items_state == one.items_state)
            due = {"shown": one.shown, "write_due_at": rest["now"]}
            connection.execute(sa.update(orders).where(*free).values(**due))
        return open_batch(connection, shop, batch, made, **rest)

    replace(batches, "open_batch", claim)
    replace(leases, "is_current", lambda *_: True)
    replace(owner, "only_as_owner", lambda *_: [])


def no_look_at_the_sheet() -> None:
    """A new database takes what it doesn't know for what the sheet doesn't have."""
    replace(Ownership, "knows_rows", lambda *_: True)


def no_look_at_the_file() -> None:
    """Nobody looks whether the database's file is still the one that was opened."""
    replace(SameFile, "check", lambda _: None)


VARIANTS: dict[str, Callable[[], None]] = {
    variant.__name__: variant
    for variant in (
        no_marker,
        stored_after_sending,
        acknowledged_before_stored,
        no_fence,
        append,
        claim_without_comparing,
        no_look_at_the_sheet,
        no_look_at_the_file,
    )
}


def replace(owner: object, name: str, broken: object) -> None:
    """Fails where there is nothing of that name any more, so that no variant is silently whole."""
    assert hasattr(owner, name)
    setattr(owner, name, broken)


def _plain(cell: dict[str, Any]) -> Any:
    return next(iter(cell.get("userEnteredValue", {}).values()), None)


if __name__ == "__main__":
    VARIANTS[sys.argv[1]]()
    launcher.run()
