import io
import json
import logging
from collections.abc import Iterator

import httpx
import pytest
import structlog

from connector.log import Redactor, get_logger, log_orders, set_up_logging

SECRET = "s3cret/with+odd=chars"


@pytest.fixture(params=["console", "json"])
def written(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the log writes, at DEBUG, in each format."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    set_up_logging(log_format=request.param, level="DEBUG", secrets=[SECRET])
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_secret_is_taken_out_wherever_it_stands(written: io.StringIO) -> None:
    log = get_logger("test")

    log.info("event", text=f"before {SECRET} after", deep={"list": [SECRET, 1]}, order_id="1")
    log.info("event", token="unknown-token", order_token="another", headers={"Authorization": "Bearer abc.def"})
    library = logging.getLogger("some.library")
    library.debug("GET https://x/?order_token=AR4To%%2Fx&token=T0K & Bearer abc.def %s", SECRET)
    log.error("fault", exc_info=ValueError(f"failed at ?token={SECRET}"))

    text = written.getvalue()
    for secret in (SECRET, "unknown-token", "another", "abc.def", "AR4To", "T0K"):
        assert secret not in text
    assert "failed at ?token=[secret]" in text
    assert "before [secret] after" in text


def test_urls_are_not_logged_by_the_http_library_even_at_debug(written: io.StringIO) -> None:
    with pytest.raises(httpx.ConnectError):
        httpx.get("http://127.0.0.1:1/business/orders/1?order_token=visible")

    assert "visible" not in written.getvalue()
    assert "127.0.0.1" not in written.getvalue()


def test_json_lines_are_json(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    root = logging.getLogger()
    handlers = root.handlers[:]
    set_up_logging(log_format="json")
    get_logger("test").warning("order.fetch_failed", order_id="1", attempts=2)
    root.handlers[:] = handlers
    structlog.reset_defaults()

    line = json.loads(stream.getvalue())
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "order.fetch_failed", "level": "warning", "order_id": "1", "attempts": 2}


def test_percent_encoded_forms_of_a_secret_are_taken_out_too() -> None:
    assert Redactor([SECRET]).text("x s3cret%2Fwith%2Bodd%3Dchars y") == "x [secret] y"


def test_ordinary_words_stay() -> None:
    text = "The order came without its token, so its items can't be fetched."

    assert Redactor([]).text(text) == text


class FullDisk(io.StringIO):
    def write(self, _text: str) -> int:
        raise OSError(28, "No space left on device")


def test_a_log_that_cannot_be_written_harms_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    root = logging.getLogger()
    handlers = root.handlers[:]
    monkeypatch.setattr("sys.stderr", FullDisk())
    monkeypatch.setattr("logging.raiseExceptions", False)
    set_up_logging()
    try:
        get_logger("test").warning("order.fetch_failed", order_id="1")
        logging.getLogger("some.library").warning("no")
    finally:
        root.handlers[:] = handlers
        structlog.reset_defaults()


def test_orders_that_moved_on_together_share_lines_that_name_each_of_them() -> None:
    lines: list[tuple[str, dict[str, object]]] = []

    class Logger:
        def info(self, event: str, **values: object) -> None:
            lines.append((event, values))

    ids = [str(number) for number in range(101)]
    log_orders(Logger(), "received", [], is_new=True)
    log_orders(Logger(), "received", ["1"], is_new=True)
    log_orders(Logger(), "written", ids, shows="complete")

    assert lines == [
        ("order.received", {"order_id": "1", "is_new": True}),
        ("orders.written", {"order_ids": ids[:100], "shows": "complete"}),
        ("order.written", {"order_id": "100", "shows": "complete"}),
    ]


def test_characters_that_turn_a_line_around_or_hide_are_shown_as_their_codes(written: io.StringIO) -> None:
    get_logger("test").info("order.received", order_id="12\u202e34\ufeff\u200b", names=["\u2066x"])
    logging.getLogger("some.library").warning("bell \a and \x1b[2K and\u2028more")

    text = written.getvalue()
    assert not set("\u202e\ufeff\u200b\u2066\a\x1b\u2028") & set(text)
    assert "202e" in text
    assert "feff" in text


def test_a_line_of_a_key_in_base64_is_taken_out_and_a_long_path_stays() -> None:
    line = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj"
    path = "/home/shop/whatsapp/order/connector/venv/lib/python/site/packages/google/auth"

    assert Redactor([]).text(f"x {line} y") == "x [secret] y"
    assert Redactor([]).text(path) == path


def test_a_secret_that_a_message_quotes_is_taken_out() -> None:
    secret = "first-line\nsecond'line"

    shown = Redactor([secret]).text(f"no such file: {secret!r}")

    assert "first-line" not in shown
    assert "second" not in shown
