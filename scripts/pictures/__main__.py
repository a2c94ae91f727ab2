"""Makes the pictures in docs/pictures.

    python -m scripts.pictures [FOLDER]

Needs Debian's package chromium and the development requirements; for the picture of Summary libreoffice-calc and
poppler-utils, for small files pngquant, and fonts-noto-core for the letters of all customers. With a folder
the pictures go there, and some more to look at.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from scripts.pictures import sheet, status_page

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
MADE = (
    *("status-desktop.png", "status-phone.png", "status-phone-arabic.png"),
    *("sheet-orders.png", "sheet-items.png", "summary.png"),
)


def main() -> None:
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES
    target.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        status_page.draw(browser, target, whole=target != PICTURES)
        sheet.draw(browser, target)
        browser.close()
    if shutil.which("pngquant"):
        made = [target / name for name in MADE if (target / name).exists()]
        subprocess.run(["pngquant", "--force", "--skip-if-larger", "--ext", ".png", *made], check=False)


if __name__ == "__main__":
    main()
