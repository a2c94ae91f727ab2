"""The Flask application: every route, behind the secret, and the status page behind its login."""

from flask import Flask, Response, request

from connector.service import Service
from connector.web.addresses import Rest, Whole
from connector.web.auth import Gate
from connector.web.body import LARGEST_BODY
from connector.web.errors import register_error_handlers
from connector.web.gateways import Doors, gateways_blueprint
from connector.web.health import health_blueprint
from connector.web.metrics import metrics_blueprint, observe_requests
from connector.web.openapi import openapi_blueprint
from connector.web.orders import orders_blueprint
from connector.web.page.access import Access
from connector.web.page.blueprint import NAME as PAGE
from connector.web.page.blueprint import page_blueprint
from connector.web.quarantine import quarantine_blueprint
from connector.web.webhooks import webhooks_blueprint

_OPEN = frozenset({"/healthz"})


def create_app(
    service: Service,
    *,
    webhook_secret: str,
    public_url: str | None = None,
    admin_password: str | None = None,
    meta_app_secret: str | None = None,
) -> Flask:
    """The application for a service whose pipeline somebody else starts and stops.

    `public_url`: under which address callers reach it; None for the one that their request names. `admin_password`: of
    the status page; without it the page is off. `meta_app_secret`: with which Meta signs; without it its webhooks are
    refused.
    """
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.json.sort_keys = False  # type: ignore[attr-defined]
    # An order id may hold slashes, also two in a row; a redirection to fewer would name another order.
    app.url_map.merge_slashes = False
    app.url_map.converters |= {"whole": Whole, "rest": Rest}
    gate = Gate(webhook_secret)
    doors = Doors(meta_app_secret)

    observe_requests(app, service.instruments)

    @app.before_request
    def check_secret() -> None:
        # The status page has a login of its own.
        if request.path not in _OPEN and request.blueprint != PAGE and not doors.is_signed():
            gate.require_secret(*doors.presented())

    @app.after_request
    def harden(response: Response) -> Response:
        response.headers["X-Content-Type-Options"] = "nosniff"
        if response.is_json:
            response.headers["Cache-Control"] = "no-store"
        return response

    register_error_handlers(app)
    app.register_blueprint(webhooks_blueprint(service))
    app.register_blueprint(gateways_blueprint(service))
    app.register_blueprint(orders_blueprint(service, public_url=public_url))
    app.register_blueprint(quarantine_blueprint(service))
    app.register_blueprint(health_blueprint(service))
    app.register_blueprint(metrics_blueprint(service))
    app.register_blueprint(openapi_blueprint(public_url))
    access = Access(password=admin_password, salt=webhook_secret, clock=service.clock)
    app.register_blueprint(page_blueprint(service, access))
    return app
