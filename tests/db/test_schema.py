"""The tables that the code believes in are the tables that the migrations make."""

import psycopg
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from sqlmodel import SQLModel

import core.banking.tables
import core.identity.tables
import core.imports.tables
import core.ledger.tables  # noqa: F401  # registers its tables
from core.db import dsn, owner_url
from core.settings import Settings
from migrations.run import migrate

_CATALOGUE = """
    SELECT 'column', table_schema, table_name, column_name, data_type, is_nullable, column_default
      FROM information_schema.columns WHERE table_schema NOT IN ('pg_catalog', 'information_schema')
    UNION ALL
    SELECT 'index', schemaname, tablename, indexname, indexdef, '', '' FROM pg_indexes WHERE schemaname <> 'pg_catalog'
    UNION ALL
    SELECT 'function', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid), md5(prosrc), proacl::text, ''
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE n.nspname IN ('ledger', 'fraud', 'reporting', 'insights')
    UNION ALL
    SELECT 'grant', table_schema, table_name, grantee, privilege_type, '', ''
      FROM information_schema.role_table_grants WHERE grantee LIKE 'finlens%'
    UNION ALL
    SELECT 'constraint', n.nspname, c.conname, pg_get_constraintdef(c.oid), '', '', ''
      FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace
     ORDER BY 1, 2, 3, 4, 5
"""


def test_columns_of_the_table_models_are_those_of_the_database(settings: Settings) -> None:
    """Names, types and nullability. Indexes, defaults and checks stand in the migrations alone."""
    schemas = {"identity", "banking", "imports", "ledger"}
    engine = create_engine(owner_url(settings))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_schemas": True,
                "include_name": lambda name, kind, _: kind != "schema" or name in schemas,
                "include_object": lambda item, name, kind, is_reflected, other: kind in {"table", "column"},
                "compare_type": True,
            },
        )
        differences = compare_metadata(context, SQLModel.metadata)
    engine.dispose()
    # login_attempt has no model: two statements are all that touch it.
    unmodelled = [("remove_table", "login_attempt")]
    assert [_summary(difference) for difference in differences] == unmodelled


def _summary(difference: object) -> object:
    match difference:
        case ("remove_table" | "add_table" as kind, table):
            return kind, table.name
        case other:
            return other


def test_migrating_again_changes_nothing(settings: Settings) -> None:
    def catalogue() -> list[tuple[object, ...]]:
        with psycopg.connect(dsn(owner_url(settings))) as connection:
            return connection.execute(_CATALOGUE).fetchall()

    before = catalogue()
    migrate(owner_url(settings))
    assert catalogue() == before
    assert len(before) > 100


def test_a_program_that_starts_waits_for_no_reader(settings: Settings) -> None:
    with psycopg.connect(dsn(owner_url(settings))) as reader:
        reader.execute("SELECT count(*) FROM reporting.account")  # held until this transaction ends
        migrate(owner_url(settings))


def test_sources_that_differ_from_those_laid_are_laid_anew(settings: Settings) -> None:
    with psycopg.connect(dsn(owner_url(settings))) as connection:
        laid = connection.execute("SELECT obj_description('ledger'::regnamespace)").fetchone()
        connection.execute("COMMENT ON SCHEMA ledger IS 'sources of yesterday'")
    migrate(owner_url(settings))
    with psycopg.connect(dsn(owner_url(settings))) as connection:
        assert connection.execute("SELECT obj_description('ledger'::regnamespace)").fetchone() == laid
