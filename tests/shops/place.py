"""A working directory with a file of shops."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connector.settings import Settings
from connector.shops.settings import ShopEntry, Shops, read_shops

OPERATORS_SECRET = "the-secret-of-the-operator"
OPERATORS_PASSWORD = "password-of-the-operator"


def entry(number: int, **more: str) -> str:
    """The lines of a shop that is right; `more`: TOML by name, in place of or beside them; empty text: left out."""
    lines = {
        "whapi_token": f'"token-{number:020}"',
        "webhook_secret": f'"a-secret-of-the-shop-{number:04}"',
        "spreadsheet_id": f'"1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlb-{number:06}"',
        **more,
    }
    return "".join(f"{name} = {value}\n" for name, value in lines.items() if value)


def shop(name: str, number: int, **more: str) -> str:
    return f"[shops.{name}]\n{entry(number, **more)}"


class Place:
    """The file, or with `write_folder` the folder, `shops`, and what is read from it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "shops.toml"

    def write(self, *parts: str) -> None:
        self.path.write_text("\n".join(parts), encoding="utf-8")

    def write_folder(self, **files: str) -> None:
        self.path = self.folder / "shops"
        self.path.mkdir(exist_ok=True)
        for name, text in files.items():
            (self.path / f"{name}.toml").write_text(text, encoding="utf-8")

    def operator(self, **values: Any) -> Settings:
        needed = {"whapi_token": "", "spreadsheet_id": "", "webhook_secret": OPERATORS_SECRET}
        return Settings(**{"shops_file": str(self.path), "admin_password": OPERATORS_PASSWORD, **needed, **values})

    def read(
        self,
        before: Mapping[str, ShopEntry] | None = None,
        added: Mapping[str, Mapping[str, Any]] | None = None,
        **values: Any,
    ) -> Shops:
        return read_shops(self.operator(**values), before=before, added=added)
