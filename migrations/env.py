"""Runs the numbered migrations, then lays the SQL sources (functions, views) down where they have changed. One database
transaction."""

from alembic import context
from sqlalchemy import create_engine, text

from migrations.run import lay_sources


def run() -> None:
    engine = create_engine(context.config.attributes["url"])
    with engine.connect() as connection:
        connection.execute(text("SET lock_timeout = '5s'"))
        context.configure(connection=connection, target_metadata=context.config.attributes.get("metadata"))
        with context.begin_transaction():
            context.run_migrations()
            lay_sources(connection)
        connection.commit()
    engine.dispose()


run()
