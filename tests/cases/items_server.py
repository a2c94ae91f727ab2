"""A stand-in for Whapi that answers with items exactly as a case has them, also such as no channel should send."""

from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, jsonify

from sandbox.server import SandboxServer


def items_server(items_by_order: Mapping[str, Any]) -> SandboxServer:
    """Knows these orders' items and no others."""
    app = Flask("items")

    @app.get("/business/orders/<order_id>")
    def items(order_id: str) -> tuple[Response, int]:
        if order_id not in items_by_order:
            return jsonify(error={"code": 404, "message": "not found"}), 404
        return jsonify(items=items_by_order[order_id]), 200

    return SandboxServer(app)
