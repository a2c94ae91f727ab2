"""What setup knows of the settings it asks for: from the environment, from `.env`, or as answered."""

import os
from collections.abc import Mapping
from pathlib import Path

from connector.settings import ENV_FILE, Settings, load_settings, trimmed
from connector.setup.env_file import EnvFileError, change_env_file, read_env_file

_STAND_INS = {
    "whapi_token": "-" * 20,
    "google_credentials": "credentials.json",
    "spreadsheet_id": "-" * 20,
    "public_url": None,
    "webhook_secret": "-" * 20,
    "admin_password": None,
}
"""In place of what is not known yet, so that one step can be tried before the next is answered."""


class Values:
    """Real environment variables win over the file, as they do for the service."""

    def __init__(self, path: Path = Path(ENV_FILE), environment: Mapping[str, str] = os.environ) -> None:
        """Raises EnvFileError."""
        self.path = path
        self._environment = {name.upper(): trimmed(value) for name, value in environment.items()}
        self._file = {name.upper(): trimmed(value) for name, value in read_env_file(path).items()}
        self._suggested: dict[str, str] = {}
        self._kept: dict[str, str] = {}
        self.changed = False
        """Whether the file was written."""

    def get(self, name: str) -> str | None:
        """The value that the service would take, or that was tried last; None if there is none."""
        places = (self._kept, self._suggested, self._environment, self._file)
        return next((value for place in places if (value := place.get(name))), None)

    def was_answered(self, name: str) -> bool:
        """Whether the setting stands in the file or the environment, be it empty: then it was left out on purpose."""
        return name in self._environment or name in self._file

    def suggest(self, name: str, value: str) -> None:
        """Remembers an answer that couldn't be tried yet, for as long as this run lasts."""
        self._suggested[name] = value

    def keep(self, name: str, value: str) -> None:
        """Writes a right answer to the file at once, so that it needn't be given again. Raises EnvFileError."""
        try:
            self.changed = change_env_file(self.path, {name: value}) or self.changed
        except EnvFileError:
            # Where all stands in the environment, as in a container that may write nothing, no file is needed.
            if self._environment.get(name) != value:
                raise
        self._kept[name] = value

    def overruled(self) -> list[str]:
        """Settings whose value in the environment is not the one that was kept: the service would take the other."""
        return [
            name
            for name, value in self._kept.items()
            if self._environment.get(name) and self._environment[name] != value
        ]

    def settings(self, **values: str) -> Settings:
        """The settings with what was kept in this run; `values` are tried beside that. Raises SettingsError."""
        kept = {name.lower(): value or None for name, value in self._kept.items()}
        return load_settings(**{**_STAND_INS, **kept, **values})
