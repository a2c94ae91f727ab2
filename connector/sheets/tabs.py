"""Makes the connector's tabs where they are missing, and finds its way again where tags are."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from connector.log import get_logger
from connector.sheets import tags
from connector.sheets.client import SheetsApi
from connector.sheets.columns import COLUMNS, KEY, RECEIVED, Tab, tab_titles
from connector.sheets.create import append_rows, create_in_blank_tab, create_tab, tag_columns, tag_end
from connector.sheets.errors import Kind, SheetsError
from connector.sheets.formatting import format_tab
from connector.sheets.layout import Layout, TabLayout
from connector.sheets.overview import Overview, TabOverview, read_overview
from connector.sheets.recognise_tab import IsOurs, is_blank, recognise
from connector.sheets.refusal import explained
from connector.sheets.request_parts import delete_metadata, new_id
from connector.sheets.values import as_text, column_values, two_columns

log = get_logger(__name__)

Json = dict[str, Any]
_CHUNK = 500
_WHATEVER_IS_ASKED = frozenset(
    {Kind.CREDENTIALS, Kind.PERMISSION, Kind.MISSING, Kind.RATE_LIMIT, Kind.FULL, Kind.NOT_SENT}
)
"""What Google answers to a request without looks just as well."""


def prepare(
    api: SheetsApi,
    spreadsheet_id: str,
    layout: Layout,
    titles: Mapping[Tab, str],
    overview: Overview,
    is_ours: IsOurs,
    *,
    with_looks: bool = True,
) -> None:
    """Makes or marks what is missing in the layout, in one atomic write and in the language that is spoken. The layout
    must be read again after it. `titles`: the tabs' names, where they are set.

    May be repeated after an unclear answer: two tabs can't have the same title, and where there are two tags for the
    end, both are replaced. Raises SheetsError.
    """
    requests: list[Json] = []
    looks: list[Json] = []
    taken = {sheet.title.casefold() for sheet in overview.tabs}
    for tab in Tab:
        known = layout.tabs.get(tab)
        if known is not None:
            if not known.knows_its_end:
                requests += (delete_metadata(tag.id) for tag in known.last + known.end)
                requests += _tag_end(api, spreadsheet_id, tab, known, overview, is_ours)
            continue
        wanted = tab_titles(titles, tab)[0]
        same_title = overview.titled(wanted)
        found = _recognised(api, spreadsheet_id, tab, overview, titles, is_ours)
        if found:
            requests += tag_columns(tab, found)
            requests += _tag_end(api, spreadsheet_id, tab, found, overview, is_ours)
        elif same_title and _is_blank_tab(api, spreadsheet_id, tab, same_title):
            requests += create_in_blank_tab(tab, same_title.sheet_id, same_title.row_count)
            looks += format_tab(tab, same_title.sheet_id)
        else:
            title = free_title(wanted, taken)
            taken.add(title.casefold())
            sheet_id = new_id()
            requests += create_tab(tab, title, sheet_id)
            looks += format_tab(tab, sheet_id)
            if same_title:
                log.warning("sheet.tab_left_alone", tab=same_title.title, made_instead=title)
    if not layout.tabs and layout.summary is None:
        requests.append(tags.create_summary_tag(tags.WANTED))
    if requests:
        try:
            _apply(api, spreadsheet_id, requests, looks if with_looks else [])
        except SheetsError as error:
            raise explained(error, api, spreadsheet_id, requests + looks, layout) from error


def _apply(api: SheetsApi, spreadsheet_id: str, requests: list[Json], looks: list[Json]) -> None:
    """One write. Where Google refuses it, it may be for the looks, and orders must not wait for those."""
    try:
        api.batch_update(spreadsheet_id, requests + looks)
    except SheetsError as error:
        if not looks or error.is_unclear or error.kind in _WHATEVER_IS_ASKED:
            raise
        log.warning("sheet.looks_refused", reason=error.message)
        api.batch_update(spreadsheet_id, requests)


def can_go_on_in(api: SheetsApi, spreadsheet_id: str, tab: Tab, sheet: TabOverview, is_ours: IsOurs) -> bool:
    """Whether `prepare` would go on in a tab that has the right title and no tags; else it makes another. Reads only.

    Raises SheetsError.
    """
    return _recognise(api, spreadsheet_id, tab, sheet, is_ours) is not None or _is_blank_tab(
        api, spreadsheet_id, tab, sheet
    )


def with_untagged(
    api: SheetsApi, spreadsheet_id: str, layout: Layout, titles: Mapping[Tab, str], is_ours: IsOurs
) -> Layout:
    """The layout with those tabs, too, that have lost their tags, as `prepare` would go on in them. Reads only, and
    nothing where no tab is missing. Raises SheetsError."""
    missing = [tab for tab in Tab if tab not in layout.tabs]
    if not missing:
        return layout
    overview = read_overview(api, spreadsheet_id)
    found = {
        tab: place for tab in missing if (place := _recognised(api, spreadsheet_id, tab, overview, titles, is_ours))
    }
    return replace(layout, tabs={**layout.tabs, **found})


def _recognised(
    api: SheetsApi, spreadsheet_id: str, tab: Tab, overview: Overview, titles: Mapping[Tab, str], is_ours: IsOurs
) -> TabLayout | None:
    """The tab without tags that was made by the connector, in whatever language."""
    named = (sheet for title in tab_titles(titles, tab) if (sheet := overview.titled(title)))
    found = (_recognise(api, spreadsheet_id, tab, sheet, is_ours) for sheet in named)
    return next((place for place in found if place is not None), None)


def _recognise(api: SheetsApi, spreadsheet_id: str, tab: Tab, sheet: TabOverview, is_ours: IsOurs) -> TabLayout | None:
    return recognise(api, spreadsheet_id, tab, sheet.sheet_id, sheet.row_count, is_ours) if sheet.is_grid else None


def find_rows(api: SheetsApi, spreadsheet_id: str, tab_layout: TabLayout, order_ids: Collection[str]) -> dict[str, int]:
    """The row in which each of the orders stands now, by the key column. One read. Raises SheetsError."""
    column = tab_layout.columns.get(KEY)
    if column is None:
        return {}
    rows: dict[str, int] = {}
    for index, value in enumerate(column_values(api, spreadsheet_id, tab_layout.sheet_id, column)):
        if (text := as_text(value)) in order_ids:
            rows.setdefault(text, index)
    return rows


def _tag_end(
    api: SheetsApi, spreadsheet_id: str, tab: Tab, tab_layout: TabLayout, overview: Overview, is_ours: IsOurs
) -> Iterator[Json]:
    """Looks for the last of the connector's rows, and tags it and the row below."""
    # The first columns are filled in every row: where the merchant has deleted one, the next tells nearly as well.
    columns = tab_layout.columns
    if KEY in columns and RECEIVED in columns:
        ids, times = two_columns(api, spreadsheet_id, tab_layout.sheet_id, columns[KEY], columns[RECEIVED])
        # A note of the merchant's in the key column is no row, even if the store has taken it for an order's id.
        values = [order_id if as_text(time) else "" for order_id, time in zip(ids, times, strict=True)]
    else:
        column = next(
            (columns[column.key] for column in COLUMNS[tab] if column.key in columns and not column.is_optional), 0
        )
        values = column_values(api, spreadsheet_id, tab_layout.sheet_id, column)
    texts = [as_text(value) for value in values]
    first = 0 if tab_layout.header_row is None else tab_layout.header_row + 1
    last = max(first + _last_of_ours(texts[first:], is_ours), 0)
    here = overview.with_id(tab_layout.sheet_id)
    if here is None or last + 1 >= here.row_count:
        yield append_rows(tab_layout.sheet_id, 1)
    yield from tag_end(tab, tab_layout.sheet_id, last)


