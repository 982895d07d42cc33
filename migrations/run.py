"""`migrate(url)` brings a database to today's schema: numbered migrations for tables, sources for functions and views.

Functions and views are source code: they live beside the Python that uses them, and `migrate` creates them anew where
one of them or the schema has changed, so a change to one is a diff of its own file and not a copy in a migration.
"""

from hashlib import sha256
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import URL, Connection, text

ROOT = Path(__file__).resolve().parent.parent

SOURCES = (
    "core/ledger/apply_transfers.sql",
    "core/ledger/settlement.sql",
    "core/ledger/relay.sql",
    "core/ledger/feed.sql",
    "core/audit.sql",
    "core/imports/statistics.sql",
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
    """Create functions and views anew, unless those of today's schema are there already: a view that is replaced keeps
    its readers waiting, and no start of a program should do that to a server at work."""
    digest = _digest(MigrationContext.configure(connection).get_current_heads())
    if connection.execute(text("SELECT obj_description('ledger'::regnamespace)")).scalar() == digest:
        return
    cursor = connection.connection.cursor()
    for source in SOURCES:
        cursor.execute((ROOT / source).read_text())
    cursor.execute(f"COMMENT ON SCHEMA ledger IS '{digest}'")


def _digest(heads: tuple[str, ...]) -> str:
    """What is laid: the sources, and the schema that they were laid over, whose migrations may have dropped some."""
    sources = "".join((ROOT / source).read_text() for source in SOURCES)
    return f"sources {sha256(f'{heads}{sources}'.encode()).hexdigest()}"
