"""Takes in what a request brings, for the shop that it is about, or for each shop whose channel it names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import g

from connector.api.errors import WRONG_FIELDS, ApiError
from connector.api.request import read_json, read_json_or_form, room_for_body
from connector.gateways.forwarded import MOST_NAMED, read_forwarded
from connector.gateways.reading.result import Reading
from connector.gateways.webhook import read_webhook
from connector.jobs import routing
from connector.jobs.receive import IntakeResult
from connector.jobs.unrouted import keep_unrouted
from connector.runtime.condition import is_among_others
from connector.runtime.service import Service
from connector.runtime.shop import Shop
from connector.store.reports import About, Report, put_reports
from connector.store.shops import UNROUTED


@dataclass(slots=True)
class Taken:
    """What became of a request's content."""

    by_shop: list[tuple[Shop, IntakeResult]] = field(default_factory=list)
    ignored: int = 0
    """What is no order, and of no shop."""
    unrouted: int = 0
    """What was put aside because no shop could be found for it."""

    def counts(self) -> dict[str, int]:
        """As the answers say it."""
        results = [result for _, result in self.by_shop]
        return {
            "accepted": sum(result.accepted for result in results),
            "duplicates": sum(result.duplicates for result in results),
            "ignored": sum(result.ignored for result in results) + self.ignored,
            "quarantined": sum(result.quarantined for result in results) + self.unrouted,
        }


def take_in_webhook(service: Service, *, test: str | None) -> Taken:
    """Stores what a webhook brings; nothing of it is refused. `test`: the name that it bears if it is a test."""
    now = service.clock.now()
    shop: Shop | None = g.get("shop")
    if shop is not None:
        _arrived(shop, now, test)
    with room_for_body():
        body = read_json()
        if shop is None:
            return _take_in_routed(service, body, now=now, test=test)
        if not service.has_many:
            reading = read_webhook(body, now=now)
        else:
            reading = _only(
                shop,
                routing.route_webhook(
                    body, shop.receive.owner, rest=shop.name, sentence=routing.of_another_shop, now=now
                ),
            )
        return Taken([(shop, shop.receive.receive(reading, keep_unclear=True))])


def _arrived(shop: Shop, now: datetime, test: str | None) -> None:
    """`setup` may look for its test at another instance than the one that it came to."""
    shop.arrivals.note(now, test=test)
    if test is not None and test == shop.arrivals.test and is_among_others(shop):
        report = Report(shop.name, About.TEST, now, test)
        shop.database.write(lambda connection: put_reports(connection, [report]))


def _take_in_routed(service: Service, body: Any, *, now: datetime, test: str | None) -> Taken:
    shops = service.shops
    readings = routing.route_webhook(body, _owner(service, shops), rest=UNROUTED, sentence=routing.of_no_shop, now=now)
    rest = readings.pop(UNROUTED, Reading())
    taken = Taken(ignored=rest.ignored)
    for name, reading in readings.items():
        _arrived(shops[name], now, test)
        taken.by_shop.append((shops[name], shops[name].receive.receive(reading, keep_unclear=True)))
    taken.unrouted = keep_unrouted(service.database, rest, now=now)
    service.instruments.received(accepted=0, duplicates=0, ignored=rest.ignored, quarantined=taken.unrouted)
    return taken


def take_in_forwarded(service: Service) -> Taken:
    """Stores what `POST /orders` brings. Raises a 422 that names what is wrong, and then stores nothing of it."""
    now = service.clock.now()
    shop: Shop | None = g.get("shop")
    shops = service.shops if shop is None else {shop.name: shop}
    with room_for_body():
        body = read_json_or_form()
        if shop is None:
            owner = _owner(service, shops)
            readings = routing.route_forwarded(body, owner, rest=UNROUTED, sentence=routing.not_known, now=now)
        elif service.has_many:
            readings = routing.route_forwarded(
                body, shop.receive.owner, rest=shop.name, sentence=routing.not_this_shops, now=now
            )
        else:
            readings = {shop.name: read_forwarded(body, now=now)}
        _refuse_unclear(service, shop, readings)
        rest = readings.pop(UNROUTED, Reading())
        # Without anything in it, too, the shop that it came to says so.
        if shop is not None:
            readings.setdefault(shop.name, Reading())
        results = [
            (shops[name], shops[name].receive.receive(each, keep_unclear=False)) for name, each in readings.items()
        ]
    return Taken(results, ignored=rest.ignored)


def _refuse_unclear(service: Service, shop: Shop | None, readings: Mapping[str, Reading]) -> None:
    unclear = [part for reading in readings.values() for part in reading.unclear]
    if not unclear:
        return
    redact = service.redact if shop is None else shop.redact
    problems = [{"field": redact(part.field), "message": redact(part.reason)} for part in unclear[:MOST_NAMED]]
    raise ApiError(422, WRONG_FIELDS, fields=problems)


def _only(shop: Shop, readings: Mapping[str, Reading]) -> Reading:
    return readings.get(shop.name) or Reading()


def _owner(service: Service, shops: Mapping[str, Shop]) -> routing.Owner:
    """As the service says it, for as long as these are its shops."""

    def owner(channel_id: str | None) -> str | None:
        name = service.owner(channel_id)
        return name if name in shops else None

    return owner
