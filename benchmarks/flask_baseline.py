"""What the webhook is measured against: the smallest Flask applications, on waitress with 16 threads.

    python -m benchmarks.flask_baseline PORT SECRET [DATABASE]

Without a database it parses the JSON and answers. With one it is the floor: it does a webhook's work and nothing else,
without log, metrics or hooks. It compares the secret, reads the order, inserts it, and answers once that is flushed
to disk; whoever comes first commits for all who have gathered, over sqlite3 itself.
"""

import hmac
import json
import sqlite3
import sys
import threading

import waitress
from flask import Flask, Response, abort, jsonify, request

_THREADS = 16
Row = tuple[str, str]


class GroupCommit:
    """Inserts rows, several in one commit."""

    def __init__(self, database: str) -> None:
        self._connection = sqlite3.connect(database, timeout=60, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute("CREATE TABLE IF NOT EXISTS orders (order_id TEXT PRIMARY KEY, body TEXT)")
        self._lock = threading.Lock()
        self._gathered: list[tuple[Row, threading.Lock]] = []
        self._done: set[threading.Lock] = set()
        self._is_committing = False

    def insert(self, row: Row) -> None:
        """Returns when the row is on disk."""
        turn = threading.Lock()
        turn.acquire()
        with self._lock:
            self._gathered.append((row, turn))
            is_first = not self._is_committing
            self._is_committing = True
        if not is_first:
            turn.acquire()
            if turn in self._done:
                self._done.discard(turn)
                return
        with self._lock:
            group, self._gathered = self._gathered, []
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany("INSERT INTO orders VALUES (?, ?)", [row for row, _ in group])
        self._connection.execute("COMMIT")
        with self._lock:
            following = self._gathered[0][1] if self._gathered else None
            self._is_committing = following is not None
        if following is not None:
            following.release()
        for _, other in group:
            if other is not turn:
                self._done.add(other)
                other.release()


def create_app(secret: str, database: str | None) -> Flask:
    app = Flask(__name__)
    commits = None if database is None else GroupCommit(database)

    @app.get("/healthz")
    def alive() -> Response:
        return jsonify(status="ok")

    @app.post("/webhooks/whapi")
    def take() -> Response:
        if commits is not None and not hmac.compare_digest(request.headers.get("X-Webhook-Secret", ""), secret):
            abort(401)
        order = request.get_json()["messages"][0]["order"]
        if commits is not None:
            del order["preview"]
            commits.insert((order["order_id"], json.dumps(order)))
        return jsonify(accepted=1, duplicates=0, ignored=0, quarantined=0)

    return app


if __name__ == "__main__":
    application = create_app(sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else None)
    waitress.serve(application, host="127.0.0.1", port=int(sys.argv[1]), threads=_THREADS, ident=None)
