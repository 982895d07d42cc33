"""`migrate(url)` brings a database to today's schema: numbered migrations for tables, sources for functions and views.

Functions and views are source code: they live beside the Python that uses them, and each `migrate` creates them anew,
so a change to one is a diff of its own file and not a copy in a migration.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection

ROOT = Path(__file__).resolve().parent.parent

SOURCES = (
    "core/ledger/apply_transfers.sql",
    "core/ledger/settlement.sql",
    "core/ledger/relay.sql",
    "core/ledger/feed.sql",
    "core/audit.sql",
    "core/ledger/audit_chain.sql",
    "core/ledger/holds.sql",
    "core/ledger/balances.sql",
    "core/insights/rules.sql",
    "core/insights/parts.sql",
    "core/insights/views.sql",
    "core/insights/rollups.sql",
    "core/insights/patterns.sql",
    "core/fraud/score.sql",
    "core/fraud/views.sql",
    "rag/views.sql",
    "agents/views.sql",
    "migrations/grants.sql",
)
"""In order of dependence; each can be run any number of times."""


def migrate(url: URL) -> None:
    """Bring the database at `url` (the owner's login) to today's schema. Running it again changes nothing."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = url
    command.upgrade(config, "head")


def lay_sources(connection: Connection) -> None:
    cursor = connection.connection.cursor()
    for source in SOURCES:
        cursor.execute((ROOT / source).read_text())
