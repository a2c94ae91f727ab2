"""What the summary must say of the orders and items in the other tabs, counted apart from its formulas."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from connector.sheets.summary.layout import BEST, CURRENCIES, DAYS, OPEN

Row = dict[str, Any]
CLOSED = ("Sent", "Done", "Cancelled")


@dataclass
class Product:
    lines: int = 0
    pieces: float = 0
    money: float = 0


@dataclass
class Expected:
    """`today`: the day number that the formulas take for today."""

    orders: list[Row]
    items: list[Row]
    today: int
    currencies: list[str] = field(init=False)

    def __post_init__(self) -> None:
        counted = Counter(row["Currency"] for row in self.orders if len(row["Currency"] or "") == 3)
        self.currencies = [currency for currency, _ in counted.most_common(CURRENCIES)]

    def open_orders(self) -> list[Row]:
        return [row for row in reversed(self.orders) if row["Status"] not in CLOSED]

    def orders_since(self, days: int) -> int:
        return sum(row["Received"] >= self.today - days for row in self._counting())

    def turnover_since(self, currency: str, days: int | None) -> float:
        since = 0 if days is None else self.today - days
        return sum(
            row["Total"] or 0 for row in self._counting() if row["Currency"] == currency and row["Received"] >= since
        )

    def per_day(self) -> list[tuple[int, int, list[float]]]:
        """For each of the last days: the day, its orders, its turnover in each currency."""
        table = []
        for day in range(self.today - DAYS + 1, self.today + 1):
            rows = [row for row in self._counting() if int(row["Received"]) == day]
            money = [sum(row["Total"] or 0 for row in rows if row["Currency"] == one) for one in self.currencies]
            table.append((day, len(rows), money))
        return table

    def statuses(self) -> Counter[str]:
        return Counter((row["Status"] or "").casefold() for row in self.orders)

    def to_prepare(self) -> dict[str, Product]:
        ids = {row["Order ID"] for row in self.open_orders()[:OPEN] if row["Status"] != "Packed"}
        return self._products([row for row in self.items if row["Order ID"] in ids])

    def best(self) -> tuple[dict[str, Product], list[int]]:
        """All products of the last days; and in how many lines the best of them stand."""
        recent = self._products([row for row in self.items if row["Received"] >= self.today - DAYS + 1])
        named = {name: product for name, product in recent.items() if name}
        return named, sorted((product.lines for product in named.values()), reverse=True)[:BEST]

    def _counting(self) -> list[Row]:
        return [row for row in self.orders if row["Status"] != "Cancelled"]

    def _products(self, rows: list[Row]) -> dict[str, Product]:
        """By name, in which capital letters make no difference."""
        found: dict[str, Product] = {}
        for row in rows:
            product = found.setdefault((row["Product"] or "").casefold(), Product())
            product.lines += 1
            product.pieces += row["Quantity"] if isinstance(row["Quantity"], int | float) else 0
            if self.currencies and row["Currency"] == self.currencies[0]:
                product.money += row["Line total"] or 0
        return found
