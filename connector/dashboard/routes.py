"""The status page's blueprint: who may use it, what all of its templates know, and what it says where it fails."""

from typing import Any

from flask import Blueprint, g, render_template, request
from flask.blueprints import BlueprintSetupState
from jinja2 import StrictUndefined
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from connector.api.current import current_shop, named_shop, own_path, shop_for, speak_of
from connector.api.errors import ApiError
from connector.api.secrets import OPERATOR
from connector.dashboard import formatting
from connector.dashboard.actions import add_actions
from connector.dashboard.auth import Access, harden
from connector.dashboard.charts import HEIGHT, WIDTH
from connector.dashboard.data import TooSlowError
from connector.dashboard.health import ODD_WORDS
from connector.dashboard.listing import BY_WORDS, ODD
from connector.dashboard.pages import add_pages
from connector.dashboard.rows import add_rows
from connector.dashboard.shop_list import SHOP_STATES, ShopList
from connector.dashboard.slips import add_slips
from connector.dashboard.views import ViewsOfShops
from connector.language import gettext, marked, ngettext, number, pgettext, spoken
from connector.language import gettext as _
from connector.log import get_logger
from connector.models import GONE_WORD, STATUS_MEANINGS, STATUS_WORDS
from connector.runtime.service import Service
from connector.serializers import moment
from connector.store.commit import StoreClosedError
from connector.store.loss import is_loss

log = get_logger(__name__)


NAME = "page"
EVERY = 3
"""Seconds after which an open page asks what is new."""
LARGEST_FORM = 16 * 1024
"""Bytes of a form of the page's own."""
_OPEN_TO_ALL = frozenset({f"{NAME}.{route}" for route in ("home", "log_in", "open_row")})
_FILES = f"{NAME}.static"
_TOO_LARGE = marked("This form is larger than any of this page's. Open the page again and repeat it.")
_NO_DATABASE = marked(
    "The database does not answer, so nothing can be shown or changed. What comes in meanwhile is refused, and Whapi "
    "sends it again; what came in before is stored. See that the database runs and can be reached, and that the disk "
    "is not full."
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
        environment.add_extension("jinja2.ext.i18n")
        environment.policies["ext.i18n.trimmed"] = True
        # The extension puts this method there when it is added.
        environment.install_gettext_callables(  # type: ignore[attr-defined]
            gettext, ngettext, newstyle=True, pgettext=pgettext
        )
        environment.filters.update(
            amount=formatting.amount,
            duration=formatting.duration,
            machine=moment,
            number=number,
            sentence=formatting.sentence,
            whatsapp_link=formatting.whatsapp_link,
            redact=lambda text: current_shop().redact(text),
            row_token=lambda order: service.row_links.token(current_shop().name, order.order_id),
        )
        environment.globals.update(
            status_words=STATUS_WORDS,
            status_meanings=STATUS_MEANINGS,
            gone_word=GONE_WORD,
            by_words=BY_WORDS,
            shop_states=SHOP_STATES,
            odd=ODD,
            odd_words=ODD_WORDS,
            seconds_between=EVERY,
            plot_width=WIDTH,
            plot_height=HEIGHT,
        )

    @blueprint.context_processor
    def where() -> dict[str, Any]:
        """`shop_name`: which of several shops it is about; `list_address`: for whoever may go there from a shop."""
        shop = g.get("shop")
        is_one_of_many = service.has_many and shop is not None
        return {
            "shop_name": shop.name if is_one_of_many else None,
            "list_address": f"{own_path()}/" if is_one_of_many and g.get("opened_by") == OPERATOR else None,
            "heading": _("Orders") + f" · {shop.name}"
            if is_one_of_many
            else _("Shops")
            if service.has_many
            else _("Orders"),
            "language": spoken(),
            "has_page": shop is not None or named_shop() is None,
        }

    @blueprint.before_request
    def check() -> AnyResponse | None:
        if request.endpoint == _FILES:
            return None  # The same for all who look.
        g.shop = shop_for(service, None)
        speak_of(g.shop)
        # A form is read before it is known whose it is.
        request.max_content_length = request.max_form_memory_size = LARGEST_FORM
        return access.check(open_to_all=request.endpoint in _OPEN_TO_ALL)

    blueprint.after_request(harden)
    views = ViewsOfShops()
    add_pages(blueprint, views, ShopList(service), access)
    add_actions(blueprint, views)
    add_rows(blueprint, service.row_links)
    add_slips(blueprint, views)
    _register_error_handlers(blueprint)
    return blueprint


def _register_error_handlers(blueprint: Blueprint) -> None:
    @blueprint.errorhandler(ApiError)
    def refused(error: ApiError) -> tuple[str, int, dict[str, str]]:
        headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
        return render_template("status/error.html", title=None, sentence=error.message), error.status, headers

    @blueprint.errorhandler(RequestEntityTooLarge)
    def too_large(_error: RequestEntityTooLarge) -> tuple[str, int]:
        return render_template("status/error.html", title=None, sentence=_(_TOO_LARGE)), 413

    @blueprint.errorhandler(SQLAlchemyError)
    @blueprint.errorhandler(StoreClosedError)
    @blueprint.errorhandler(TooSlowError)
    def no_database(error: Exception) -> tuple[str, int]:
        # The text of a database error holds the values of the statement: customers' data, and tokens.
        tell = log.debug if is_loss(error) else log.error
        tell("page.store_failed", error=type(error).__name__)
        return render_template("status/error.html", title=None, sentence=_(_NO_DATABASE)), 503
