"""Reads the settings: environment variables, and the file `.env` in the working directory."""

from dataclasses import MISSING, fields
from functools import cache
from typing import Any, get_type_hints

from pydantic import ValidationError, create_model
from pydantic_settings import BaseSettings, SettingsConfigDict

from connector.config import ENV_FILE, HOW_TO_GET, Settings, SettingsError, contradictions


def load_settings(*, env_file: str | None = ENV_FILE, **values: Any) -> Settings:
    """The settings from the environment and the file; `values` win over both. Raises SettingsError with every problem
    there is."""
    try:
        form = _form()(_env_file=env_file, **values)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False, include_context=False)
        raise SettingsError([_sentence(problem) for problem in problems]) from None
    except (OSError, UnicodeDecodeError):
        raise SettingsError(
            [f"The file {env_file} can't be read. See that it is a text file and that the service may read it."]
        ) from None
    settings = Settings(**{name: getattr(form, name) for name in type(form).model_fields})
    contradicting = list(contradictions(settings))
    if contradicting:
        raise SettingsError(contradicting)
    return settings


@cache
def _form() -> type[BaseSettings]:
    """What pydantic fills in: the settings with their types and defaults."""
    types = get_type_hints(Settings, include_extras=True)
    named: dict[str, Any] = {
        field.name: (types[field.name], ... if field.default is MISSING else field.default)
        for field in fields(Settings)
    }
    return create_model("Form", __base__=_Base, **named)


class _Base(BaseSettings):
    model_config = SettingsConfigDict(
        env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore", hide_input_in_errors=True
    )


def _sentence(problem: Any) -> str:
    name = str(problem["loc"][0]).upper()
    if problem["type"] == "missing":
        return f"{name} is not set. {HOW_TO_GET[name]}"
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] != "value_error":
        message = message[0].lower() + message[1:] + "."
    return f"{name} is wrong: {message}"
