"""Errors in the shape that Whapi documents: `{"error": {"code", "message", "details"}}` [SDK Error]."""

from flask import Response, jsonify

SUPPORT = "care@whapi.cloud"


class WhapiError(Exception):
    """The gateway refuses a call. `details` may be None: only `code` and `message` are promised [SDK]."""

    def __init__(self, status: int, message: str, details: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.details = details

    def response(self) -> Response:
        error: dict[str, object] = {"code": self.status, "message": self.message}
        if self.details is not None:
            error["details"] = self.details
        error["support"] = SUPPORT
        answer = jsonify({"error": error})
        answer.status_code = self.status
        return answer


_TEXTS = {
    400: ("Bad Request", "Wrong parameters"),
    401: ("Unauthorized", "Need channel token to authorize"),
    402: ("Payment Required", "The channel's subscription has ended"),
    403: ("Forbidden", "Access is denied"),
    404: ("Not Found", "Specified order not found"),
    429: ("Too Many Requests", "Try again later"),
    500: ("Internal Server Error", "Internal error"),
}


def error_of(status: int) -> WhapiError:
    """An error with this status. The texts are not documented; a client must not read them."""
    message, details = _TEXTS.get(status, (f"Error {status}", None))
    return WhapiError(status, message, details)


def gateway_page(status: int) -> Response:
    """An HTML page as a gateway in front of Whapi answers it, for 502, 503 and 504."""
    page = (
        f"<html>\r\n<head><title>{status}</title></head>\r\n<body>\r\n"
        f"<center><h1>{status}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    )
    return Response(page, status=status, content_type="text/html")
