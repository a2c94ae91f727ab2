"""The tab `Summary`, calculated and drawn by LibreOffice, since the sandbox draws no charts."""

import subprocess
from datetime import date
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from sandbox.google.grid import Content
from tests.spreadsheet.export import save_as_xlsx
from tests.spreadsheet.libreoffice import as_pdf

_TAB = "Summary"
_AREA = "A1:O45"
"""What is in the picture; the table of the days goes on below."""
_RESOLUTION = "200"
_CROP = ("-x", "130", "-y", "170", "-W", "1935", "-H", "1095")
"""Where LibreOffice puts that area on the page, at this resolution."""


def draw(content: Content, today: date, folder: Path, path: Path) -> None:
    """As it looks on that day."""
    file = folder / "summary.xlsx"
    save_as_xlsx(content, file)
    book = load_workbook(file)
    for name in book.sheetnames:
        book[name].sheet_state = "visible" if name == _TAB else "hidden"
    book.active = book.sheetnames.index(_TAB)
    sheet = book[_TAB]
    assert isinstance(sheet, Worksheet)
    sheet.print_area = _AREA
    for cells in sheet.iter_rows():
        for cell in cells:
            if isinstance(cell.value, str) and cell.data_type == "f":
                cell.value = cell.value.replace("TODAY()", f"DATE({today:%Y,%-m,%-d})")
    book.save(file)
    pdf = as_pdf(file, folder)
    command = ["pdftocairo", "-png", "-singlefile", "-r", _RESOLUTION, *_CROP, str(pdf), str(path.with_suffix(""))]
    subprocess.run(command, check=True)
