"""Saves a spreadsheet of the stand-in as an .xlsx file, so that another program can calculate and show it."""

from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.chart.axis import ChartLines
from openpyxl.chart.legend import Legend
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, OneCellAnchor
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties, RegularTextRun
from openpyxl.drawing.xdr import XDRPositiveSize2D
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from sandbox.google.a1 import letters
from sandbox.google.grid import Cell, Content, Formula, Sheet

_PIXELS_PER_CHARACTER, _PIXELS_PER_POINT = 8.25, 4 / 3
_UNITS_PER_PIXEL = 9525
"""Of the unit in which the file format places charts."""
_FAINT = "D9D9D9"


def save_as_xlsx(content: Content, path: Path) -> None:
    """Values, formulas, the looks that matter, and charts."""
    book = Workbook()
    book.remove(book.worksheets[0])
    made = {sheet.sheet_id: book.create_sheet(sheet.title) for sheet in content.sheets.values()}
    for sheet in content.sheets.values():
        target = made[sheet.sheet_id]
        for row, cells in enumerate(sheet.rows):
            for column, cell in (cells or {}).items():
                _write(target, row, column, cell)
        _dress(target, sheet)
        for chart in sheet.charts.values():
            _chart(target, chart)
    book.save(path)


def in_file_form(formula: str) -> str:
    """The formula with commas between arguments, as the file format has them in each locale."""
    parts = formula.split('"')
    return '"'.join(part if index % 2 else part.replace(";", ",") for index, part in enumerate(parts))


def _write(target: Worksheet, row: int, column: int, cell: Cell) -> None:
    made = target.cell(row + 1, column + 1)
    if isinstance(cell.value, Formula):
        made.value = in_file_form(cell.value.text)
    elif cell.value is not None:
        made.value = cell.value
        if isinstance(cell.value, str):
            made.data_type = "s"
    look = cell.format or {}
    if pattern := look.get("numberFormat", {}).get("pattern"):
        made.number_format = pattern
    text = look.get("textFormat", {})
    ink = _hex(text.get("foregroundColorStyle", {}).get("rgbColor", {}))
    made.font = Font(
        name="Arial", size=text.get("fontSize", 10), bold=text.get("bold"), italic=text.get("italic"), color=ink
    )
    if ground := look.get("backgroundColorStyle", {}).get("rgbColor"):
        made.fill = PatternFill("solid", fgColor=_hex(ground))
    made.alignment = Alignment(
        horizontal=look.get("horizontalAlignment", "").lower() or None,
        vertical="top" if look.get("verticalAlignment") == "TOP" else None,
        wrap_text=look.get("wrapStrategy") == "WRAP",
    )


def _hex(colour: dict[str, float]) -> str:
    return "".join(f"{round(colour.get(part, 0) * 255):02X}" for part in ("red", "green", "blue"))


def _dress(target: Worksheet, sheet: Sheet) -> None:
    for column, properties in sheet.column_properties.items():
        dimension = target.column_dimensions[letters(column)]
        if "pixelSize" in properties:
            dimension.width = properties["pixelSize"] / _PIXELS_PER_CHARACTER
        dimension.hidden = bool(properties.get("hiddenByUser"))
    for row, properties in sheet.row_properties.items():
        if "pixelSize" in properties:
            target.row_dimensions[row + 1].height = properties["pixelSize"] / _PIXELS_PER_POINT
    target.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    target.page_setup.orientation = "landscape"
    target.page_setup.fitToHeight = 1
    target.sheet_view.showGridLines = not sheet.grid.get("hideGridlines")
    if frozen := sheet.grid.get("frozenRowCount"):
        target.freeze_panes = f"A{frozen + 1}"


def _chart(target: Worksheet, chart: dict[str, Any]) -> None:
    spec = chart["spec"]
    basic = spec["basicChart"]
    made = BarChart()
    made.type = "bar" if basic["chartType"] == "BAR" else "col"
    made.gapWidth = 50
    made.legend = None if basic["legendPosition"] == "NO_LEGEND" else Legend(legendPos="t")
    for series in basic["series"]:
        made.add_data(_reference(target, series["series"]), titles_from_data=True)
        made.series[-1].graphicalProperties.solidFill = _hex(series["colorStyle"]["rgbColor"])
    domain = _reference(target, basic["domains"][0]["domain"])
    domain.min_row += 1
    made.set_categories(domain)
    if made.type == "bar":
        made.x_axis.scaling.orientation = "maxMin"
    made.x_axis.delete = made.y_axis.delete = False
    made.x_axis.txPr = made.y_axis.txPr = RichText(p=[_letters(7)])
    made.title = Title(tx=Text(rich=RichText(p=[_letters(11, spec["title"])])))
    made.y_axis.majorGridlines = ChartLines(GraphicalProperties(ln=LineProperties(solidFill=_FAINT)))
    place = chart["position"]["overlayPosition"]
    anchor = place["anchorCell"]
    marker = AnchorMarker(
        col=anchor.get("columnIndex", 0),
        row=anchor.get("rowIndex", 0),
        colOff=place.get("offsetXPixels", 0) * _UNITS_PER_PIXEL,
    )
    size = XDRPositiveSize2D(place["widthPixels"] * _UNITS_PER_PIXEL, place["heightPixels"] * _UNITS_PER_PIXEL)
    made.anchor = OneCellAnchor(_from=marker, ext=size)  # type: ignore[assignment]
    target.add_chart(made)


def _letters(points: int, text: str | None = None) -> Paragraph:
    """Text of that size in a chart; without text: the size of what stands there."""
    size = CharacterProperties(sz=points * 100)
    runs = [] if text is None else [RegularTextRun(rPr=size, t=text)]
    return Paragraph(pPr=ParagraphProperties(defRPr=size), r=runs, endParaRPr=None if runs else size)


def _reference(target: Worksheet, data: dict[str, Any]) -> Reference:
    (area,) = data["sourceRange"]["sources"]
    return Reference(
        target,
        min_col=area["startColumnIndex"] + 1,
        max_col=area["endColumnIndex"],
        min_row=area["startRowIndex"] + 1,
        max_row=area["endRowIndex"],
    )
