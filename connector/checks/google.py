"""Google: the key, the spreadsheet and its tabs, who writes into it, and the quota of requests."""

from collections.abc import Callable, Generator, Iterator, Mapping
from datetime import timedelta
from functools import partial

from connector.checks.running import readiness
from connector.clock import Clock, SystemClock
from connector.findings import Finding
from connector.jobs.guards import CHANGED, DOES_NOT_BLOCK, prove_guard
from connector.jobs.ownership import Ownership, lost_sentence, waits_sentence
from connector.language import ShopLanguage, marked, number, speak
from connector.language import gettext as _
from connector.runtime.addresses import local_address
from connector.runtime.clients import sheets_api
from connector.runtime.spreadsheet import given_titles, known_ids
from connector.settings import Settings
from connector.sheets import tags
from connector.sheets.budget import Budget
from connector.sheets.client import SheetsApi
from connector.sheets.columns import COLUMNS, KEY, Tab, tab_titles
from connector.sheets.idempotency.marker import Marker
from connector.sheets.layout import Layout, TabLayout, read_layout
from connector.sheets.overview import MOST_CELLS, Overview, read_overview, read_zone
from connector.sheets.quota import LIMIT, Quota
from connector.sheets.recognise_tab import IsOurs
from connector.sheets.tabs import can_go_on_in
from connector.store import spreadsheets
from connector.store.database import Database
from connector.store.orders import has_rows

_NAME = "google"
NEARLY_FULL = MOST_CELLS * 9 // 10
_NEW = timedelta(hours=1)
"""So old a database may be and still count as one that had just been made."""
_SAID_FOR = timedelta(days=7)
_CALLS = {Quota.READ: marked("read"), Quota.WRITE: marked("write")}
_QUOTA = "quota"
NEAR_ITS_END = LIMIT * 9 // 10


def check_google(settings: Settings, database: Database | None, *, shop: str) -> Iterator[Finding]:
    """Everything, with seven to ten writes of which nothing is left; without a database only what can be read."""
    api = sheets_api(settings)
    yield Finding.ok(_NAME, _("The key belongs to {account}.").format(account=api.account))
    overview = yield from _look(api, settings, partial(_speak_as_of, settings))
    if database is not None:
        yield _prove(api, settings, database, overview)
        yield from _tabs(api, settings, database, overview, shop)


def check_google_cheaply(
    api: SheetsApi, settings: Settings, *, seen: Callable[[Overview], object] = lambda _: None
) -> Iterator[Finding]:
    """What one read tells; `seen` is told what that was, before anything is said of it."""
    overview = yield from _look(api, settings, seen)
    for tab in overview.tabs:
        if tab.tab is not None:
            yield from (Finding.problem(_NAME, tab.sentence(lock, api.account)) for lock in tab.lasting_locks)


def _speak_as_of(settings: Settings, overview: Overview) -> None:
    """From now on what the spreadsheet's owner speaks."""
    language = ShopLanguage(settings.language)
    language.saw(overview.locale)
    speak(language.current)


def _look(
    api: SheetsApi, settings: Settings, seen: Callable[[Overview], object] = lambda _: None
) -> Generator[Finding, None, Overview]:
    overview = read_overview(api, settings.spreadsheet_id)
    seen(overview)
    yield Finding.ok(
        _NAME,
        _("Google gives a token, and the spreadsheet can be read. Its time zone is {time_zone}.").format(
            time_zone=overview.time_zone
        ),
    )
    if settings.timezone is None and read_zone(overview.time_zone) is None:
        yield Finding.warning(
            _NAME,
            _(
                "The connector does not know the spreadsheet's time zone {time_zone}, so dates are "
                "written in UTC. Choose another one under File, Settings, or put a name such as "
                "Europe/Berlin into TIMEZONE."
            ).format(time_zone=overview.time_zone),
        )
    if overview.cells >= NEARLY_FULL:
        yield Finding.warning(
            _NAME,
            _(
                "The spreadsheet has {cells} of the {most_cells} cells that Google allows. "
                "Delete tabs, rows or columns that are not needed, or begin a new spreadsheet and "
                "put its address into SPREADSHEET_ID."
            ).format(cells=number(overview.cells), most_cells=number(MOST_CELLS)),
        )
    return overview


