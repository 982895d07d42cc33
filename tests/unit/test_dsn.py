"""The address for psycopg alone says what the address for SQLAlchemy says."""

from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr

from core.db import app_url, dsn
from core.settings import Settings


def test_passwords_options_and_parameters_survive() -> None:
    url = SecretStr("postgresql://owner:a%2B%20b%40@db.example:5433/bank?sslmode=require")
    settings = Settings(_env_file=None, database_url=url)  # pyright: ignore[reportCallIssue]
    assert conninfo_to_dict(dsn(app_url(settings))) == {
        "host": "db.example",
        "port": "5433",
        "user": "owner",
        "password": "a+ b@",
        "dbname": "bank",
        "sslmode": "require",
        "options": "-c role=finlens_app",
    }
