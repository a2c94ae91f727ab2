"""The settings of one shop of several while it is set up. Nothing is written before all is tried: see `write`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connector.settings import Settings, SettingsError
from connector.sheets.credentials import CredentialsError, load_credentials
from connector.shops.edit import place_of, write_entry
from connector.shops.file import read_file
from connector.shops.settings import ACCOUNT, CREDENTIALS, NEEDED, ShopEntry, Shops, read_shops

_STAND_IN = "-" * 20
"""In place of what is not known yet, so that one step can be tried before the next is answered."""


class ShopValues:
    """What stands in the shop's entry, if there is one; over that what was given, and over that what was answered."""

    def __init__(self, operator: Settings, name: str, given: Mapping[str, str]) -> None:
        """`given`: values as they would stand in the file, by the names that they have there."""
        assert operator.shops_file is not None
        self.operator = operator
        self.shop = name
        self._file = operator.shops_file
        entry = read_file(self._file).shops.get(name)
        self._there: Mapping[str, Any] = {} if entry is None else entry.values
        self._kept: dict[str, str | None] = dict(given)
        self._suggested: dict[str, str] = {}

    @property
    def path(self) -> Path:
        return place_of(self._file, self.shop)

    def named(self, name: str) -> str:
        return name.lower()

    def get(self, name: str) -> str | None:
        key = name.lower()
        if key == CREDENTIALS and key not in self._suggested:
            return self.settings().google_credentials  # The account's, if the shop has none of its own.
        places: tuple[Mapping[str, Any], ...] = (self._kept, self._suggested, self._there)
        return next((str(value) for place in places if (value := place.get(key))), None)

    def was_answered(self, name: str) -> bool:
        return name.lower() in self._there or name.lower() in self._kept

    def suggest(self, name: str, value: str) -> None:
        self._suggested[name.lower()] = value

    def keep(self, name: str, value: str) -> None:
        key = name.lower()
        known = {**self._there, **self._kept}
        if not value or value == (self.settings().google_credentials if key == CREDENTIALS else known.get(key)):
            return
        self._kept[key] = value
        if key == CREDENTIALS:
            # A key of the shop's own, since its account's was refused.
            self._kept[ACCOUNT] = None

    def settings(self, **values: str) -> Settings:
        return self.entry(**values).settings

    def entry(self, **values: str) -> ShopEntry:
        """The shop as it would be served. Raises SettingsError with all that is wrong with it."""
        shops = self.read(**values)
        if self.shop in shops.out:
            raise SettingsError(list(shops.out[self.shop]))
        return shops.good[self.shop]

    def read(self, **values: str) -> Shops:
        """All shops, with this one as it would stand there."""
        wanted = {**self._there, **self._kept, **values}
        entry = {name: value for name, value in wanted.items() if value is not None}
        missing = {name: _STAND_IN for name in NEEDED if not entry.get(name)}
        return read_shops(self.operator, added={self.shop: {**entry, **missing}})

    def write(self) -> bool:
        """Writes what is new into the file; whether there was anything. Raises EditError."""
        changes = {name: value for name, value in self._kept.items() if value != self._there.get(name)}
        if changes:
            write_entry(self._file, self.shop, changes)
        return bool(changes)


def account_with_least(shops: Shops) -> str | None:
    """The account that the fewest shops write with, of those whose key can be read; None if there is none."""
    counts = {name: 0 for name, key in shops.accounts.items() if _can_be_read(key) and ":" not in name}
    for entry in shops.good.values():
        if entry.account in counts:
            counts[entry.account] += 1
    return min(counts, key=lambda name: counts[name], default=None)


def _can_be_read(key: str) -> bool:
    try:
        load_credentials(key)
    except CredentialsError:
        return False
    return True
