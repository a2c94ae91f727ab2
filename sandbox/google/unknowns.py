"""Where Google's behaviour is not known: switches, set to what was reported or to the harder case."""

from dataclasses import dataclass


@dataclass
class Unknowns:
    """How the stand-in behaves where Google's behaviour is not known (docs/google-sheets.md, 7)."""

    accept_second_marker: bool = False
    """A second creation of developer metadata with an existing id is accepted.
    Observed at Google: refused."""
    duplicate_copies_metadata: bool = True
    """A duplicated tab takes copies of the entries along, with new ids."""
    sort_moves_metadata: bool = True
    """Sorting takes the entries of rows along with what the rows hold; otherwise only contents move. Observed at
    Google: it does."""
    refuse_unmatched_metadata: bool = True
    """A change or deletion of entries whose filter finds none is refused, and the batch with it; otherwise
    nothing happens."""
    restore_keeps_metadata: bool = False
    """Restoring an old version brings its entries back; otherwise the spreadsheet has none afterwards."""
    copy_keeps_metadata: bool = True
    """A copy of a spreadsheet has the entries too."""
    inserted_rows_inherit_hidden: bool = False
    """A row inserted next to a hidden row is hidden as well."""
    filter_swallows_appends: bool = True
    """`values.append` under a filter overwrites the hidden rows at a table's end (reported, docs/google-sheets.md
    2.1)."""
    filters_answered_as_asked: bool = False
    """`values:batchGetByDataFilter` answers in the order of its filters, and a search in the order in which the
    entries were made; otherwise the other way round."""
    tables_take_rows_below: bool = False
    """Rows inserted just below a table's last row belong to it afterwards; those inserted within always do."""
    typed_columns_refuse_rules_in_cells: bool = True
    """`dataValidation` in the mask of `updateCells` is refused in a typed column, as `setDataValidation` is. One
    client's notes say that it is taken."""
