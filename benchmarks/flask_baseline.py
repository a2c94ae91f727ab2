"""What the webhook is measured against: a bare Flask route on waitress.

    python -m benchmarks.flask_baseline PORT [DATABASE]

It parses the JSON and answers; with a database, each request is one commit of its own before that.
"""

import json
import sqlite3
import sys
import threading

import waitress
from flask import Flask, Response, jsonify, request

_THREADS = 16


def create_app(database: str | None) -> Flask:
    app = Flask(__name__)
    own = threading.local()
    if database is not None:
        _connect(database).execute("CREATE TABLE IF NOT EXISTS orders (order_id TEXT PRIMARY KEY, body TEXT)")

    @app.get("/healthz")
    def alive() -> Response:
        return jsonify(status="ok")

    @app.post("/webhooks/whapi")
    def take() -> Response:
        order = request.get_json()["messages"][0]["order"]
        if database is not None:
            if not hasattr(own, "connection"):
                own.connection = _connect(database)
            del order["preview"]
            own.connection.execute("INSERT INTO orders VALUES (?, ?)", (order["order_id"], json.dumps(order)))
        return jsonify(accepted=1, duplicates=0, ignored=0, quarantined=0)

    return app


def _connect(database: str) -> sqlite3.Connection:
    """Each statement is a transaction, and on disk when it returns."""
    connection = sqlite3.connect(database, timeout=60, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    return connection


if __name__ == "__main__":
    application = create_app(sys.argv[2] if len(sys.argv) > 2 else None)
    waitress.serve(application, host="127.0.0.1", port=int(sys.argv[1]), threads=_THREADS, ident=None)