def _prove(api: SheetsApi, settings: Settings, database: Database, overview: Overview) -> Finding:
    """Proves in one go that the connector may write, and which guard keeps rows from being written twice."""
    sheet_id = next(tab.sheet_id for tab in overview.tabs if tab.is_grid)
    chosen = prove_guard(database, api, settings.spreadsheet_id, sheet_id, clock=SystemClock())
    if not chosen.blocks:
        return Finding.warning(_NAME, _(DOES_NOT_BLOCK))
    if chosen.guard.name != Marker.name:
        return Finding.warning(_NAME, _(CHANGED))
    return Finding.ok(_NAME, _("The spreadsheet can be written, and Google refuses a second marker with the same id."))


def _tabs(api: SheetsApi, settings: Settings, database: Database, overview: Overview, shop: str) -> Iterator[Finding]:
    layout = read_layout(api.find_metadata(settings.spreadsheet_id, tags.LOOKUPS), settings.spreadsheet_id)
    yield from check_owner(layout, api, database, settings.spreadsheet_id, clock=SystemClock())
    given = given_titles(settings)
    titles = {tab: _title(overview, given, tab) for tab in Tab}
    to_be_made, all_hold = [], True
    for tab in Tab:
        if tab in layout.tabs:
            findings = list(_present(api, overview, tab, layout.tabs[tab], titles[tab]))
        elif overview.titled(titles[tab]) is not None:
            findings = list(_untagged(api, settings, known_ids(database, shop), overview, tab, titles[tab]))
        else:
            findings = list(_missing(database, shop, titles[tab]))
            to_be_made += [] if findings else [titles[tab]]
        all_hold = all_hold and all(finding.holds for finding in findings)
        yield from findings
    if to_be_made:
        yield Finding.ok(
            _NAME,
            _("Not there yet: {to_be_made}. setup makes the tabs, or else the first order.").format(
                to_be_made=_(" and ").join(to_be_made)
            ),
        )
    elif all_hold:
        yield Finding.ok(_NAME, _("The tabs and their columns are found."))


def _title(overview: Overview, given: Mapping[Tab, str], tab: Tab) -> str:
    """What the tab is called; a new one, if there is none."""
    titles = tab_titles(given, tab)
    return next((title for title in titles if overview.titled(title) is not None), titles[0])


def _untagged(
    api: SheetsApi, settings: Settings, is_ours: IsOurs, overview: Overview, tab: Tab, title: str
) -> Iterator[Finding]:
    """A tab with the right title, of the merchant's own, or from an old version; or one that has lost its tags."""
    same = overview.titled(title)
    assert same is not None
    if can_go_on_in(api, settings.spreadsheet_id, tab, same, is_ours):
        return
    if same.is_grid:
        yield Finding.warning(
            _NAME,
            _(
                "The tab {title} holds something that is not the connector's, so the next order will "
                "make another tab. To go on in this one, write these titles into its first row: "
                "{titles}."
            ).format(title=same.title, titles=_titles(tab)),
        )
    else:
        yield Finding.warning(
            _NAME,
            _("The tab {title} is a chart's, without cells, so the next order will make another tab.").format(
                title=same.title
            ),
        )


def _missing(database: Database, shop: str, title: str) -> Iterator[Finding]:
    with database.read() as connection:
        if not has_rows(connection, shop):
            return
    yield Finding.warning(
        _NAME,
        _(
            "The tab {title} was deleted. File, Version history in the browser brings it back; "
            "otherwise setup, or the next order, makes a new one for what comes from then on."
        ).format(title=title),
    )


