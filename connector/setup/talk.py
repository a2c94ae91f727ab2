"""The conversation with the person who sets the service up: what is said, asked and answered, and what is known."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import click

from connector import terminal
from connector.language import gettext as _
from connector.language import marked
from connector.settings import ENV_FILE, SECRETS, Settings, load_settings
from connector.setup.env_file import EnvFileError, change_env_file, read_env_file
from connector.variables import OF_FILE, Variables, of_environment, trimmed, with_files

_STAND_INS = {
    "whapi_token": "-" * 20,
    "google_credentials": "credentials.json",
    "spreadsheet_id": "-" * 20,
    "public_url": None,
    "webhook_secret": "-" * 20,
    "admin_password": None,
}
"""In place of what is not known yet, so that one step can be tried before the next is answered."""


_NOBODY = marked(
    "Something has to be asked, but there is no terminal for the answer. Run setup in a terminal; or give what is "
    "missing in the environment or in {file}, and run it with --yes, which asks nothing."
)
_MARK = 7
"""Columns that a mark takes at the beginning of a line."""


class CannotAskError(Exception):
    """Something must be asked, but nobody is there to answer."""


class Talk:
    """A person at a terminal; or, with `asks` off, a script: then every question is an error."""

    def __init__(self, *, asks: bool) -> None:
        self.asks = asks
        self.complaints = 0
        """How often something was said to be wrong."""

    @property
    def can_ask(self) -> bool:
        """Whether a question would be answered."""
        return self.asks and terminal.is_answered()

    def title(self, text: str) -> None:
        click.echo()
        click.secho(terminal.laid_out(text), bold=True)

    def explain(self, text: str) -> None:
        """How to get what will be asked for; scripts are spared it."""
        if self.can_ask:
            click.echo("  " + terminal.laid_out(text, indent=2))

    def show(self, line: str) -> None:
        """What is to be copied, in one piece."""
        click.echo(f"  {line}")

    def say(self, sentence: str) -> None:
        click.echo(terminal.laid_out(sentence))

    def right(self, sentence: str) -> None:
        self._marked(click.style("ok   ", fg="green"), sentence)

    def wrong(self, sentence: str) -> None:
        """Something is wrong, and setup goes on; it will not end with success unless it is mended meanwhile."""
        self.complaints += 1
        self._wrong(sentence)

    def wrong_answer(self, sentence: str) -> None:
        """What was answered is wrong; it will be asked again."""
        self._wrong(sentence)
        if not self.asks:
            raise CannotAskError

    def ask(self, prompt: str, *, default: str | None = None) -> str:
        self._must_ask()
        answer: str = click.prompt(prompt, default=default, show_default=bool(default))
        return answer.strip()

    def ask_secret(self, prompt: str, *, default: str | None = None) -> str:
        """What is typed is not shown."""
        self._must_ask()
        answer: str = click.prompt(prompt, default=default, show_default=False, hide_input=True)
        return answer.strip()

    def _must_ask(self) -> None:
        if not self.asks:
            raise CannotAskError
        if not terminal.is_answered():
            click.echo(_(_NOBODY).format(file=ENV_FILE), err=True)
            raise CannotAskError

    def _wrong(self, sentence: str) -> None:
        self._marked(click.style("wrong", fg="red", bold=True), sentence)

    @staticmethod
    def _marked(mark: str, sentence: str) -> None:
        click.echo(f"{mark}  {terminal.laid_out(sentence, indent=_MARK)}")


class Answers(Protocol):
    """What is known of the settings while the steps ask for them, and where they are kept."""

    @property
    def path(self) -> Path:
        """The file in which answers are kept."""

    def get(self, name: str) -> str | None:
        """The value that the service would take, or that was tried last; None if there is none."""

    def was_answered(self, name: str) -> bool:
        """Whether the setting was given before, be it empty: then it was left out on purpose."""

    def named(self, name: str) -> str:
        """What the setting is called in that file."""

    def suggest(self, name: str, value: str) -> None:
        """Remembers an answer that couldn't be tried yet, for as long as this run lasts."""

    def keep(self, name: str, value: str) -> None:
        """Takes a right answer."""

    def settings(self, **values: str) -> Settings:
        """The settings with what was kept in this run; `values` are tried beside that. Raises SettingsError."""


class Values:
    """The settings of `.env`. Real environment variables win over the file, as they do for the service."""

    def __init__(self, path: Path = Path(ENV_FILE), environment: Mapping[str, str] = os.environ) -> None:
        """Raises EnvFileError."""
        self._path = path
        in_file = {name.upper(): trimmed(value) for name, value in read_env_file(path).items()}
        self._answered = {*in_file, *(name.upper() for name in environment)}
        self._file = with_files(in_file, SECRETS)
        self._environment = with_files(of_environment(environment), SECRETS)
        known = Variables()
        for place in (self._file, self._environment):
            known.overrule(place)
        if known.wrong:
            raise EnvFileError(" ".join(known.wrong.values()))
        self._suggested: dict[str, str] = {}
        self._kept: dict[str, str] = {}
        self.changed = False
        """Whether the file was written."""

    @property
    def path(self) -> Path:
        return self._path

    def named(self, name: str) -> str:
        return name

    def get(self, name: str) -> str | None:
        places = (self._kept, self._suggested, self._environment.texts, self._file.texts)
        return next((value for place in places if (value := place.get(name))), None)

    def was_answered(self, name: str) -> bool:
        """Whether the setting stands in the file or the environment, be it empty: then it was left out on purpose."""
        return not {name, name + OF_FILE}.isdisjoint(self._answered)

    def suggest(self, name: str, value: str) -> None:
        self._suggested[name] = value

    def keep(self, name: str, value: str) -> None:
        """Writes a right answer to the file at once, so that it needn't be given again; what stands in a file of its
        own stays there alone. Raises EnvFileError."""
        if not self._has_file_with(name, value):
            changes = {name: value}
            if name + OF_FILE in self._file.texts:
                changes[name + OF_FILE] = ""
            try:
                self.changed = change_env_file(self.path, changes) or self.changed
            except EnvFileError:
                # Where all stands in the environment, as in a container that may write nothing, no file is needed.
                if self._environment.texts.get(name) != value:
                    raise
        self._kept[name] = value

    def _has_file_with(self, name: str, value: str) -> bool:
        """Whether the service takes this value from a file that NAME_FILE names."""
        places = (self._environment, self._file)
        place = next((place for place in places if name in place.texts), None)
        return place is not None and place.texts[name] == value and name + OF_FILE in place.texts

    def overruled(self) -> list[str]:
        """Settings whose value in the environment is not the one that was kept: the service would take the other."""
        return [name for name, value in self._kept.items() if self._environment.texts.get(name) not in {None, value}]

    def settings(self, **values: str) -> Settings:
        kept = {name.lower(): value or None for name, value in self._kept.items()}
        return load_settings(**{**_STAND_INS, **kept, **values})
