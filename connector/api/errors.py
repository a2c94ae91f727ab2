"""Errors as the API answers them: JSON with a sentence."""

from typing import Any

from flask import Flask, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from connector.gateways.reading.unwrap import DEEPEST
from connector.jobs.receive import ShopLeavingError
from connector.log import get_logger
from connector.store.commit import StoreClosedError
from connector.store.loss import is_loss

log = get_logger(__name__)

NOT_JSON = "The body is not JSON."
TOO_DEEP = f"Expected at most {DEEPEST} objects and lists within each other."
NO_FIELDS = "The form has no fields."
TOO_MANY_FIELDS = "The form has more than 1,000 fields."
NO_CHALLENGE = "Meta's verification comes with `hub.mode=subscribe`, `hub.verify_token` and `hub.challenge`."
WRONG_FIELDS = "Nothing was stored, because these fields are wrong."
TOO_LARGE = "The body is larger than 1 MiB."
NO_ADDRESS = "There is no such address here."
NO_METHOD = "This address does not take this method."
NOT_STORED = (
    "The database is not available, so this is not known to be stored. Send it again later: nothing is taken in twice."
)
FAULT = "The service has a fault; its log says more. Send the request again later."


class ApiError(Exception):
    """An answer with an error status."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        fields: list[dict[str, Any]] | None = None,
        retry_after: int | None = None,
    ) -> None:
        """`fields` names what is wrong where, for a 422; `retry_after` is in seconds."""
        super().__init__(message)
        self.status = status
        self.message = message
        self.fields = fields
        self.retry_after = retry_after


def register_error_handlers(app: Flask) -> None:
    """Makes every error that a route or Flask raises a JSON answer, without traceback or secret."""

    @app.errorhandler(ApiError)
    def _api_error(error: ApiError) -> Response:
        body: dict[str, Any] = {"error": error.message}
        if error.fields is not None:
            body["fields"] = error.fields
        response = _answer(error.status, body)
        if error.retry_after is not None:
            response.headers["Retry-After"] = str(error.retry_after)
        return response

    app.register_error_handler(ShopLeavingError, _leaving)

    @app.errorhandler(RequestEntityTooLarge)
    def _too_large(_error: RequestEntityTooLarge) -> Response:
        return _answer(413, {"error": TOO_LARGE})

    @app.errorhandler(HTTPException)
    def _http_error(error: HTTPException) -> Response:
        sentence = _SENTENCES.get(error.code or 500, error.description or error.name)
        response = _answer(error.code or 500, {"error": sentence})
        for name, value in error.get_headers():
            if name == "Allow":
                response.headers[name] = value
        return response

    @app.errorhandler(SQLAlchemyError)
    @app.errorhandler(StoreClosedError)
    def _not_stored(error: Exception) -> Response:
        # The text of a database error holds the values of the statement: customers' data, and tokens.
        # That the database is lost is told once, by the store, and not by each request of that time.
        tell = log.debug if is_loss(error) else log.error
        tell("store.failed", error=type(error).__name__)
        response = _answer(503, {"error": NOT_STORED})
        response.headers["Retry-After"] = "10"
        return response

    @app.errorhandler(Exception)
    def _fault(error: Exception) -> Response:
        log.error("request.fault", error=type(error).__name__, exc_info=error)
        return _answer(500, {"error": FAULT})


def _leaving(error: ShopLeavingError) -> Response:
    # Not 200, which would promise a row. Who can't do without the order sends it again, as Whapi does for a while: a
    # shop that is added again meanwhile gets it.
    return _answer(410, {"error": str(error)})


_SENTENCES = {
    404: NO_ADDRESS,
    405: NO_METHOD,
}


def _answer(status: int, body: dict[str, Any]) -> Response:
    response = jsonify(body)
    response.status_code = status
    return response
