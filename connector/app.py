"""The Flask application: every route, behind the secret, and the status page behind its login."""

from flask import Flask, Response, g, request
from flask.typing import ResponseReturnValue
from werkzeug.routing import PathConverter

from connector.api.auth import Authenticator
from connector.api.current import ShopPath, shop_for, speak_of
from connector.api.errors import register_error_handlers
from connector.api.health import health_blueprint, metrics_blueprint, observe_requests
from connector.api.load_shedding import LoadShedder
from connector.api.openapi import openapi_blueprint
from connector.api.orders import orders_blueprint
from connector.api.quarantine import quarantine_blueprint
from connector.api.request import LARGEST_BODY
from connector.api.reverse_proxy import BelowPath, TrustedProxies
from connector.api.secrets import Secrets
from connector.api.webhooks import GatewayAuthenticator, webhooks_blueprint
from connector.dashboard.auth import Access
from connector.dashboard.routes import NAME as PAGE
from connector.dashboard.routes import page_blueprint
from connector.language import ENGLISH, Language, speaking
from connector.log import working_for
from connector.runtime.addresses import base_of, path_of
from connector.runtime.service import Service
from connector.runtime.shop import Shop

_OPEN = frozenset({"/healthz"})


class Whole(PathConverter):
    """Any text but an empty one. An order id may begin with a slash."""

    regex = "(?s:.+)"
    part_isolating = False


class Rest(PathConverter):
    """Any text, also none: whatever is appended to an address that may end in a slash already."""

    regex = "(?s:.*)"
    part_isolating = False


class Application(Flask):
    """Flask, with the log told which shop each request is about, and what is said of that in the shop's language."""

    language: Language = ENGLISH
    """Of what is no single shop's."""

    def full_dispatch_request(self) -> Response:
        with speaking(self.language):
            return super().full_dispatch_request()

    def dispatch_request(self) -> ResponseReturnValue:
        shop: Shop | None = g.get("shop")
        with working_for(None if shop is None else shop.context.secrets):
            return super().dispatch_request()


def create_app(service: Service) -> Flask:
    """The application for a service that somebody else starts and stops.

    From the operator's settings come the secret, the address under which callers reach it, and the password of the
    status page; without that the page is off, but for shops that have a password of their own.
    """
    app = Application(__name__, static_folder=None)
    app.language = service.settings.language or ENGLISH
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.json.sort_keys = False  # type: ignore[attr-defined]
    # An order id may hold slashes, also two in a row; a redirection to fewer would name another order.
    app.url_map.merge_slashes = False
    app.url_map.converters |= {"whole": Whole, "rest": Rest}
    authenticator = Authenticator(Secrets(service))
    gateway_authenticator = GatewayAuthenticator(service)

    observe_requests(app, service.instruments)

    shedder = LoadShedder(lambda: service.database.changes_waiting)

    @app.before_request
    def check_secret() -> None:
        shedder.check()
        # The status page has a login of its own.
        if request.path in _OPEN or request.blueprint == PAGE:
            return
        signer = gateway_authenticator.signer()
        caller = authenticator.caller(*gateway_authenticator.presented()) if signer is None else signer or None
        g.shop = shop_for(service, caller)
        speak_of(g.shop)

    @app.after_request
    def harden(response: Response) -> Response:
        response.headers["X-Content-Type-Options"] = "nosniff"
        if response.is_json:
            response.headers["Cache-Control"] = "no-store"
        return response

    register_error_handlers(app)
    settings = service.settings
    public_url = None if settings.public_url is None else base_of(settings.public_url)
    app.register_blueprint(webhooks_blueprint(service))
    app.register_blueprint(orders_blueprint(service, public_url=public_url))
    app.register_blueprint(quarantine_blueprint(service))
    app.register_blueprint(health_blueprint(service))
    app.register_blueprint(metrics_blueprint(service))
    app.register_blueprint(openapi_blueprint(public_url))
    access = Access(service)
    access.set_up(app)
    app.register_blueprint(page_blueprint(service, access))
    mounted = BelowPath(ShopPath(app.wsgi_app), path_of(settings), app.url_map)
    app.wsgi_app = TrustedProxies(mounted, settings.trusted_networks)  # type: ignore[method-assign]
    return app
