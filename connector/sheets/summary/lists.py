"""The lists of the summary: what to prepare, the open orders, the best products, the currencies.

A line of a list holds, in a hidden cell, the row of what stands in it; the visible cells look that row up. Groups
without doubles (products, currencies) are numbered by the row in which each stands first.
"""

from collections.abc import Iterator

from connector.language import gettext as _
from connector.sheets.areas import TabColumns, cell, quoted
from connector.sheets.summary.layout import (
    ALL_TO_PREPARE,
    BEST,
    BEST_GROUP,
    BEST_PRODUCTS,
    CURRENCIES,
    CURRENCY,
    CUSTOMER,
    DAYS,
    FIRST,
    FIRST_ITEM,
    FIRST_OPEN_ITEM,
    FIRST_RECENT_ITEM,
    LAST_ITEM,
    LAST_ORDER,
    LISTS,
    MAIN_CURRENCY,
    MONEY_GROUP,
    NAME,
    OPEN,
    OPEN_COUNT,
    OPEN_ROW,
    ORDER,
    PACKED,
    PIECES,
    PREPARE_GROUP,
    PREPARE_ID,
    PREPARED,
    PRODUCT,
    RECEIVED,
    SECOND,
    SHIPPED,
    STATUS,
    THIRD,
    TOTAL,
    TURNOVER,
    Content,
)

_NO_GROUP = -1
"""Stands above the first line of a list of groups, where the lines below look for the group before."""


def bounds(orders: TabColumns, items: TabColumns) -> Iterator[Content]:
    """Where the rows that matter begin and end, so that the lists need not look at the others."""
    received = items.whole("received")
    recent = f"ISNUMBER({received})*({received}>=TODAY()-{DAYS - 1})"
    first_items = f"{cell(LISTS + 1, FIRST_ITEM)}:{cell(LISTS + OPEN, FIRST_ITEM)}"
    lines = (
        (_("Last order"), _last_row(orders.whole("received"))),
        (_("Last item"), _last_row(received)),
        (_("First item of an open order"), f"=MIN({first_items})"),
        (_("First recent item"), f"={_first_row(recent, received)}"),
        (
            _("Pieces to prepare"),
            f"=IF({FIRST_OPEN_ITEM}=0;0;SUMPRODUCT({_to_prepare(items)}*{_number(_open_part(items, 'quantity'))}))",
        ),
    )
    for row, (label, formula) in enumerate(lines):
        yield Content(row, OPEN_ROW, label)
        yield Content(row, PREPARE_ID, formula)


def open_orders(orders: TabColumns, items: TabColumns, *, newest_first: bool) -> Iterator[Content]:
    """The newest orders that are neither sent nor done nor cancelled. `newest_first`: whether these stand at the top of
    their tab, or at its end."""
    # Translators: {all} is their number, {most} how many the list has room for.
    before, _all, after = _("Open orders, the newest {most} of {all}").partition("{all}")
    most = f"{quoted(before.format(most=OPEN))}&{OPEN_COUNT}&{quoted(after.format(most=OPEN))}"
    all_open = _("Open orders")
    title = f"=IF({OPEN_COUNT}>{OPEN};{most};{quoted(all_open)})"
    yield Content(LISTS - 1, RECEIVED, title, "section")
    columns = (
        (RECEIVED, "received", _("Received"), "time"),
        (CUSTOMER, "customer", _("Customer"), "text"),
        (ORDER, "order_id", _("Order ID"), "text"),
        (TOTAL, "total", _("Total"), "money"),
        (CURRENCY, "currency", _("Currency"), "text"),
        (STATUS, "status", _("Status"), "text"),
    )
    for column, key, title, _look in columns:
        yield Content(LISTS, column, title, "header_right" if key == "total" else "header")
    yield Content(LISTS, OPEN_ROW, 1 if newest_first else f"={LAST_ORDER}+1")
    for line in range(LISTS + 1, LISTS + 1 + OPEN):
        here, above = cell(line, OPEN_ROW), cell(line - 1, OPEN_ROW)
        bounds = (f"{above}+1", LAST_ORDER) if newest_first else ("1", f"{above}-1")
        received, status = (orders.part(key, *bounds) for key in ("received", "status"))
        is_open = f"ISNUMBER({received})" + "".join(f"*({status}<>{word})" for word in SHIPPED)
        if newest_first:
            yield Content(line, OPEN_ROW, f"=IF(OR({above}=0;{above}>={LAST_ORDER});0;{_first_row(is_open, received)})")
        else:
            yield Content(line, OPEN_ROW, f"=IF({above}<=1;0;SUMPRODUCT(MAX({is_open}*ROW({received}))))")
        order_id, is_packed = (f"INDEX({orders.whole(key)};{here})" for key in ("order_id", "status"))
        yield Content(line, PREPARE_ID, f'=IF({here}=0;"";IF({is_packed}={PACKED};"";{order_id}&""))')
        prepare_id = cell(line, PREPARE_ID)
        first_item = f'IFERROR(MATCH({prepare_id};{items.whole("order_id")};0);"")'
        yield Content(line, FIRST_ITEM, f'=IF({prepare_id}="";"";{first_item})')
        for column, key, _title, look in columns:
            value = f"INDEX({orders.whole(key)};{here})"
            shown = f'{value}&""' if look == "text" else f'IF({value}="";"";{value})'
            yield Content(line, column, f'=IF({here}=0;"";{shown})', look)


