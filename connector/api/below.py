"""The path below which a reverse proxy serves the service: `/shop`, where people open `https://example.com/shop/`."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.routing import Map

from connector.api.forwarded import PREFIX


class BelowPath:
    """A WSGI middleware: all addresses are there below the path too, and the addresses that the service makes have it.

    It doesn't matter whether the proxy takes the path away before it passes a request on. Only where the path begins
    as an address of the service does (`/orders`), nobody could tell; then one that takes it away has to say so, with
    X-Forwarded-Prefix.
    """

    def __init__(self, app: WSGIApplication, path: str, routes: Map) -> None:
        """`path`: the one that PUBLIC_URL has, or none; a proxy's own word counts before it."""
        self._app = app
        self._path = path
        self._own = {_first(rule.rule) for rule in routes.iter_rules()} | {"shops"}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        told: str = environ.get(PREFIX, "")
        path = told or self._path
        if path:
            asked: str = environ.get("PATH_INFO", "")
            is_taken_away = bool(told) and _first(path) in self._own
            if f"{asked}/".startswith(f"{path}/") and not is_taken_away:
                environ["PATH_INFO"] = asked.removeprefix(path) or "/"
            environ["SCRIPT_NAME"] = path
        return self._app(environ, start_response)


def _first(path: str) -> str:
    return path.split("/")[1]
