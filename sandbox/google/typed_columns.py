"""What the typed columns of a table refuse, in Google's words (docs/google-sheets.md, 2.9)."""

from sandbox.google import fieldmask
from sandbox.google.draft import Draft
from sandbox.google.errors import Refused
from sandbox.google.ranges import Area

NO_NUMBER_FORMAT = "You can't set the number format of cells in a typed column."
NO_RULE = "This operation is not allowed on cells in typed columns."


def check_mask(draft: Draft, area: Area, fields: str) -> None:
    """Refuses a mask of CellData that names the number format, whatever the cells bring, or a rule (see `Unknowns`)."""
    if not _touches(draft, area):
        return
    mask = fieldmask.for_update(fields, "CellData")
    if fieldmask.names(mask, "userEnteredFormat") and fieldmask.names(
        fieldmask.below(mask, "userEnteredFormat"), "numberFormat"
    ):
        raise Refused(NO_NUMBER_FORMAT)
    if draft.unknowns.typed_columns_refuse_rules_in_cells and fieldmask.names(mask, "dataValidation"):
        raise Refused(NO_RULE)


def check_rule(draft: Draft, area: Area) -> None:
    if _touches(draft, area):
        raise Refused(NO_RULE)


def _touches(draft: Draft, area: Area) -> bool:
    return any(table.is_typed(area) for table in draft.sheet(area.sheet_id).tables.values())
