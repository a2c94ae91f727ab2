"""The Flask application: every route, behind the secret."""

from flask import Flask, request

from connector.service import Service
from connector.web.auth import require_secret
from connector.web.body import LARGEST_BODY
from connector.web.errors import register_error_handlers
from connector.web.health import health_blueprint
from connector.web.orders import orders_blueprint
from connector.web.webhooks import webhooks_blueprint

_OPEN = frozenset({"/healthz"})


def create_app(service: Service, *, webhook_secret: str) -> Flask:
    """The application for a service whose pipeline somebody else starts and stops."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.json.sort_keys = False  # type: ignore[attr-defined]
    secret = webhook_secret.encode()

    @app.before_request
    def check_secret() -> None:
        if request.path not in _OPEN:
            require_secret(secret)

    register_error_handlers(app, largest_body=LARGEST_BODY)
    app.register_blueprint(webhooks_blueprint(service))
    app.register_blueprint(orders_blueprint(service))
    app.register_blueprint(health_blueprint(service))
    return app
