"""Rules of a state machine in which Google doesn't take every order's rows, and tabs become tables."""

import re

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from sandbox.google.calls import Call
from sandbox.google.errors import ApiError
from sandbox.google.merchant import Merchant
from sandbox.google.standin import Answer, GoogleStandIn
from tests.pipeline.direct import SPREADSHEET_ID


class RefusingGoogle(RuleBasedStateMachine):
    """`refuse_some` once there is a stand-in."""

    google: GoogleStandIn

    def refuse_some(self) -> None:
        self.odd: dict[str, int] = {}
        """Orders whose rows Google doesn't take, and with which status it says so."""
        ordinary = self.google.answer

        def answer(call: Call, *, counted: bool = True) -> Answer:
            return self._refusal(call) or ordinary(call, counted=counted)

        self.google.answer = answer  # type: ignore[method-assign]

    @rule(number=st.integers(0, 12), status=st.sampled_from([None, 400, 500]))
    def google_takes_an_orders_rows_or_not(self, number: int, status: int | None) -> None:
        """Refused, or answered with an error each time, alone or with others; None: taken again."""
        self.odd.pop(f"order-{number}", None)
        if status is not None:
            self.odd[f"order-{number}"] = status

    @rule(tab=st.sampled_from(["Orders", "Items"]))
    def the_merchant_makes_a_table_of_a_tab_or_undoes_it(self, tab: str) -> None:
        sheet = self.google.spreadsheets[SPREADSHEET_ID].content.sheet_titled(tab)
        if sheet is None:
            return
        merchant = Merchant(self.google, SPREADSHEET_ID)
        if sheet.tables:
            merchant.revert_tables(tab)
        else:
            merchant.convert_to_table(tab)

    def _refusal(self, call: Call) -> Answer | None:
        if not call.path.endswith(":batchUpdate"):
            return None
        body = call.body.decode()
        for order_id, status in self.odd.items():
            if re.search(rf"\b{order_id}\b", body):
                return Answer(status, ApiError(status, "Invalid requests[6].updateCells: No.").body())
        return None
