"""The sandbox's own routes: a spreadsheet to look at, and edits as a merchant makes them.

GET  /sandbox/google                       the spreadsheets
GET  /sandbox/google/<id>                  one of them; ?tab=<sheetId>&from=0&rows=200&calculated=<sheetId>
POST /sandbox/google/<id>/edit             {"action": "sort", "tab": "Orders", "column": "B"}
"""

import inspect
from datetime import UTC
from typing import Any, get_type_hints

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from connector.sheets.overview import read_zone
from sandbox.google import view
from sandbox.google.errors import ApiError, Refused
from sandbox.google.merchant import ACTIONS, Merchant
from sandbox.google.standin import GoogleStandIn


def add_sandbox_routes(blueprint: Blueprint, google: GoogleStandIn) -> None:
    @blueprint.get("/sandbox/google")
    def spreadsheets() -> ResponseReturnValue:
        return jsonify(spreadsheets=view.listing(google.spreadsheets))

    @blueprint.get("/sandbox/google/<spreadsheet_id>")
    def spreadsheet(spreadsheet_id: str) -> ResponseReturnValue:
        found = google.spreadsheets.get(spreadsheet_id)
        if found is None:
            return _missing(spreadsheet_id)
        try:
            tab = int(request.args["tab"]) if "tab" in request.args else None
            calculated = int(request.args["calculated"]) if "calculated" in request.args else None
            start = max(0, int(request.args.get("from", 0)))
            rows = max(0, int(request.args.get("rows", view.ROWS_PER_PAGE)))
        except ValueError:
            return jsonify(error="tab, from, rows and calculated must be whole numbers."), 400
        today = google.clock.now().astimezone(read_zone(found.content.time_zone) or UTC).date()
        return jsonify(view.page(found, tab, start, rows, today=today, calculated=calculated))

    @blueprint.post("/sandbox/google/<spreadsheet_id>/edit")
    def edit(spreadsheet_id: str) -> ResponseReturnValue:
        if spreadsheet_id not in google.spreadsheets:
            return _missing(spreadsheet_id)
        try:
            carry_out(Merchant(google, spreadsheet_id), request.get_json(force=True, silent=True))
        except Refused as refused:
            return jsonify(error=str(refused)), 400
        except ApiError as error:
            return jsonify(error=error.message), 400
        return jsonify(ok=True, changes=google.spreadsheets[spreadsheet_id].commits)


def carry_out(merchant: Merchant, given: Any) -> None:
    """One edit from JSON; Refused with a sentence when the action or one of its arguments is wrong."""
    if not isinstance(given, dict) or given.get("action") not in ACTIONS:
        raise Refused(f"Send a JSON object with an action, one of {', '.join(sorted(ACTIONS))}.")
    action = given["action"]
    arguments = {name: value for name, value in given.items() if name != "action"}
    method = getattr(merchant, action)
    signature, hints = inspect.signature(method), get_type_hints(method)
    for name, value in arguments.items():
        if name not in signature.parameters:
            wanted = ", ".join(signature.parameters) or "nothing"
            raise Refused(f"{action} has no argument {name}; it takes {wanted}.")
        if not _fits(value, hints[name]):
            raise Refused(f"The argument {name} of {action} has the wrong type.")
    for name, parameter in signature.parameters.items():
        if parameter.default is parameter.empty and name not in arguments:
            raise Refused(f"{action} needs the argument {name}.")
    method(**arguments)


def _fits(value: Any, hint: Any) -> bool:
    if hint is bool:
        return isinstance(value, bool)
    if "list" in str(hint):
        return value is None or isinstance(value, list)
    return not isinstance(value, bool) and isinstance(value, hint)


def _missing(spreadsheet_id: str) -> ResponseReturnValue:
    return jsonify(error=f"There is no spreadsheet with the id {spreadsheet_id}."), 404
