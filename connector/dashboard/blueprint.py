"""Puts the status page together: its routes, who may use them, and what all its templates know."""

from flask import Blueprint, render_template, request
from flask.blueprints import BlueprintSetupState
from jinja2 import StrictUndefined
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as AnyResponse

from connector.api.errors import ApiError
from connector.dashboard import formatting
from connector.dashboard.actions import add_actions
from connector.dashboard.auth import Access
from connector.dashboard.charts import HEIGHT, WIDTH
from connector.dashboard.data import Views
from connector.dashboard.headers import harden
from connector.dashboard.health import ODD_WORDS
from connector.dashboard.listing import ODD
from connector.dashboard.routes import add_looks
from connector.dashboard.ttl_cache import TooSlowError
from connector.log import get_logger
from connector.models import Status
from connector.runtime import Service
from connector.serializers import row_url
from connector.store.commit import StoreClosedError

log = get_logger(__name__)

NAME = "page"
EVERY = 3
"""Seconds after which an open page asks what is new."""
_OPEN_TO_ALL = frozenset({f"{NAME}.{route}" for route in ("home", "log_in", "static")})
_STATUS_WORDS = {
    Status.RECEIVED: "on its way",
    Status.WAITING: "waits for items",
    Status.SYNCED: "in the sheet",
    Status.FAILED: "without items",
}
_NO_DATABASE = (
    "The database does not answer, so nothing can be shown or changed. See that it runs and can be reached, and that "
    "the disk is not full."
)


def page_blueprint(service: Service, access: Access) -> Blueprint:
    blueprint = Blueprint(
        NAME, __name__, template_folder="templates", static_folder="static", static_url_path="/status/static"
    )

    @blueprint.record_once
    def set_up(state: BlueprintSetupState) -> None:
        environment = state.app.jinja_env
        environment.undefined = StrictUndefined
        environment.trim_blocks = environment.lstrip_blocks = True
        environment.filters.update(
            amount=formatting.amount,
            machine=formatting.machine,
            number=formatting.number,
            redact=service.redact,
            row_url=row_url,
        )
        environment.globals.update(
            status_words=_STATUS_WORDS,
            odd=ODD,
            odd_words=ODD_WORDS,
            seconds_between=EVERY,
            plot_width=WIDTH,
            plot_height=HEIGHT,
        )

    @blueprint.before_request
    def check() -> AnyResponse | None:
        return access.check(open_to_all=request.endpoint in _OPEN_TO_ALL)

    blueprint.after_request(harden)
    views = Views(service)
    add_looks(blueprint, views, access)
    add_actions(blueprint, service, views)
    _register_error_handlers(blueprint)
    return blueprint


def _register_error_handlers(blueprint: Blueprint) -> None:
    @blueprint.errorhandler(ApiError)
    def refused(error: ApiError) -> tuple[str, int]:
        return render_template("status/error.html", sentence=error.message), error.status

    @blueprint.errorhandler(SQLAlchemyError)
    @blueprint.errorhandler(StoreClosedError)
    @blueprint.errorhandler(TooSlowError)
    def no_database(error: Exception) -> tuple[str, int]:
        # The text of a database error holds the values of the statement: customers' data, and tokens.
        log.error("page.store_failed", error=type(error).__name__)
        return render_template("status/error.html", sentence=_NO_DATABASE), 503
