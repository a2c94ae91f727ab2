"""The faults over HTTP, so that a person with curl can make something go wrong."""

from dataclasses import asdict, fields
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from sandbox.faults import SERVICES, Fault, Faults

_TYPES: dict[str, tuple[type, ...]] = {
    "service": (str,),
    "kind": (str,),
    "times": (int, type(None)),
    "skip": (int,),
    "seconds": (int, float),
    "status": (int,),
    "body": (str, type(None)),
    "headers": (dict,),
    "retry_after": (str, type(None)),
    "method": (str, type(None)),
    "path_contains": (str, type(None)),
    "text_contains": (str, type(None)),
    "token": (str, type(None)),
}
_WORDS = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    dict: "an object of texts",
    type(None): "null",
}


def faults_blueprint(faults: Faults) -> Blueprint:
    """`POST /sandbox/faults` adds one, `GET` lists those still to come,
    `DELETE` (`?service=`) forgets them."""
    blueprint = Blueprint("sandbox-faults", __name__)

    @blueprint.post("/sandbox/faults")
    def add() -> ResponseReturnValue:
        try:
            fault = faults.add(fault_from_json(request.get_json(force=True, silent=True)))
        except ValueError as problem:
            return jsonify(error=str(problem)), 400
        return jsonify(asdict(fault)), 201

    @blueprint.get("/sandbox/faults")
    def show() -> ResponseReturnValue:
        return jsonify(faults=[asdict(fault) for fault in faults.all()])

    @blueprint.delete("/sandbox/faults")
    def clear() -> ResponseReturnValue:
        service = request.args.get("service")
        if service is not None and service not in SERVICES:
            return jsonify(error=f"service must be one of {', '.join(SERVICES)}."), 400
        faults.clear(service)
        return jsonify(faults=[asdict(fault) for fault in faults.all()])

    return blueprint


def fault_from_json(given: Any) -> Fault:
    """A fault from what a caller sent; ValueError with a sentence when a field is missing,
    unknown or wrong."""
    if not isinstance(given, dict):
        raise ValueError("Send a JSON object with the fields of a fault.")  # noqa: TRY004 - one error for the caller
    known = {f.name for f in fields(Fault)}
    for name, value in given.items():
        if name not in known:
            raise ValueError(f"A fault has no field {name!r}; it has {', '.join(sorted(known))}.")
        types = _TYPES[name]
        if isinstance(value, bool) or not isinstance(value, types):
            wanted = " or ".join(_WORDS[t] for t in types)
            raise ValueError(f"{name} must be {wanted}.")  # noqa: TRY004 - one error for the caller
    for name in ("service", "kind"):
        if name not in given:
            raise ValueError(f"A fault needs the field {name!r}.")
    if not all(isinstance(v, str) for v in given.get("headers", {}).values()):
        raise ValueError("headers must be an object of texts.")
    return Fault(**given)