def prepare_list(items: TabColumns) -> Iterator[Content]:
    """The products of the open orders that are not packed yet; those that stand in most lines first."""
    newest, all_open = _("To prepare, newest {most} orders").format(most=OPEN), _("To prepare, not packed yet")
    title = f"=IF({OPEN_COUNT}>{OPEN};{quoted(newest)};{quoted(all_open)})"
    yield Content(LISTS - 1, PRODUCT, title, "section")
    yield Content(LISTS, PRODUCT, _("Product"), "header")
    yield Content(LISTS, PIECES, _("Pieces"), "header_right")
    product, quantity = _open_part(items, "product"), _number(_open_part(items, "quantity"))
    matters = _to_prepare(items)
    yield from _groups(LISTS, PREPARE_GROUP, PREPARED, product, matters, none_if=f"{FIRST_OPEN_ITEM}=0")
    for line in range(LISTS + 1, LISTS + 1 + PREPARED):
        group, name = cell(line, PREPARE_GROUP), cell(line, PRODUCT)
        found = f"INDEX({items.whole('product')};{FIRST_OPEN_ITEM}+{group}-1)"
        yield Content(line, PRODUCT, f'=IF({group}>0;{found};"")', "text")
        pieces = f"SUMPRODUCT({matters}*({product}={name})*{quantity})"
        yield Content(line, PIECES, f'=IF({group}>0;{pieces};"")', "pieces")
    below, label = LISTS + 1 + PREPARED, _("Other products")
    others = f"{ALL_TO_PREPARE}-SUM({cell(LISTS + 1, PIECES)}:{cell(below - 1, PIECES)})"
    yield Content(below, PRODUCT, f'=IF({others}>0;{quoted(label)};"")', "text")
    yield Content(below, PIECES, f'=IF({others}>0;{others};"")', "pieces")


