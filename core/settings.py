"""Every setting of FinLens, read from the environment once. No other module reads it."""

from decimal import Decimal
from functools import cached_property
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Values of `FINLENS_*` (and of `.env`). Build one at the edge of a process and hand it down."""

    model_config = SettingsConfigDict(env_prefix="FINLENS_", env_file=".env", extra="ignore")

    home: Path = Field(default=Path(".finlens"), description="where the embedded database, keys and logs live")
    database_url: SecretStr | None = Field(default=None, description="owner of the database; replaces the embedded one")
    app_database_url: SecretStr | None = Field(default=None, description="what the API logs in as")
    reader_database_url: SecretStr | None = Field(default=None, description="what the agent's tools log in as")
    database_pool_size: int = Field(default=10, ge=1, le=200)

    api_host: str = "127.0.0.1"
    api_port: int = Field(default=8000, ge=1, le=65535)
    web_host: str = "127.0.0.1"
    web_port: int = Field(default=3000, ge=1, le=65535)
    url: str = Field(default="", description="where clients reach the API; empty means api_host:api_port")

    demo_password: SecretStr | None = Field(default=None, description="password of the demo logins")
    access_token_ttl_s: int = Field(default=600, ge=30, le=600)
    refresh_token_ttl_days: int = Field(default=30, ge=1, le=365)

    llm_model: str = Field(default="", description="empty means the built-in planner answers alone")
    llm_base_url: str = Field(default="", description="any OpenAI-compatible endpoint")
    llm_api_key: SecretStr | None = None
    llm_timeout_s: float = Field(default=10.0, gt=0, le=20, description="of one call; an answer has 20 in all")
    llm_tokens_max: int = Field(default=20_000, ge=1_000, description="per answer, in and out together")
    llm_price_in: Decimal = Field(default=Decimal(0), ge=0, description="of a million tokens sent")
    llm_price_out: Decimal = Field(default=Decimal(0), ge=0, description="of a million tokens received")
    llm_currency: str = Field(default="USD", pattern="^[A-Z]{3}$", description="of the prices")
    llm_private: bool = Field(default=True, description="names and numbers reach the model as stand-ins")

    embedder_model: str = Field(default="", description="empty means the built-in MiniLM")
    embedder_base_url: str = Field(default="", description="OpenAI-compatible endpoint; empty: sentence-transformers")
    embedder_api_key: SecretStr | None = None
    embedder_timeout_s: float = Field(default=10.0, gt=0, le=120)
    embedder_floor: float = Field(default=0.29, ge=-1, le=1, description="least cosine of what belongs together")

    log_level: str = "INFO"

    @cached_property
    def api_url(self) -> str:
        """Base URL of the API for clients on this machine, without a slash at the end."""
        return (self.url or f"http://{self.api_host}:{self.api_port}").rstrip("/")

    @property
    def keys(self) -> Path:
        """Folder of the signing and encryption keys, readable by the owner alone."""
        return self.home / "keys"
