"""The merchant's spreadsheet as the writer needs it: read in few calls, and mended where tags are missing."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from connector.clock import Clock
from connector.language import ShopLanguage, speaking
from connector.language import gettext as _
from connector.log import get_logger
from connector.sheets import tabs, tags
from connector.sheets.add_column import add_column
from connector.sheets.client import SheetsApi
from connector.sheets.columns import TOTAL, Tab
from connector.sheets.errors import Kind, SheetsError
from connector.sheets.first_row import free_first_rows, refuses_what_is_gone
from connector.sheets.key_columns import SheetRows, read_rows
from connector.sheets.layout import Layout, TabLayout, read_layout
from connector.sheets.overview import Overview, read_overview, read_zone
from connector.sheets.recognise_tab import IsOurs
from connector.sheets.refusal import explained
from connector.sheets.replace import Rows
from connector.sheets.request_parts import grid_range
from connector.sheets.summary.make import make_summary_anew, make_wanted_summary
from connector.sheets.tables import Tables, read_tables

log = get_logger(__name__)

Json = dict[str, Any]

TIME_ZONE_LASTS = timedelta(hours=1)
"""How long a change of the spreadsheet's time zone may go unnoticed."""
TABLES_UNNOTICED = timedelta(minutes=5)
"""How long rows may go in below a table that the merchant made. With the first rows after that it takes them in."""
TIMES_CHECKED = 3
"""How often in a row the same layout may be checked when a batch is applied. What the checks rest on is not documented
in full (see `tags.check_place`): if Google should refuse them where nothing has moved, they must not end the writing.
"""
SUMMARY_TRIES = 3
"""How often a process tries in vain to make the summary that a spreadsheet waits for."""


