"""Errors as Google words and shapes them (docs/google-sheets.md, 1.4)."""

from typing import Any

STATUS_NAMES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
SENTENCES = {
    500: "Internal error encountered.",
    503: "The service is currently unavailable.",
    504: "Deadline expired before operation could complete.",
}
PROTECTED = (
    "You are trying to edit a protected cell or object. "
    "Please contact the spreadsheet owner to remove protection if you need to edit."
)
HTML_502 = """<!DOCTYPE html>
<html lang=en>
  <meta charset=utf-8>
  <title>Error 502 (Server Error)!!1</title>
  <p><b>502.</b> <ins>That's an error.</ins>
  <p>The server encountered a temporary error and could not complete your request.<p>Please try again in 30
           seconds.
"""


class ApiError(Exception):
    """A call is refused: HTTP status, Google's sentence, and its details."""

    def __init__(
        self, code: int, message: str, details: list[dict[str, Any]] | None = None, *, status: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status or STATUS_NAMES.get(code, "UNKNOWN")
        self.code = code
        self.message = message
        self.details = details

    def body(self) -> dict[str, Any]:
        error: dict[str, Any] = {
            "code": self.code,
            "message": self.message,
            "status": self.status,
        }
        if self.details:
            error["details"] = self.details
        return {"error": error}


class Refused(Exception):  # noqa: N818 - it reads as a sentence where it is raised
    """One request of a batch cannot be applied; the batch adds which one it was."""


class NotPlayed(Exception):  # noqa: N818 - the same
    """The request is valid, but the stand-in doesn't play it."""


def status_error(code: int) -> ApiError:
    """The error that Google answers with a bare status, as the faults need it."""
    return ApiError(code, SENTENCES.get(code, "Request failed."))


def invalid_payload(field: str, description: str) -> ApiError:
    """400 for a body that doesn't fit the published description: the sentence, and where it was found."""
    violation = {"field": field, "description": description} if field else {"description": description}
    return ApiError(
        400,
        description,
        [{"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}],
    )


def not_found() -> ApiError:
    return ApiError(404, "Requested entity was not found.")


def not_a_spreadsheet() -> ApiError:
    return ApiError(400, "This operation is not supported for this document", status="FAILED_PRECONDITION")


def no_permission() -> ApiError:
    return ApiError(403, "The caller does not have permission")