def _present(api: SheetsApi, overview: Overview, tab: Tab, place: TabLayout, wanted: str) -> Iterator[Finding]:
    seen = overview.find(tab)
    title = seen.title if seen is not None else str(tab)
    other = overview.titled(wanted)
    if other is not None and other.sheet_id != place.sheet_id and other.tab is None:
        yield Finding.ok(
            _NAME,
            _("Rows go into the tab {title}. The tab {other} is not the connector's, and is left alone.").format(
                title=title, other=other.title
            ),
        )
    if place.header_row is None:
        yield Finding.warning(
            _NAME,
            _(
                "The header of the tab {title} was deleted. Rows are written all the same; to have "
                "it back, insert a row at the top with the titles: {titles}."
            ).format(title=title, titles=_titles(tab)),
        )
    if KEY not in place.columns:
        yield Finding.problem(
            _NAME,
            _(
                "The column Order ID of the tab {title} was deleted, so rows can't be found again. "
                "Undo that in the browser: File, Version history."
            ).format(title=title),
        )
    # Whether they were deleted, or never there, nothing tells.
    missing = [
        column.title
        for column in COLUMNS[tab]
        if column.key not in place.columns and column.key != KEY and not column.is_optional
    ]
    if missing:
        yield Finding.ok(
            _NAME,
            _("The tab {title} goes without these columns, and they are left out: {missing}.").format(
                title=title, missing=", ".join(missing)
            ),
        )
    last_row = max((tag.row for tag in place.last), default=place.header_row or 0)
    if seen is not None:
        yield from (Finding.problem(_NAME, seen.sentence(lock, api.account)) for lock in seen.locks_at(last_row + 1))


def _titles(tab: Tab) -> str:
    return ", ".join(column.title for column in COLUMNS[tab] if not column.is_optional)


def check_owner(
    layout: Layout, api: SheetsApi, database: Database, spreadsheet_id: str, *, clock: Clock
) -> Iterator[Finding]:
    """Calls nobody."""
    other = Ownership(database, api, spreadsheet_id, clock=clock).other_owner(layout)
    with database.read() as connection:
        hold = spreadsheets.get_hold(connection, spreadsheet_id)
    if other is not None:
        yield Finding.problem(_NAME, lost_sentence(other, hold) if hold.lost_to else waits_sentence(other))
    yield from _check_new_database(database, hold, clock=clock)


def _check_new_database(database: Database, hold: spreadsheets.Hold, *, clock: Clock) -> Iterator[Finding]:
    now = clock.now()
    if hold.learned_at is None or not hold.learned_orders or now - hold.learned_at > _SAID_FOR:
        return
    _unused, created_at = database.write(lambda connection: spreadsheets.installation_of(connection, now=now))
    if hold.learned_at - created_at <= _NEW:
        yield Finding.warning(
            _NAME,
            _(
                "On {learned_at:%Y-%m-%d %H:%M} UTC this database was new, and {learned_orders} "
                "orders stood in the spreadsheet already; they are not written again. If the "
                "database is new at each start, its disk is lost each time, and with it orders that "
                "wait for their items: put DATABASE_URL on a disk that stays."
            ).format(learned_at=hold.learned_at, learned_orders=number(hold.learned_orders)),
        )


def check_quota(use: Budget) -> Iterator[Finding]:
    """What this process has used in the last minute. Asks nobody."""
    yield from _findings({quota: use.used(quota) for quota in Quota})


def check_quota_of_running(settings: Settings) -> Iterator[Finding]:
    """What the service has used that runs at HOST and PORT. Says nothing where none does, or it can't be asked."""
    answer = readiness(local_address(settings), settings.webhook_secret)
    if answer is None:
        return
    try:
        used = answer.json()["google_requests"]
        counts = {quota: int(used[quota]) for quota in Quota}
    except (ValueError, TypeError, KeyError):
        return
    yield from _findings(counts)


def _findings(used: Mapping[Quota, int]) -> Iterator[Finding]:
    scarce = [quota for quota in Quota if used[quota] >= NEAR_ITS_END]
    for quota in scarce:
        yield Finding.warning(
            _QUOTA,
            _(
                "The service has sent {used} calls that {what} in the last minute, and Google allows {limit}. "
                "Orders may wait some seconds longer, and none is lost. If it stays so without many "
                "orders coming in, stop the other programs that use the same service account, or "
                "make one for the connector alone."
            ).format(used=used[quota], what=_(_CALLS[quota]), limit=LIMIT),
        )
    if not scarce:
        sentence = _("In the last minute the service has used {reads} of {limit} reads and {writes} of {limit} writes.")
        counts = {"reads": used[Quota.READ], "writes": used[Quota.WRITE]}
        yield Finding.ok(_QUOTA, sentence.format(limit=LIMIT, **counts))
