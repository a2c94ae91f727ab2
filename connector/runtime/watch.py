"""Keeps the shops that are served as SHOPS_FILE has them, while the service runs."""

import threading
from contextlib import nullcontext

from sqlalchemy.exc import SQLAlchemyError

from connector.language import gettext as _
from connector.language import marked
from connector.log import get_logger
from connector.runtime.service import Service
from connector.sheets.credentials import CredentialsError
from connector.shops.settings import ShopEntry, Shops, read_shops
from connector.store.commit import StoreClosedError
from connector.store.shops import archive, leaving_shops

log = get_logger(__name__)

EVERY = 3.0
"""Seconds between two looks at the file and the store, which cost next to nothing where all is as it was."""
IS_OUT = marked(
    "The settings of this shop are wrong, so nothing is fetched and written for it; what comes in is stored. Whoever "
    "runs this service sees what is wrong in the list of shops."
)
"""What the shop itself is told: the reasons may name other shops."""
_FAULT = marked("What stands in SHOPS_FILE can't be taken up, because of a fault or because the database failed")


class ShopsWatch:
    """Takes in shops that are new, replaces those whose settings have changed, and lets go of those that are gone.

    A shop whose entry has become wrong is put out: its webhooks are still stored, since it may be mended a minute
    later, but nothing is fetched and written for it.

    A shop that was told to leave stands in the file until it has left: it takes nothing in, and what is open is still
    fetched and written. Who removes it takes it out of the file when all is settled.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._latest: Shops | None = None
        self._served: dict[str, ShopEntry] = {}
        self._leaving: frozenset[str] = frozenset()
        self._changing = threading.Lock()

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with the file, beside single shops."""
        return () if self._latest is None else self._latest.problems

    def look(self) -> None:
        """Reads the file where it has changed since the last look, or where a shop was told to leave, and has the
        service serve what stands there. What can't be done now is done by a later look."""
        try:
            self._look()
        except Exception as error:
            self._latest = None
            sentence = _("{fault} ({name}). It is tried again by itself; the log says more.").format(
                fault=_(_FAULT), name=type(error).__name__
            )
            if sentence not in self._service.file_problems:
                log.exception("shops_file.fault")
            self._service.file_problems = (sentence,)

    def _look(self) -> None:
        with self._changing:
            leaving = self._told_to_leave()
            is_new = self._latest is None or self._latest.look.has_changed()
            if not is_new and leaving == self._leaving:
                return
            latest = read_shops(self._service.settings, before=self._served)
            self._tell(latest)
            self._latest = latest
            self._service.file_problems = latest.problems
            if latest.is_usable:
                self._follow(latest, leaving)

    def _told_to_leave(self) -> frozenset[str]:
        try:
            with self._service.database.read() as connection:
                return leaving_shops(connection)
        except (SQLAlchemyError, StoreClosedError):
            return self._leaving  # The next look may find out.

    def _archive(self, gone: frozenset[str]) -> None:
        """Shops that left and stand in the file no more: who took them out may have died before it could say so."""
        if gone:
            self._service.database.write(lambda connection: archive(connection, sorted(gone)))

    def _follow(self, latest: Shops, leaving: frozenset[str]) -> None:
        out = {name: " ".join(sentences) for name, sentences in latest.out.items()}
        # One that was to leave, or isn't any more, is added anew: the parts of a shop that leaves stay closed.
        changing = leaving ^ self._leaving
        new = {
            name: entry for name, entry in latest.good.items() if self._served.get(name) != entry or name in changing
        }
        self._leaving = leaving
        self._archive(leaving - latest.good.keys() - out.keys())
        for name in self._served.keys() - latest.good.keys() - out.keys():
            self._service.remove(name)
            del self._served[name]
            log.info("shop.removed", shop=name)
        taken = []
        for name, entry in new.items():
            try:
                self._service.add_shop(name, entry.settings, entry.account)
            except CredentialsError as error:
                out[name] = str(error)
            else:
                if name in leaving:
                    self._service.settle(name)
                    self._served[name] = entry
                    log.info("shop.leaving", shop=name)
                else:
                    taken.append(name)
        if taken:
            self._service.serve(taken)
            # Not before: where the store fails, the next look takes them in again.
            self._served.update((name, new[name]) for name in taken)
            log.info("shops.served", shops=len(taken), first=taken[0])
        for name, sentence in out.items():
            if self._service.out.get(name) != sentence:
                log.error("shop.out", shop=name, reason=sentence)
            self._served.pop(name, None)
            shop = self._service.shops.get(name)
            with nullcontext() if shop is None else shop.work.faults.speaking():
                self._service.put_out(name, _(IS_OUT))
            if name in leaving:
                self._service.refuse(name)
        self._service.set_out(out)

    def _tell(self, latest: Shops) -> None:
        known = self.problems
        for sentence in latest.problems:
            if sentence not in known:
                log.error("shops_file.wrong", reason=sentence)
