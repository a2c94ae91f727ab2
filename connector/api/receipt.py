"""What became of a webhook's content, as its answer says it."""

from connector.jobs.receive import Receipt


def receipt_json(receipt: Receipt) -> dict[str, int]:
    return {
        "accepted": receipt.accepted,
        "duplicates": receipt.duplicates,
        "ignored": receipt.ignored,
        "quarantined": receipt.quarantined,
    }
