"""Reads what Make, n8n and the like send to `POST /orders`.

Accepted: a whole Whapi payload, one Whapi message, a bare order (`order_id` and `order_token` with whatever else
is known, or with its `items`), and a list of any of these. Unlike a webhook of Whapi's own, a wrong body is
answered with what is wrong in which field, because somebody is there to mend it.
"""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from connector.models import Item, NewOrder, Number
from connector.whapi import fields
from connector.whapi.payload import (
    LONGEST_ID,
    Reading,
    Unclear,
    is_order_id,
    join,
    kind,
    read_message,
    read_payload,
)

MOST_ITEMS = 1000
"""In one order. Its rows go to the sheet in one request, and no cart of WhatsApp's is near that."""
MOST_NAMED = 100
"""Wrong fields that an answer names. A mebibyte has room for half a million."""
_SHAPES = (
    "Expected a Whapi payload (with `messages`), a Whapi message (with `type` and `order`), "
    "an order (with `order_id` and `order_token`), or a list of these"
)


def read_forwarded(body: Any, *, now: datetime, at: str = "") -> Reading:
    """Reads one body; `unclear` names each field that is wrong."""
    reading = Reading()
    if not isinstance(body, list):
        _read_part(body, reading, now=now, at=at)
        return reading
    for index, part in enumerate(body):
        _read_part(part, reading, now=now, at=f"{at}[{index}]")
        if len(reading.unclear) >= MOST_NAMED:
            break  # Nothing of this body will be stored, and who mends these finds the rest.
    return reading


def _read_part(part: Any, reading: Reading, *, now: datetime, at: str) -> None:
    if not isinstance(part, dict):
        reading.unclear.append(Unclear(at or "body", f"{_SHAPES}; {kind(part)} came.", part))
    elif "messages" in part or "event" in part:
        reading.add(read_payload(part, now=now, at=at))
    elif "type" in part or isinstance(part.get("order"), dict):
        read_message({"type": "order", **part}, reading, now=now, at=at)
    elif "order_id" in part or "order_token" in part:
        _read_bare(part, reading, now=now, at=at)
    else:
        reading.unclear.append(Unclear(at or "body", f"{_SHAPES}; an object with none of these came.", part))


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return fields.text(value)
    if (text := fields.text(value)) is None:
        raise ValueError(f"Expected a text; {kind(value)} came.")
    return text


def _number(value: Any) -> Number | None:
    if value is None or value == "":
        return None
    if (number := fields.number(value)) is None:
        raise ValueError(f"Expected a number; {kind(value)} came.")
    return number


def _order_id(value: Any) -> str:
    text = fields.text(value)
    if text is None or not is_order_id(text):
        raise ValueError(f"Expected a text of 1 to {LONGEST_ID} characters; {kind(value)} came.")
    return text


def _phone(value: Any) -> str | None:
    return fields.phone(_text(value))


def _moment(value: Any) -> Number | None:
    """Seconds (or milliseconds) since 1970."""
    if isinstance(value, str) and fields.number(value) is None:
        try:
            moment = datetime.fromisoformat(value.strip())
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            raise ValueError(
                "Expected a time with its zone, such as 2026-01-31T09:30:00Z, or seconds since 1970; "
                f"{kind(value)} came."
            )
        return moment.timestamp()
    return _number(value)


def _items(value: Any) -> Any:
    if isinstance(value, list) and len(value) > MOST_ITEMS:
        raise ValueError(f"Expected at most {MOST_ITEMS} items; {len(value)} came.")
    return value


Text = Annotated[str | None, BeforeValidator(_text)]
Amount = Annotated[int | float | None, BeforeValidator(_number)]


class _ForwardedItem(BaseModel):
    """An item under our names or under Whapi's."""

    model_config = ConfigDict(extra="ignore")

    product_id: Text = Field(None, validation_alias=AliasChoices("product_id", "id"))
    sku: Text = Field(None, validation_alias=AliasChoices("sku", "product_retailer_id"))
    name: Text = None
    quantity: Amount = None
    price: Amount = Field(None, validation_alias=AliasChoices("price", "item_price"))
    currency: Text = None
    image: Text = None


class _ForwardedOrder(BaseModel):
    """A bare order under our names or under Whapi's."""

    model_config = ConfigDict(extra="ignore")

    order_id: Annotated[str, BeforeValidator(_order_id)]
    order_token: Text = Field(None, validation_alias=AliasChoices("order_token", "token"))
    channel_id: Text = None
    customer_name: Text = Field(None, validation_alias=AliasChoices("customer_name", "from_name"))
    customer_phone: Annotated[str | None, BeforeValidator(_phone)] = Field(
        None, validation_alias=AliasChoices("customer_phone", "from", "chat_id")
    )
    title: Text = None
    note: Text = Field(None, validation_alias=AliasChoices("note", "text"))
    item_count: Amount = None
    total_price: Amount = None
    currency: Text = None
    received_at: Annotated[int | float | None, BeforeValidator(_moment)] = Field(
        None, validation_alias=AliasChoices("received_at", "timestamp")
    )
    items: Annotated[list[_ForwardedItem] | None, BeforeValidator(_items)] = None


def _read_bare(part: dict[str, Any], reading: Reading, *, now: datetime, at: str) -> None:
    try:
        order = _ForwardedOrder.model_validate(part)
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_input=False):
            reading.unclear.append(Unclear(_path(at, problem["loc"]), _sentence(problem), part))
        return
    if order.order_token is None and not order.items:
        sentence = "Without the order's token its items can't be fetched. Send `order_token`, or the `items`."
        reading.unclear.append(Unclear(join(at, "order_token"), sentence, part))
        return
    received_at = fields.moment(order.received_at, now=now) or now
    given = order.model_dump(exclude={"items", "received_at"})
    items = None
    if order.items:
        items = tuple(Item(**item.model_dump()) for item in order.items)
    reading.orders.append(NewOrder(**given, received_at=received_at, items=items))


def _path(at: str, loc: tuple[int | str, ...]) -> str:
    path = at
    for step in loc:
        path = f"{path}[{step}]" if isinstance(step, int) else join(path, step)
    return path or "body"


def _sentence(problem: Any) -> str:
    """Pydantic's message, without the words it puts in front of ours."""
    message: str = problem["msg"].removeprefix("Value error, ")
    return "This field is needed." if problem["type"] == "missing" else message
