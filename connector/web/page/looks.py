"""The routes that show something, the login among them."""

from flask import Blueprint, Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from connector.converters import SHORTEST_PASSWORD
from connector.web.page.access import Access
from connector.web.page.listing import Query
from connector.web.page.views import Views

NOTES = {
    "retried": "The order is being tried again.",
    "all-retried": "Every order that lacks something is being tried again.",
    "nothing-to-try": "There is nothing to try: the order came without its token. Its items come if it is sent again.",
    "rewritten": "What is gone from the sheet is being written again.",
    "not-rewritten": "Nothing is written again: the rows stand in the sheet, or are on their way to it.",
    "sheet-not-read": "The sheet can't be read at present, so nothing was done. The problems above say why.",
    "audit": "The sheet is being compared with what was received. The result stands below.",
    "audit-writes": "The sheet is being compared with what was received, and what is missing is written again.",
    "audit-runs": "A comparison is under way. Its result will stand below.",
    "understood": "It was understood now and has been taken in.",
    "not-understood": "It is still not understood, and stays here.",
}
"""What the page says after a change, by the name that stands in the address."""


def add_looks(blueprint: Blueprint, views: Views, access: Access) -> None:
    @blueprint.get("/")
    def home() -> Response | str:
        if access.is_shut:
            return render_template("status/off.html", shortest=SHORTEST_PASSWORD)
        query = Query.read(request.args)
        if not access.is_in():
            return access.login_page(query.address())
        note = NOTES.get(request.args.get("note", ""))
        return render_template("status/page.html", **views.everything(query), note=note)

    @blueprint.post("/status/login")
    def log_in() -> AnyResponse:
        return access.log_in(Query.read(request.form).address())

    @blueprint.post("/status/logout")
    def log_out() -> AnyResponse:
        return access.log_out()

    @blueprint.get("/status/overview")
    def overview_part() -> str:
        return render_template("status/_overview_answer.html", **views.overview())

    @blueprint.get("/status/orders")
    def orders_part() -> Response:
        query = Query.read(request.args)
        response = Response(render_template("status/_orders.html", **views.orders(query)))
        if "poll" not in request.args:
            response.headers["HX-Replace-Url"] = query.address()
        return response
