"""The faults that the page has a button for. Every other one can be switched on with `POST /sandbox/faults`."""

from typing import Any

_WRITE = {"service": "google", "path_contains": ":batchUpdate"}
_FETCH = {"service": "whapi", "path_contains": "/business/orders"}


def _button(label: str, title: str, fault: dict[str, Any]) -> dict[str, Any]:
    return {"label": label, "title": title, "fault": fault}


FAULT_BUTTONS = (
    _button("Written, then 503", "Google writes the rows and answers 503.", {**_WRITE, "kind": "commit_then_503"}),
    _button(
        "Written, then cut off",
        "Google writes the rows; the connection breaks before the answer.",
        {**_WRITE, "kind": "commit_then_drop"},
    ),
    _button(
        "Written 5 s late",
        "The connection breaks at once; Google writes the rows 5 seconds later.",
        {**_WRITE, "kind": "late_commit", "seconds": 5},
    ),
    _button(
        "Google 429",
        "Google refuses the next three writes: quota used up.",
        {**_WRITE, "kind": "status", "status": 429, "times": 3},
    ),
    _button("Google hangs", "No answer for 30 seconds; nothing is written.", {**_WRITE, "kind": "hang", "seconds": 30}),
    _button(
        "Whapi 500",
        "The next three fetches of items get a 500.",
        {**_FETCH, "kind": "status", "status": 500, "times": 3},
    ),
    _button("Whapi cut off", "The next fetch of items gets no answer.", {**_FETCH, "kind": "drop"}),
)
