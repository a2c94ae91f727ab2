"""What can be looked at: a shop's page, its parts that renew themselves, the list of shops, and the login."""

import json

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from connector.api.current import current_shop, lacks_slash
from connector.api.errors import NO_ADDRESS, ApiError
from connector.api.redacted import entry_json
from connector.converters import SHORTEST_PASSWORD
from connector.dashboard.actions import NOTES, find_entry
from connector.dashboard.auth import Access
from connector.dashboard.listing import Query
from connector.dashboard.shop_list import ShopList, ShopQuery
from connector.dashboard.views import ViewsOfShops
from connector.language import gettext as _
from connector.store.quarantine import OTHER_ORDER

_LONGEST_PAYLOAD = 20_000
"""Characters of a quarantined payload that are shown."""


def add_pages(blueprint: Blueprint, views: ViewsOfShops, shops: ShopList, access: Access) -> None:
    _add_home(blueprint, views, shops, access)
    _add_parts_of_shop(blueprint, views)

    @blueprint.get("/status")
    @blueprint.get("/status/")
    def status() -> AnyResponse:
        """For those who type what the page is about."""
        return redirect(url_for("page.home"), 303)

    @blueprint.get("/status/shops")
    def shops_part() -> Response:
        if g.shop is not None:
            raise ApiError(404, NO_ADDRESS)
        query = ShopQuery.read(request.args)
        return _part(render_template("status/_shops_answer.html", **shops.get(query)), query.address)


def _add_home(blueprint: Blueprint, views: ViewsOfShops, shops: ShopList, access: Access) -> None:
    """The whole page, of a shop or of the list, and its login."""

    @blueprint.get("/")
    def home() -> AnyResponse | str:
        if lacks_slash():
            return redirect(f"{url_for('page.home')}?{request.query_string.decode('latin-1')}".removesuffix("?"), 308)
        if access.is_shut:
            return render_template("status/off.html", shortest=SHORTEST_PASSWORD)
        if not access.is_in():
            return access.login_page(_target(request.args))
        if g.shop is None:
            return render_template("status/shops.html", **shops.get(ShopQuery.read(request.args)))
        said = NOTES.get(request.args.get("note", ""))
        return render_template(
            "status/page.html", **views.current().everything(Query.read(request.args)), note=said and _(said)
        )

    @blueprint.post("/status/login")
    def log_in() -> AnyResponse:
        return access.log_in(_target(request.form))

    @blueprint.post("/status/logout")
    def log_out() -> AnyResponse:
        return access.log_out()


def _add_parts_of_shop(blueprint: Blueprint, views: ViewsOfShops) -> None:
    @blueprint.get("/status/overview")
    def overview_part() -> str:
        return render_template("status/_overview_answer.html", **views.current().overview())

    @blueprint.get("/status/orders")
    def orders_part() -> Response:
        query = Query.read(request.args)
        return _part(render_template("status/_orders.html", **views.current().orders(query)), query.address)

    @blueprint.get("/status/quarantine/<number>")
    def entry(number: str) -> str:
        shop = current_shop()
        found = find_entry(shop, number)
        shown = entry_json(found, redact=shop.redact)
        payload = json.dumps(shown["payload"], indent=2, ensure_ascii=False)
        return render_template(
            "status/entry.html",
            entry=found,
            place=None if found.field == OTHER_ORDER else found.field,
            payload=payload[:_LONGEST_PAYLOAD],
            is_cut=len(payload) > _LONGEST_PAYLOAD,
            words=views.current().words(),
        )


def _target(asked: MultiDict[str, str]) -> str:
    """Where somebody who asks for this, of a shop or of the list, is to get after the login."""
    return ShopQuery.read(asked).address if g.shop is None else Query.read(asked).address


def _part(text: str, address: str) -> Response:
    """A part of the page. Where it wasn't renewed by itself, the browser shows the address that has it."""
    response = Response(text)
    if "poll" not in request.args:
        response.headers["HX-Replace-Url"] = address
    return response
