"""What the environment says; the one module that reads it."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_KEY_VARIABLE = "OPENAI_API_KEY"
DEFAULT_ANSWER_BYTES = 4_000_000


class Settings(BaseSettings):
    """Paths and limits that an installation may move; see the README for each variable."""

    model_config = SettingsConfigDict(env_prefix="ATTRPROMPT_", extra="ignore")

    home: Path = Field(default=Path("data"), description="folder of the database, the caches and the locks")
    database_url: str | None = Field(default=None, description="PostgreSQL for a team; otherwise SQLite in the home")
    embedded_model: Path | None = Field(default=None, description="another GGUF file for the embedded model")
    key_variables: str | None = Field(default=None, description="which variables with keys pages may send, and where")
    answer_bytes: int = Field(default=DEFAULT_ANSWER_BYTES, ge=10_000, description="longest answer of an endpoint")
    worker_idle_seconds: float = Field(default=600.0, gt=0, description="the worker process ends when idle so long")


def load_settings(home: Path | str | None = None) -> Settings:
    """The settings of this process; a given home wins over the environment."""
    return Settings() if home is None else Settings(home=Path(home))


def pass_home_on(home: str | None) -> None:
    """Give processes that this one becomes or starts the home that a command was given, if it was given one."""
    if home is not None:
        os.environ["ATTRPROMPT_HOME"] = home


def read_key(variable: str) -> SecretStr | None:
    """The API key in this environment variable, or None where it is not set."""
    key = os.environ.get(variable, "").strip()
    return SecretStr(key) if key else None
