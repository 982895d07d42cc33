"""What the web tier is told by its environment. Like `core/settings.py`, the only reader of it on this side."""

from functools import cached_property

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class WebSettings(BaseSettings):
    """Values of `FINLENS_*` that a client of the API may know: no database, no keys."""

    model_config = SettingsConfigDict(env_prefix="FINLENS_", extra="ignore")

    url: str = Field(default="http://127.0.0.1:8000", description="where the API is")
    demo_password: SecretStr | None = Field(default=None, description="set where the demo bank is loaded")

    @cached_property
    def api_url(self) -> str:
        return self.url.rstrip("/")

    @property
    def demo_mails(self) -> list[str]:
        """Logins the login page may offer to fill in. Their password is never sent to a browser."""
        if self.demo_password is None:
            return []
        return [f"{role}@finlens.example" for role in ("customer", "analyst", "staff", "admin")]
