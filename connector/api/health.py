"""Liveness and readiness."""

from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from connector.jobs.reasons import is_late, reasons
from connector.metrics.quota import Quota
from connector.runtime import Service
from connector.serializers import moment
from connector.store.breakers import Part
from connector.store.commit import StoreReplacedError
from connector.store.standing import read_standing


def health_blueprint(service: Service) -> Blueprint:
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def alive() -> Response:
        """The process answers. No dependency is asked, so that a restart is only ever asked for where it helps."""
        return jsonify(status="ok")

    @blueprint.get("/readyz")
    def ready() -> tuple[Response, int]:
        """200 if the database works and orders reach the sheet, else 503. An order that is set aside is a problem, and
        no reason to send webhooks elsewhere."""
        now = service.clock.now()
        try:
            service.database.check_file()
            with service.database.read() as connection:
                standing = read_standing(connection, service.shop)
        except StoreReplacedError as error:
            return jsonify(status="not ready", database="unavailable", problems=[str(error)]), 503
        except SQLAlchemyError:
            return jsonify(status="not ready", database="unavailable"), 503
        late = is_late(standing, now)
        problems = [problem.sentence for problem in reasons(standing, service.problems.current(), now)]
        problems += [problem for problem in service.findings.problems if problem not in problems]
        body = {
            "status": "not ready" if late else "ready",
            "database": "ok",
            "last_sheet_write": moment(standing.breakers[Part.SHEET].worked_at),
            "oldest_unwritten_order": moment(standing.oldest_unwritten),
            "orders_set_aside": [order.order_id for order in standing.rows_refused.first],
            "last_webhook": moment(service.arrivals.latest),
            "last_test_webhook": service.arrivals.test,
            "google_requests": {quota: service.instruments.quota.used(quota) for quota in Quota},
            "problems": problems,
        }
        return jsonify(body), 503 if late else 200

    return blueprint
