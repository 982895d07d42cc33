"""One schema per service, and the two roles that the services log in as or step down to.

Way back: drop the schemas; the roles may serve other databases of the same server and stay.
"""

from alembic import op

revision = "0001"
down_revision = None

SCHEMAS = ("identity", "banking", "ledger", "imports", "insights", "fraud", "rag", "agents", "reporting")


def upgrade() -> None:
    # A managed server may not let us create roles: then its administrator creates these two and grants them to us.
    op.execute("""
        DO $$
        DECLARE role_name text;
        BEGIN
            FOREACH role_name IN ARRAY ARRAY['finlens_app', 'finlens_reader'] LOOP
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
                    EXECUTE format('CREATE ROLE %I', role_name);
                    EXECUTE format('GRANT %I TO CURRENT_USER', role_name);
                END IF;
            END LOOP;
        END $$
    """)
    op.execute("CREATE EXTENSION IF NOT EXISTS vector")
    for schema in SCHEMAS:
        op.execute(f"CREATE SCHEMA {schema}")
