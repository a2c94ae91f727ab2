"""What other gateways send, one order and something else of each. Names and numbers are made up."""

from dataclasses import dataclass

from connector.api.openapi.shape import Json

_TOKEN = "AR5sT2o8sYfTqkX0v3d6bB1yq7m2nL4cK9pWz1uHjQeVtA=="  # noqa: S105 - made up
_SENT_AT = 1790000000


@dataclass(frozen=True)
class Sent:
    """What one gateway sends."""

    order: Json
    other: Json


def _of_meta(value: Json) -> Json:
    about = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550100", "phone_number_id": "100200300400500"},
    }
    changes = [{"field": "messages", "value": {**about, **value}}]
    return {"object": "whatsapp_business_account", "entry": [{"id": "200300400500600", "changes": changes}]}


def _of_evolution(message: Json) -> Json:
    key = {"remoteJid": "4915550100222@s.whatsapp.net", "fromMe": False, "id": "3EB0A1B2C3D4E5F60718"}
    return {
        "event": "messages.upsert",
        "instance": "bakery",
        "data": {"key": key, "pushName": "Lena", "message": message, "messageTimestamp": _SENT_AT},
    }


def _of_waha(message: Json) -> Json:
    key = {"remoteJid": "4915550100333@s.whatsapp.net", "fromMe": False, "id": "3EB0B1C2D3E4F5061728"}
    return {
        "id": "evt_01k5waha0000000000000000",
        "event": "message",
        "session": "default",
        "engine": "NOWEB",
        "payload": {
            "id": "false_4915550100333@c.us_3EB0B1C2D3E4F5061728",
            "timestamp": _SENT_AT,
            "from": "4915550100333@c.us",
            "fromMe": False,
            "_data": {"key": key, "pushName": "Paul", "message": message, "messageTimestamp": _SENT_AT},
        },
    }


def _of_green_api(message: Json) -> Json:
    return {
        "typeWebhook": "incomingMessageReceived",
        "instanceData": {"idInstance": 1101000001, "wid": "15550100@c.us", "typeInstance": "whatsapp"},
        "timestamp": _SENT_AT,
        "idMessage": "3EB0C1D2E3F405162738",
        "senderData": {"chatId": "4915550100444@c.us", "sender": "4915550100444@c.us", "senderName": "Nora"},
        "messageData": message,
    }


def _of_2chat(message: Json) -> Json:
    return {
        "id": "MSG5f0c2a7e-0000-4000-8000-000000000001",
        "uuid": "MSG5f0c2a7e-0000-4000-8000-000000000001",
        "session_key": "WW-WPN00000000-0000-4000-8000-000000000002-4915550100555@c.us",
        "message": message,
        "remote_phone_number": "+4915550100555",
        "sent_by": "user",
        "contact": {"first_name": "Omar", "last_name": "Haddad"},
        "created_at": "2026-09-21T14:13:20Z",
    }


def _order_message(order_id: str) -> Json:
    return {
        "orderMessage": {
            "orderId": order_id,
            "itemCount": 2,
            "status": "INQUIRY",
            "surface": "CATALOG",
            "message": "by noon, please",
            "orderTitle": "Bakery",
            "sellerJid": "15550100@s.whatsapp.net",
            "token": _TOKEN,
            "totalAmount1000": {"low": 9000, "high": 0, "unsigned": False},
            "totalCurrencyCode": "EUR",
        }
    }


_LINE: Json = {"product_retailer_id": "RYE-1", "quantity": 2, "item_price": 4.5, "currency": "EUR"}
SENT: dict[str, Sent] = {
    "meta": Sent(
        _of_meta(
            {
                "contacts": [{"profile": {"name": "Mira"}, "wa_id": "4915550100111"}],
                "messages": [
                    {
                        "from": "4915550100111",
                        "id": "wamid.HBgNNDkxNTU1MDEwMDExMRUCABIYFDNFQjAwMA==",
                        "timestamp": str(_SENT_AT),
                        "type": "order",
                        "order": {"catalog_id": "300400500600700", "text": "by noon, please", "product_items": [_LINE]},
                    }
                ],
            }
        ),
        _of_meta({"statuses": [{"id": "wamid.HBgNMQ==", "status": "delivered", "timestamp": str(_SENT_AT)}]}),
    ),
    "evolution": Sent(_of_evolution(_order_message("810000000000201")), _of_evolution({"conversation": "Hello"})),
    "waha": Sent(_of_waha(_order_message("810000000000301")), _of_waha({"conversation": "Hello"})),
    "green-api": Sent(
        _of_green_api(
            {
                "typeMessage": "orderMessage",
                "orderMessage": {
                    "orderId": "810000000000401",
                    "token": _TOKEN,
                    "totalPrice": "900",
                    "currency": "EUR",
                    "itemCount": 2,
                    "orderTitle": "Bakery",
                    "sellerJid": "15550100@c.us",
                },
            }
        ),
        _of_green_api({"typeMessage": "textMessage", "textMessageData": {"textMessage": "Hello"}}),
    ),
    "2chat": Sent(
        _of_2chat(
            {
                "text": "Rye loaf",
                "order": {
                    "subtotal": 9,
                    "total": 9,
                    "currency": "EUR",
                    "created_at": _SENT_AT,
                    "products": [{"id": "7001", "name": "Rye loaf", "price": 4.5, "currency": "EUR", "quantity": 2}],
                },
            }
        ),
        _of_2chat({"text": "Hello"}),
    ),
}
