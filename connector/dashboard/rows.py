"""The links to the rows of orders: each leads to where the row stands now, without a login."""

from flask import Blueprint, g, redirect, render_template
from werkzeug.wrappers import Response as AnyResponse

from connector.api.current import current_shop
from connector.api.errors import NO_ADDRESS, ApiError
from connector.jobs.find_row import NotInSheetError, NotLookedUpError
from connector.language import gettext as _
from connector.runtime.addresses import spreadsheets_site
from connector.runtime.row_links import RowLinks
from connector.serializers import row_address


def add_rows(blueprint: Blueprint, links: RowLinks) -> None:
    @blueprint.get("/rows/<token>")
    def open_row(token: str) -> AnyResponse | tuple[str, int]:
        shop = current_shop()
        order_id = links.order_id(shop.name, token)
        if order_id is None:
            raise ApiError(404, NO_ADDRESS)
        try:
            place = shop.rows.find(order_id, by_stranger=g.opened_by is None)
        except NotInSheetError as error:
            title = _("Not in the sheet") if error.is_gone else _("Not in the sheet yet")
            page = render_template("status/error.html", title=title, sentence=str(error))
            return page, 410 if error.is_gone else 404
        except NotLookedUpError as error:
            raise ApiError(503, str(error), retry_after=int(error.seconds)) from None
        return redirect(row_address(place, site=spreadsheets_site(shop.settings)), 303)
