"""Which shop a request is about."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import g, request

from connector.api.errors import NO_ADDRESS, ApiError
from connector.api.secrets import OPERATOR
from connector.language import speak
from connector.runtime.service import Service
from connector.runtime.shop import Shop

_NAMED = "connector.shop"
_BARE = "connector.shop_bare"
BELOW = "/shops/"
WHICH_SHOP = "This service has several shops. Put the shop's name before the address: /shops/NAME{path}."


class ShopPath:
    """A WSGI middleware: below `/shops/NAME` all addresses are there again, for that shop.

    The name goes from the path to the part of it that the application is mounted at, so that the addresses that it
    makes lead to the same shop.
    """

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path: str = environ.get("PATH_INFO", "")
        if path.startswith(BELOW):
            name, slash, rest = path.removeprefix(BELOW).partition("/")
            environ[_NAMED] = name
            environ[_BARE] = not slash
            environ["SCRIPT_NAME"] = f"{environ.get('SCRIPT_NAME', '')}{BELOW}{name}"
            environ["PATH_INFO"] = f"/{rest}"
        return self._app(environ, start_response)


def named_shop() -> str | None:
    """The name in the request's path, whether there is such a shop or not; None: it names none."""
    name: str | None = request.environ.get(_NAMED)
    return name


def lacks_slash() -> bool:
    """Whether the request's path ends with the shop's name, without the slash that belongs behind it."""
    return bool(request.environ.get(_BARE))


def addressed_shop(service: Service) -> Shop | None:
    """The shop whose address the request came to; None where there is none."""
    name = named_shop() if service.has_many or named_shop() is not None else service.only.name
    return None if name is None else service.shops.get(name)


def shop_for(service: Service, caller: str) -> Shop | None:
    """The shop that the request is about. `caller`: the shop whose secret it carries, or OPERATOR.

    None for an operator's request that names no shop where there may be several. Raises a 404 for a shop that isn't
    there, and for another's, as if that weren't there either.
    """
    name = named_shop()
    if name is None:
        if service.has_many and caller == OPERATOR:
            return None
        name = caller if service.has_many else service.only.name
    elif caller not in (OPERATOR, name):
        raise ApiError(404, NO_ADDRESS)
    shop = service.shops.get(name)
    if shop is None:
        raise ApiError(404, NO_ADDRESS)
    return shop


def speak_of(shop: Shop | None) -> None:
    """What is said from now on to the end of the request is in the shop's language."""
    if shop is not None:
        speak(shop.language)


def own_path() -> str:
    """The path below which a reverse proxy serves the service; empty where it has the whole host."""
    name = named_shop()
    return request.script_root if name is None else request.script_root.removesuffix(f"{BELOW}{name}")


def own_address() -> str:
    """The address that the request came to, without a shop; the path alone where it names no host."""
    return f"{request.scheme}://{request.host}{own_path()}" if request.host else own_path()


def current_shop() -> Shop:
    """The shop that the request is about. Raises a 404 where it names none of several."""
    shop: Shop | None = g.get("shop")
    if shop is None:
        raise ApiError(404, WHICH_SHOP.format(path=request.path))
    return shop
