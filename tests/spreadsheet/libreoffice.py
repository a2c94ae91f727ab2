"""Has LibreOffice calculate spreadsheets."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.workbook.workbook import Workbook

_PATIENCE = 600


def calculated(files: Sequence[Path], folder: Path) -> list[Workbook]:
    """The .xlsx files as LibreOffice calculates them."""
    return [load_workbook(path, data_only=True) for path in _converted(files, folder, "xlsx")]


def as_pdf(file: Path, folder: Path) -> Path:
    """What a person would see, a page for each tab."""
    return _converted([file], folder, "pdf")[0]


def _converted(files: Sequence[Path], folder: Path, kind: str) -> list[Path]:
    program = shutil.which("soffice")
    assert program is not None, "LibreOffice is needed. On Debian: apt-get install libreoffice-calc"
    profile = (folder / "profile").as_uri()
    command = [program, f"-env:UserInstallation={profile}", "--headless", "--convert-to", kind, "--outdir", str(folder)]
    subprocess.run([*command, *map(str, files)], check=True, timeout=_PATIENCE, capture_output=True)
    return [folder / f"{file.stem}.{kind}" for file in files]
