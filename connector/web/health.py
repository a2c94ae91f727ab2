"""Liveness and readiness."""

from datetime import timedelta

from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from connector.metrics.quota import Quota
from connector.present import moment
from connector.service import Service
from connector.store import pauses
from connector.store.commit import StoreReplacedError
from connector.store.orders import oldest_unwritten
from connector.store.pauses import Part

LONGEST_DELAY = timedelta(minutes=5)
"""How old an order may get without its row in the sheet before the service calls itself not ready."""


def health_blueprint(service: Service) -> Blueprint:
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def alive() -> Response:
        """The process answers. No dependency is asked, so that a restart is only ever asked for where it helps."""
        return jsonify(status="ok")

    @blueprint.get("/readyz")
    def ready() -> tuple[Response, int]:
        """200 if the database works and orders reach the sheet, else 503."""
        now = service.clock.now()
        try:
            service.database.check_file()
            with service.database.read() as connection:
                sheet = pauses.get_pause(connection, service.shop, Part.SHEET)
                channel = pauses.get_pause(connection, service.shop, Part.CHANNEL)
                oldest = oldest_unwritten(connection, service.shop)
        except StoreReplacedError as error:
            return jsonify(status="not ready", database="unavailable", problems=[str(error)]), 503
        except SQLAlchemyError:
            return jsonify(status="not ready", database="unavailable"), 503
        late = oldest is not None and now - oldest > LONGEST_DELAY
        problems = [pause.reason for pause in (sheet, channel) if pause.failures and pause.reason]
        problems += [problem for problem in service.findings.problems if problem not in problems]
        body = {
            "status": "not ready" if late else "ready",
            "database": "ok",
            "last_sheet_write": moment(sheet.worked_at),
            "oldest_unwritten_order": moment(oldest),
            "last_webhook": moment(service.arrivals.latest),
            "last_test_webhook": service.arrivals.test,
            "google_requests": {quota: service.instruments.quota.used(quota) for quota in Quota},
            "problems": problems,
        }
        return jsonify(body), 503 if late else 200

    return blueprint
