"""Whose secrets a line of the log is cleared of, and that many are found as surely as one."""

import io
import logging
import re
import threading
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import quote, quote_plus

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from connector.log import (
    _IN_TEXT,
    Redactor,
    _replace,
    add_secrets,
    drop_secrets,
    get_logger,
    set_up_logging,
    working_for,
)

OPERATORS = "operators-own-secret"
RYE, OAK = "secret-of-the-rye-shop", "secret-of-the-oak-shop"
BOTH = "operators-own-secret-and-more"
"""A shop's secret with the operator's in it."""


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    set_up_logging(log_format="json", level="DEBUG", secrets=[OPERATORS])
    yield stream
    set_up_logging()  # Without secrets.
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def shops(written: io.StringIO) -> Iterator[dict[str, Redactor]]:  # noqa: ARG001 - the log has to be set up first
    redactors = {"rye": Redactor([RYE, BOTH]), "oak": Redactor([OAK])}
    for redactor in redactors.values():
        add_secrets(redactor)
    yield redactors
    for redactor in redactors.values():
        drop_secrets(redactor)


def log_all(text: str) -> None:
    """As an event, as a value deep in one, by a library, and as a traceback."""
    get_logger("test").info(text)
    get_logger("test").info("event", deep={"list": [text]})
    logging.getLogger("some.library").warning("says %s", text)
    with suppress(ValueError):
        fail(text)


def fail(text: str) -> None:
    error = ValueError(text)
    try:
        raise error
    finally:
        logging.getLogger("some.library").error("failed", exc_info=error)
        get_logger("test").error("failed", exc_info=error)


def test_a_line_of_a_shop_shows_neither_its_secrets_nor_the_operators(
    written: io.StringIO, shops: dict[str, Redactor]
) -> None:
    with working_for(shops["rye"]):
        log_all(f"rye: {RYE} {OPERATORS} {BOTH} end")

    text = written.getvalue()
    assert text.count("rye: [secret] [secret] [secret] end") == 5
    assert RYE not in text
    assert OPERATORS not in text


def test_a_line_of_no_shop_shows_no_shops_secrets(written: io.StringIO, shops: dict[str, Redactor]) -> None:
    with working_for(shops["rye"]), working_for(None):
        log_all(f"{RYE} {OAK} {OPERATORS}")
    thread = threading.Thread(target=log_all, args=[f"{RYE} {OAK} {OPERATORS}"])
    thread.start()
    thread.join()

    for secret in (RYE, OAK, OPERATORS):
        assert secret not in written.getvalue()


def test_what_happens_to_be_another_shops_secret_stays_in_a_shops_line(
    written: io.StringIO, shops: dict[str, Redactor]
) -> None:
    with working_for(shops["oak"]), working_for(shops["rye"]):
        get_logger("test").info("event", text=f"{OAK} {RYE}")

    assert f'"{OAK} [secret]"' in written.getvalue()


def test_when_the_work_for_a_shop_ends_so_does_the_choice_of_its_secrets(
    written: io.StringIO, shops: dict[str, Redactor]
) -> None:
    with pytest.raises(ValueError, match="x"), working_for(shops["rye"]):
        raise ValueError("x")
    get_logger("test").info("event", text=OAK)

    assert OAK not in written.getvalue()


def test_secrets_count_from_when_a_shop_comes_until_it_goes(written: io.StringIO) -> None:
    elm = Redactor(["secret-of-the-elm-shop"])

    for served in (add_secrets, drop_secrets):
        served(elm)
        get_logger("test").info("event", text="secret-of-the-elm-shop")

    assert [("elm" in line) for line in written.getvalue().splitlines()] == [False, True]


def plain(secrets: list[str], text: str) -> str:
    """What one expression over all of them makes of the text."""
    forms = {form for secret in secrets for form in (secret, quote(secret, ""), quote_plus(secret), repr(secret)[1:-1])}
    longest_first = sorted(forms, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest_first)), "[secret]", text)


nearly_the_same = st.text("ab/ä", min_size=1, max_size=12)


@given(st.lists(nearly_the_same, min_size=1, max_size=12), st.lists(nearly_the_same, max_size=8), st.booleans())
def test_secrets_that_overlap_and_hold_each_other_are_found_as_by_one_expression(
    secrets: list[str], rest: list[str], many: bool
) -> None:
    if many:
        secrets = [*secrets, *(f"another-secret-{number}" for number in range(40))]
    text = "".join(part for pair in zip(secrets, [*rest, *[""] * len(secrets)], strict=False) for part in pair)

    assert Redactor(secrets).text(text) == plain(secrets, text)


looks = st.sampled_from(
    [
        "token=",
        "Token: ",
        '\u017fecret="',
        "bearer ",
        "BEARER abc",
        "assert\u0131on=",
        "-----BEGIN PRIVATE KEY-----",
        "x" * 59,
        "A1",
        " ",
    ]
)


@given(st.lists(looks | st.text(max_size=3), max_size=6))
def test_what_only_looks_like_a_secret_is_found_whether_or_not_the_text_seems_harmless(parts: list[str]) -> None:
    text = "".join(parts)

    assert Redactor([]).text(text) == _IN_TEXT.sub(_replace, text)
