"""The conversation with whoever sets the service up: what is said, asked, and answered."""

import sys

import click
from rich.console import Console
from rich.padding import Padding
from rich.text import Text


class CannotAskError(Exception):
    """Something must be asked, but nobody is there to answer."""


class Talk:
    """A person at a terminal; or, with `asks` off, a script: then every question is an error."""

    def __init__(self, *, asks: bool) -> None:
        self.asks = asks
        self._console = Console(highlight=False, width=None if sys.stdout.isatty() else 100)
        self.complaints = 0
        """How often something was said to be wrong."""

    def title(self, text: str) -> None:
        self._console.print()
        self._console.print(Text(text, style="bold"), soft_wrap=True)

    def explain(self, text: str) -> None:
        """How to get what will be asked for; scripts are spared it."""
        if self.asks:
            self._console.print(Padding(Text(text), (0, 0, 0, 2)))

    def say(self, sentence: str) -> None:
        self._console.print(Text(sentence), soft_wrap=True)

    def right(self, sentence: str) -> None:
        click.echo(f"{click.style('ok   ', fg='green')}  {sentence}")

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

    def _wrong(self, sentence: str) -> None:
        click.echo(f"{click.style('wrong', fg='red', bold=True)}  {sentence}")