def _last_of_ours(texts: Sequence[str], is_ours: IsOurs) -> int:
    """The index of the last text that is one of our order ids; -1 if there is none.

    Where the store knows none of them (it is a new one beside an old spreadsheet), the rows down to the first gap
    count as ours.
    """
    for end in range(len(texts), 0, -_CHUNK):
        start = max(end - _CHUNK, 0)
        ours = is_ours([text for text in texts[start:end] if text])
        for index in range(end - 1, start - 1, -1):
            if texts[index] in ours:
                return index
    return next((index for index, text in enumerate(texts) if not text), len(texts)) - 1


def _is_blank_tab(api: SheetsApi, spreadsheet_id: str, tab: Tab, sheet: TabOverview) -> bool:
    """Whether a tab of the merchant's is empty, and wide enough."""
    is_wide_enough = sheet.is_grid and sheet.column_count >= len(COLUMNS[tab])
    return is_wide_enough and is_blank(api, spreadsheet_id, sheet.sheet_id)


def free_title(title: str, taken: Collection[str]) -> str:
    """The title, with a number behind it where a tab of the merchant's own has it already."""
    if title.casefold() not in taken:
        return title
    numbered = (f"{title} {number}" for number in range(2, len(taken) + 3))
    return next(title for title in numbered if title.casefold() not in taken)