def best_products(items: TabColumns) -> Iterator[Content]:
    """The products that stand in most order lines of the last days."""
    yield Content(BEST_PRODUCTS - 1, NAME, _("Best products, last {days} days").format(days=DAYS), "section")
    yield Content(BEST_PRODUCTS, NAME, _("Product"), "header")
    yield Content(BEST_PRODUCTS, FIRST, _("Orders"), "header_right")
    yield Content(BEST_PRODUCTS, SECOND, _("Pieces"), "header_right")
    yield Content(BEST_PRODUCTS, THIRD, f"={MAIN_CURRENCY}", "header_right")

    def part(key: str) -> str:
        return items.part(key, FIRST_RECENT_ITEM, LAST_ITEM)

    product, received = part("product"), part("received")
    matters = f"ISNUMBER({received})*({received}>=TODAY()-{DAYS - 1})"
    yield from _groups(BEST_PRODUCTS, BEST_GROUP, BEST, product, matters, none_if=f"{FIRST_RECENT_ITEM}=0")
    for line in range(BEST_PRODUCTS + 1, BEST_PRODUCTS + 1 + BEST):
        group, name = cell(line, BEST_GROUP), cell(line, NAME)
        found = f"INDEX({items.whole('product')};{FIRST_RECENT_ITEM}+{group}-1)"
        yield Content(line, NAME, f'=IF({group}>0;{found};"")', "text")
        mine = f"{matters}*({product}={name})"
        in_money = f"{mine}*({part('currency')}={MAIN_CURRENCY})*{_number(part('line_total'))}"
        for column, terms, look in (
            (FIRST, mine, "count"),
            (SECOND, f"{mine}*{_number(part('quantity'))}", "pieces"),
            (THIRD, in_money, "money"),
        ):
            yield Content(line, column, f'=IF({group}>0;SUMPRODUCT({terms});"")', look)


def currencies(orders: TabColumns) -> Iterator[Content]:
    """The currencies of the orders, the most frequent first."""

    def part(key: str) -> str:
        return orders.part(key, "1", LAST_ORDER)

    matters = f"ISNUMBER({part('received')})*(LEN({part('currency')})=3)"
    yield from _groups(TURNOVER, MONEY_GROUP, CURRENCIES, part("currency"), matters, none_if=f"{LAST_ORDER}=0")
    for line in range(TURNOVER + 1, TURNOVER + 1 + CURRENCIES):
        group = cell(line, MONEY_GROUP)
        yield Content(line, NAME, f'=IF({group}>0;INDEX({orders.whole("currency")};{group});"")', "text")


def _groups(header: int, column: int, count: int, names: str, matters: str, *, none_if: str) -> Iterator[Content]:
    """Hidden cells below a header: in each the number of another group, the most frequent first, or 0.

    `names`: the range that is grouped; `matters`: 1 for the rows that count, else 0.
    """
    yield Content(header, column, _NO_GROUP)
    escaped = names
    # MATCH takes these signs for wildcards, and a product may have them in its name.
    for sign in "~*?":
        escaped = f'SUBSTITUTE({escaped};"{sign}";"~{sign}")'
    group = f'({names}<>"")*IFERROR(MATCH({escaped};{names};0);0)'
    for line in range(header + 1, header + 1 + count):
        above = cell(line - 1, column)
        is_new = f"ISNA(MATCH({group};{cell(header, column)}:{above};0))"
        candidate = f"{matters}*({group}>0)*{is_new}"
        # Rows that don't count get numbers of their own, which no mode can be. No mode: each group has one row left.
        most_frequent = f"SUMPRODUCT(MODE({candidate}*{group}-(1-{candidate})*ROW({names})))"
        any_of_them = f"SUMPRODUCT(MAX({candidate}*{group}))"
        yield Content(line, column, f"=IF(OR({none_if};{above}=0);0;IFERROR({most_frequent};{any_of_them}))")


def _last_row(column: str) -> str:
    return f"=SUMPRODUCT(MAX(ISNUMBER({column})*ROW({column})))"


def _first_row(matters: str, column: str) -> str:
    """The smallest row that matters, or 0 where there is none, without a function that Google and LibreOffice treat
    differently."""
    return f"MOD(10000000-SUMPRODUCT(MAX({matters}*(10000000-ROW({column}))));10000000)"


def _open_part(items: TabColumns, key: str) -> str:
    return items.part(key, FIRST_OPEN_ITEM, LAST_ITEM)


def _to_prepare(items: TabColumns) -> str:
    """1 for the items of an open order that is not packed yet, else 0."""
    ids = _open_part(items, "order_id")
    wanted = f"{cell(LISTS + 1, PREPARE_ID)}:{cell(LISTS + OPEN, PREPARE_ID)}"
    return f'({ids}<>"")*ISNUMBER(MATCH({ids};{wanted};0))'


def _number(values: str) -> str:
    """The values with 0 for what is no number, since the merchant may write anything."""
    return f"IF(ISNUMBER({values});{values};0)"
