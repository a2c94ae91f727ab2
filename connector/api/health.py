"""Liveness, readiness, and the metrics for Prometheus."""

import re
from collections.abc import Sequence
from time import perf_counter
from typing import Any, cast

from flask import Blueprint, Flask, Request, Response, g, jsonify, request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from sqlalchemy.exc import SQLAlchemyError

from connector.jobs.reasons import is_late, late_shops, reasons
from connector.metrics.collector import StoreCollector, StoreFigures
from connector.observer import Observer
from connector.runtime.condition import condition_of
from connector.runtime.instances import Living, living
from connector.runtime.service import Service
from connector.runtime.shop import Shop
from connector.serializers import moment
from connector.sheets.quota import Quota
from connector.store.all_shops import unwritten
from connector.store.breakers import Part
from connector.store.commit import StoreReplacedError
from connector.store.standing import read_standing

READY, NOT_READY = "ready", "not ready"
NO_DATABASE = (
    "The database does not answer just now, so nothing can be stored; the log says why. Whapi sends again what is "
    "answered with 503."
)
MOST_SHOPS_NAMED = 20
UNMATCHED = "unmatched"
"""The route of every address that is not there: as a label, addresses would be without number."""
_OTHER = "other"
_PLACEHOLDER = re.compile(r"<(?:[^:<>]*:)?_?([^:<>]+)>")


def metrics_blueprint(service: Service) -> Blueprint:
    blueprint = Blueprint("metrics", __name__)
    of_shops: dict[str, CollectorRegistry] = {}

    @blueprint.get("/metrics")
    def metrics() -> Response:
        """All figures; of several shops, to one of them its own. Answers also where the database can't be read, without
        what it knows."""
        shop: Shop | None = g.get("shop")
        registry = service.instruments.registry
        if service.has_many and shop is not None:
            registry = of_shops.get(shop.name) or of_shops.setdefault(shop.name, _registry_of(shop))
        # The plain text format, which every version of Prometheus reads.
        response = Response(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)
        response.headers["Cache-Control"] = "no-store"
        return response

    return blueprint


def _registry_of(shop: Shop) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(StoreCollector(StoreFigures(shop.database, shop.name, shop.clock)))
    return registry


class TimedRequest(Request):
    """Knows when it began. Cheaper than a hook before each request."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self.began = perf_counter()
        super().__init__(*args, **options)


def observe_requests(app: Flask, observer: Observer) -> None:
    """Has the observer told of each answer. On the webhook's path every microsecond counts, so it is one hook alone."""
    app.request_class = TimedRequest
    routes: dict[str, str] = {}

    @app.after_request
    def answered(response: Response) -> Response:
        this = cast("TimedRequest", request)
        rule = this.url_rule
        if rule is None:
            method, route = _OTHER, UNMATCHED
        else:
            method = this.method
            route = routes.get(rule.rule) or routes.setdefault(rule.rule, route_label(rule.rule))
        seconds = perf_counter() - this.began
        observer.answered(method=method, route=route, status=response.status_code, seconds=seconds)
        return response


def route_label(rule: str) -> str:
    """The rule without its converters: `/orders/<path:order_id>` as `/orders/<order_id>`."""
    return _PLACEHOLDER.sub(r"<\1>", rule)


def health_blueprint(service: Service) -> Blueprint:
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def alive() -> Response:
        """The process answers. No dependency is asked, so that a restart is only ever asked for where it helps."""
        return jsonify(status="ok")

    @blueprint.get("/readyz")
    def ready() -> tuple[Response, int]:
        """200 if the database works and orders reach the sheet, else 503. An order that is set aside is a problem, and
        no reason to send webhooks elsewhere. Where several shops are asked for: 200 if it goes well with one of them.
        An instance that only receives, because another one works: 200 if it can store.
        """
        shop: Shop | None = g.get("shop")
        try:
            service.database.check_file()
            body = _of_all(service) if shop is None else _of_one(shop)
        except StoreReplacedError as error:
            return jsonify(status=NOT_READY, database="unavailable", problems=[str(error)]), 503
        except SQLAlchemyError:
            problem = service.database.unreachable or NO_DATABASE
            return jsonify(status=NOT_READY, database="unavailable", problems=[problem]), 503
        return jsonify(body), 200 if body["status"] == READY else 503

    return blueprint


def _of_one(shop: Shop) -> dict[str, Any]:
    now = shop.clock.now()
    condition = condition_of(shop)
    with shop.database.read() as connection:
        standing = read_standing(connection, shop.name)
        instances = living(connection, shop.dispatcher.leases)
    problems = [problem.sentence for problem in reasons(standing, condition.problems, now)]
    problems += [problem for problem in condition.warnings if problem not in problems]
    # One that another instance works for has nothing here that could be late: what comes in is stored.
    works = shop.dispatcher.works_for(shop.name)
    body: dict[str, Any] = {
        "status": NOT_READY if (works or not instances) and is_late(standing, now) else READY,
        "database": "ok",
        "last_sheet_write": moment(standing.breakers[Part.SHEET].worked_at),
        "oldest_unwritten_order": moment(standing.oldest_unwritten),
        "orders_set_aside": [order.order_id for order in standing.rows_refused.first],
        "last_webhook": moment(condition.latest_webhook),
        "last_test_webhook": condition.test_webhook,
        "google_requests": {quota: shop.account.budget.used(quota) for quota in Quota},
        "problems": problems,
    }
    if instances:
        body["works_here"] = works
        if shop.context.secrets is None:  # The only shop. Of several the operator alone may know where they run.
            body["instances"] = _instances(instances)
    return body


def _instances(instances: Sequence[Living]) -> list[dict[str, Any]]:
    return [
        {
            "address": instance.address,
            "version": instance.version,
            "since": moment(instance.started_at),
            "last_seen": moment(instance.seen_at),
            "accounts": list(instance.accounts),
            "is_this": instance.is_this,
        }
        for instance in instances
    ]


def _of_all(service: Service) -> dict[str, Any]:
    """One look at the store, however many shops there are."""
    out = service.out
    served = service.shops.keys() - out.keys()
    with service.database.read() as connection:
        late = [name for name in late_shops(unwritten(connection), service.clock.now()) if name in served]
        instances = living(connection, service.leases)
    ready = len(served) - len(late)
    only_receives = bool(instances) and not service.dispatcher.works_for_any
    return {
        "status": READY if ready or only_receives or not (late or out) else NOT_READY,
        "database": "ok",
        "shops": {"ready": ready, "not_ready": len(late), "out": len(out)},
        "shops_not_ready": [*late, *sorted(out)][:MOST_SHOPS_NAMED],
        **({"instances": _instances(instances)} if instances else {}),
    }
