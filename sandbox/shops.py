"""Further shops in one sandbox: a channel, a spreadsheet and a secret for each, and further service accounts.

All channels have one address, as at Whapi: the token says which is meant.
"""

import json
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.google.auth import ServiceAccount
from sandbox.google.merchant import Merchant
from sandbox.google.standin import GoogleStandIn
from sandbox.orders import OrderMaker
from sandbox.private_files import write_private
from sandbox.whapi.order import SandboxOrder
from sandbox.whapi.standin import WhapiStandIn

TIME_ZONE = "Australia/Sydney"


@dataclass(frozen=True, kw_only=True)
class SandboxShop:
    """One further shop. What goes wrong for it alone: a fault with its `token`, or with its `spreadsheet_id` in
    `path_contains`; `whapi.state`, `whapi.latency` and the other switches of its channel."""

    name: str
    whapi: WhapiStandIn
    """The shop's channel."""
    google: GoogleStandIn
    """That of all shops."""
    spreadsheet_id: str
    secret: str
    """What its webhooks carry."""
    account: str | None
    """The name of its service account; None: the sandbox's first."""
    orders: OrderMaker
    settings: dict[str, str] = field(default_factory=dict)
    """What else stands in its entry."""

    @property
    def token(self) -> str:
        return self.whapi.token

    @property
    def channel_id(self) -> str:
        return self.whapi.channel_id

    @property
    def merchant(self) -> Merchant:
        """The merchant's hands on the shop's spreadsheet."""
        return Merchant(self.google, self.spreadsheet_id)

    def send_to(self, webhook_url: str, secret: str | None = None) -> None:
        """Registers a webhook in the channel's settings. `secret`: another than the shop's own."""
        self.whapi.settings.register(webhook(webhook_url, self.secret if secret is None else secret))

    def send(self, sample: str = "normal", count: int = 1, *, together: bool = False) -> list[SandboxOrder]:
        """A customer of the shop sends orders of a named sample; `together` puts them into one webhook."""
        return send_orders(self.whapi, self.orders, sample, count, together=together)

    def rows(self, tab: str) -> list[list[Any]]:
        """The values of a tab, its header too; nothing while the tab is not there."""
        try:
            return self.google.sheet_values(self.spreadsheet_id, tab)
        except KeyError:
            return []

    def entry(self) -> dict[str, str]:
        """What stands in SHOPS_FILE for it."""
        values = {
            "whapi_token": self.token,
            "webhook_secret": self.secret,
            "spreadsheet_id": self.spreadsheet_id,
        }
        return {**values, **({} if self.account is None else {"account": self.account}), **self.settings}


class SandboxShops:
    """All further shops and accounts of a sandbox. They may be added while it runs."""

    def __init__(self, first: WhapiStandIn, google: GoogleStandIn, orders: OrderMaker, *, seed: int) -> None:
        self.by_name: dict[str, SandboxShop] = {}
        self.channels: dict[str, WhapiStandIn] = {}
        """By their tokens."""
        self._accounts: dict[str, ServiceAccount] = {}
        self._first = first
        self._google = google
        self._orders = orders
        self._seed = seed

    def add_account(self, name: str, project: str) -> ServiceAccount:
        """ValueError if there is one with this name."""
        if name in self._accounts:
            raise ValueError(f"There is an account {name} already.")
        account = ServiceAccount(f"{name}@{project}.iam.gserviceaccount.com")
        self._google.tokens.add(account)
        self._accounts[name] = account
        return account

    def add(self, name: str, account: str | None) -> SandboxShop:
        """ValueError if there is a shop with this name, or no such account."""
        if name in self.by_name:
            raise ValueError(f"There is a shop {name} already.")
        if account is not None and account not in self._accounts:
            raise ValueError(f"There is no account {account}. Add it before its shops.")
        number = len(self.by_name) + 1
        whapi = WhapiStandIn(
            clock=self._first.clock,
            faults=self._first.faults,
            token=secrets.token_urlsafe(24),
            channel_id=f"SHOP{number:04d}-{secrets.token_hex(3).upper()}",
            seed=self._seed + number,
        )
        shop = SandboxShop(
            name=name,
            whapi=whapi,
            google=self._google,
            spreadsheet_id="1" + secrets.token_urlsafe(32),
            secret=secrets.token_urlsafe(24),
            account=account,
            orders=self._orders,
        )
        owner = self._google.account if account is None else self._accounts[account]
        self._google.create(shop.spreadsheet_id, f"Orders of {name}", TIME_ZONE, shared_with=owner.email)
        self.channels[whapi.token] = whapi
        self.by_name[name] = shop
        return shop

    def write(self, path: Path, leave_out: Collection[str] = ()) -> None:
        """Writes SHOPS_FILE, without some shops, and each account's key file beside it, for their owner's eyes only."""
        parts = []
        shops = [shop for shop in self.by_name.values() if shop.name not in leave_out]
        for name, account in self._accounts.items():
            key_file = path.with_name(f"{path.stem}.{name}.json").resolve()
            write_private(key_file, json.dumps(account.key_file(self._google.token_uri), indent=2))
            parts.append(_table(f"accounts.{name}", {"google_credentials": str(key_file)}))
        parts += [_table(f"shops.{shop.name}", shop.entry()) for shop in shops]
        # Renamed when it is whole: a service may be reading it.
        fresh = path.with_name(path.name + ".new")
        write_private(fresh, "\n".join(parts) if shops else "[shops]")
        fresh.replace(path)


def webhook(url: str, secret: str) -> dict[str, Any]:
    """A webhook for messages as `setup` registers it."""
    return {
        "url": url,
        "mode": "body",
        "events": [{"type": "messages", "method": "post"}],
        "headers": {"X-Webhook-Secret": secret},
    }


def send_orders(
    whapi: WhapiStandIn, maker: OrderMaker, sample: str, count: int, *, together: bool
) -> list[SandboxOrder]:
    """A customer sends so many orders to a channel."""
    orders = [maker.make(sample) for _ in range(count)]
    if together:
        whapi.send_batch(orders)
    else:
        for order in orders:
            whapi.send(order)
    return orders


def _table(heading: str, values: Mapping[str, str]) -> str:
    """JSON's texts are TOML's too, as long as they hold what is printed."""
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in values.items()]
    return f"[{heading}]\n{''.join(lines)}"
