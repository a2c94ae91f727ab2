"""What tells one shop's customers how far their orders have come."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from connector.gateways.whapi.client import WhapiClient
from connector.jobs.context import ShopContext
from connector.jobs.customer_sender import CustomerSender
from connector.jobs.dispatcher import Dispatcher
from connector.jobs.rewrite import SheetLookup
from connector.jobs.shop_work import ShopWork
from connector.jobs.status_watch import EVERY, StatusWatch
from connector.jobs.write import WriteStage
from connector.sheets.account import GoogleAccount
from connector.sheets.layout import Layout
from connector.store.customer_texts import end_watches
from connector.store.database import Database
from connector.store.shops import ShopState, put_shops

PART = "telling customers"


@dataclass(frozen=True, slots=True)
class Customers:
    """The look at what the merchant writes, and the sending: two chores."""

    watch: StatusWatch
    sender: CustomerSender

    def begin(self, dispatcher: Dispatcher, work: ShopWork) -> None:
        """Has both done from now on."""
        for run in (self.watch.run, self.sender.run):
            dispatcher.chores.add(work.shop, PART, run, work.faults)


def build_customers(
    context: ShopContext,
    lookup: SheetLookup,
    account: GoogleAccount,
    client: WhapiClient,
    write: WriteStage,
    wake: Callable[[], object],
    *,
    every: float = EVERY,
    jitter: Callable[[], float] = random.random,
) -> Customers:
    """`every`: seconds between two looks. `wake`: there may be something to send."""

    def may_decide(layout: Layout) -> bool:
        # Of two installations that are copies of each other, both would tell the customers. And an older copy of the
        # database doesn't know what they were told since.
        ownership = write.ownership
        is_ours = ownership.other_owner(layout, was_held=ownership.is_held) is None
        return is_ours and ownership.knows_rows(layout)

    return Customers(
        StatusWatch(context, lookup, account, client, may_decide=may_decide, decided=wake, every=every, jitter=jitter),
        CustomerSender(context, client, jitter=jitter),
    )


def note_served(database: Database, shops: Mapping[str, bool]) -> None:
    """These shops are served from now on: whether they tell their customers, by their names. For one that doesn't, all
    that waited is over, and should it do so later, it begins anew."""

    def change(connection: Connection) -> None:
        put_shops(connection, list(shops), ShopState.SERVED)
        end_watches(connection, [name for name, tells in shops.items() if not tells])

    database.write(change)