class Workbook:
    """One spreadsheet. Each method may call Google and raises SheetsError."""

    def __init__(
        self,
        api: SheetsApi,
        spreadsheet_id: str,
        *,
        titles: Mapping[Tab, str],
        is_ours: IsOurs,
        clock: Clock,
        time_zone: ZoneInfo | None = None,
        language: ShopLanguage | None = None,
        overview_read: Callable[[Overview], object] = lambda _: None,
        newest_first: bool = False,
    ) -> None:
        """`titles`: the tabs' names, where they are set. `time_zone`: what dates are written in; None for the
        spreadsheet's own. `language`: what tabs are made in; None for the spreadsheet's own. `overview_read` is told
        where zone or locale are others than before. `newest_first`: whether new rows are to come in below the
        header."""
        self.spreadsheet_id = spreadsheet_id
        self.newest_first = newest_first
        self._api = api
        self._titles = titles
        self._is_ours = is_ours
        self._clock = clock
        self._fixed_zone = time_zone
        self._language = language or ShopLanguage()
        self._overview_read = overview_read
        self._zone: tzinfo | None = None
        self._told: tuple[str, str | None] | None = None
        self._zone_read_at: datetime | None = None
        self._latest: Layout | None = None
        self._placed: Layout | None = None
        self._times_same = 0
        self._refuses_what_is_gone: bool | None = None
        self._summary_failures = Counter[int]()
        self._tables: Tables = {}
        self._tables_read_at: datetime | None = None
        self._with_looks = True

    def layout(self, may_write: Callable[[Layout], object] = lambda _: None) -> Layout:
        """The tabs as they are now, made or mended first where they need it. One read where they don't.

        `may_write` is called before anything is made, with what is there, and raises where nothing may be.
        """
        layout = self.look()
        may_write(layout)
        if not layout.is_complete:
            self._prepare(layout)
            log.info("sheet.prepared", spreadsheet_id=self.spreadsheet_id)
            layout = self.look()
            if not layout.is_complete:
                raise SheetsError(_("The tabs could not be made ready. It will be tried again."), kind=Kind.STALE)
        self._with_looks = True
        # No matter who the owner is and which batch was the last: the same places are the same layout.
        placed = replace(layout, owner=None, last_batch=None)
        self._times_same = self._times_same + 1 if placed == self._placed else 1
        self._placed = placed
        self._latest = layout
        return replace(layout, is_checked=self._times_same <= TIMES_CHECKED)

    def with_first_rows(self, layout: Layout) -> Layout:
        """The layout for a batch that is made now. Before a tab's first row: one read, and once one write; where the
        newest stands first, that write with the first batch.

        Both ways of coming in below the header rest on it that Google refuses the batch where the header, or the row
        below it, was just moved. Where it doesn't, rows are inserted below the last one.
        """
        empty = [tab_layout for tab_layout in layout.tabs.values() if tab_layout.is_empty]
        first = [tab_layout for tab_layout in layout.tabs.values() if self._may_stand_first(tab_layout)]
        if not (empty or first) or not layout.is_checked:
            return layout
        free = free_first_rows(self._api, self.spreadsheet_id, empty)
        if (free or first) and self._refuses_what_is_gone is None:
            self._refuses_what_is_gone = refuses_what_is_gone(self._api, self.spreadsheet_id, (empty or first)[0])
        if not self._refuses_what_is_gone:
            return layout
        tabs = {
            tab: replace(tab_layout, is_first_free=tab_layout.sheet_id in free, newest_first=tab_layout in first)
            for tab, tab_layout in layout.tabs.items()
        }
        return replace(layout, tabs=tabs)

    def _may_stand_first(self, tab_layout: TabLayout) -> bool:
        """Whether new rows are to come in below the header, and there is one above the connector's rows."""
        return self.newest_first and (tab_layout.is_empty or tab_layout.has_rows_below_header)

    def explained(self, error: SheetsError, sent: Sequence[Json]) -> SheetsError:
        """The refusal of a batch that was made from the latest layout, with its reason where the spreadsheet shows it.

        Raises nothing.
        """
        return explained(error, self._api, self.spreadsheet_id, sent, self._latest or Layout())

    def tables(self) -> Tables:
        """The tables that the merchant has made of tabs. One read where there are any; else one in five minutes."""
        read_at = self._tables_read_at
        if self._tables or read_at is None or self._clock.now() - read_at > TABLES_UNNOTICED:
            self._tables = read_tables(self._api, self.spreadsheet_id)
            self._tables_read_at = self._clock.now()
        return self._tables

    def look_for_tables(self) -> None:
        """Has `tables` read them anew, as Google refused something that a table may be the reason for."""
        self._tables_read_at = None

    def add_wanted_summary(self) -> None:
        """Makes the tab `Summary` after the tabs were made for the first time; later there is nothing to do.

        Never raises SheetsError: orders must not wait for it. What fails is tried again with a later batch.
        """
        tag = None if self._latest is None else self._latest.summary
        if self._latest is None or tag is None or not tag.is_wanted or self._summary_failures[tag.id] >= SUMMARY_TRIES:
            return
        try:
            with speaking(self._latest.words.spoken):
                make_wanted_summary(self._api, self.spreadsheet_id, self._latest, newest_first=self.newest_first)
        except SheetsError as error:
            self._summary_failures[tag.id] += 1
            log.warning("summary.failed", reason=error.message, times=self._summary_failures[tag.id])
            return
        self._latest = replace(self._latest, summary=replace(tag, is_wanted=False))

    def make_summary(self) -> str:
        """Makes the tab `Summary` anew, in place of the one that the connector made before; returns its title."""
        layout = self.layout()
        if not self._language.is_known:
            self._read_overview()
        with speaking(self._language.current):
            return make_summary_anew(self._api, self.spreadsheet_id, layout, newest_first=self.newest_first)

    def add_column(self, key: str) -> str:
        """Adds an optional column to `Orders` where it is missing; returns a sentence that says what was done."""
        return add_column(self._api, self.spreadsheet_id, self.layout(), key)

    def zone(self) -> tzinfo:
        """The time zone that dates are written in. One read an hour at the most."""
        if self._fixed_zone is not None:
            return self._fixed_zone
        old = self._zone_read_at is None or self._clock.now() - self._zone_read_at > TIME_ZONE_LASTS
        if self._zone is None or old:
            self._read_overview()
        return self._zone or UTC

    @property
    def known_zone(self) -> tzinfo | None:
        """The time zone as far as it is known, without a call; None before it was first read."""
        return self._fixed_zone or self._zone

    def find_orders(self, layout: Layout, order_ids: Collection[str], *, noted: Collection[str] = ()) -> Rows:
        """The rows in which orders stand now, and for those in `noted` the notes in `Total`. One read for each of the
        two, none for no orders."""
        if not order_ids:
            return Rows()
        tab_layout = layout.tabs[Tab.ORDERS]
        at = tabs.find_rows(self._api, self.spreadsheet_id, tab_layout, order_ids)
        rows = sorted(row for order_id, row in at.items() if order_id in noted)
        column = tab_layout.columns.get(TOTAL)
        if not rows or column is None:
            return Rows(at)
        cells = [grid_range(tab_layout.sheet_id, rows=(row, row + 1), columns=(column, column + 1)) for row in rows]
        return Rows(at, self._api.notes(self.spreadsheet_id, cells))

    def look(self) -> Layout:
        """The tabs as they are now, whether or not rows can be written. One read, and nothing is changed."""
        return read_layout(self._api.find_metadata(self.spreadsheet_id, tags.LOOKUPS), self.spreadsheet_id)

    def look_for_rows(self) -> Layout:
        """As `look`, with tabs that have lost their tags (an older version was restored) and are known by their titles.

        Up to seven reads more where that is so.
        """
        return tabs.with_untagged(self._api, self.spreadsheet_id, self.look(), self._titles, self._is_ours)

    def _prepare(self, layout: Layout) -> None:
        """Makes what is missing, with the looks of new tabs at the first try only: a request that gets no clear answer
        may do so again and again for its looks alone, and orders must not wait for those."""
        with_looks, self._with_looks = self._with_looks, False
        overview = self._read_overview()
        with speaking(self._language.current):
            tabs.prepare(
                self._api,
                self.spreadsheet_id,
                layout,
                self._titles,
                overview,
                self._is_ours,
                with_looks=with_looks,
            )

    def rows_known_by_their_ids(self, layout: Layout, *, with_numbers: bool = False) -> SheetRows:
        """Which orders have rows, and how many, by the key columns. One read. To be closed."""
        return read_rows(self._api, self.spreadsheet_id, layout, with_numbers=with_numbers)

    def _read_overview(self) -> Overview:
        overview = read_overview(self._api, self.spreadsheet_id)
        self._language.saw(overview.locale)
        self._zone = read_zone(overview.time_zone)
        if self._zone is None:
            log.warning("sheet.time_zone_unknown", time_zone=overview.time_zone)
            self._zone = UTC
        if self._told != (overview.time_zone, overview.locale):
            self._overview_read(overview)
            self._told = overview.time_zone, overview.locale
        self._zone_read_at = self._clock.now()
        return overview
