"""Whoever runs a command operates the installation, and may act for anyone in it; the audit trail says so."""

import getpass
import os

from core.audit import record
from core.db import Database
from core.identity.access import Principal
from core.identity.users import principal_by_email


def operator() -> str:
    """The operator as the machine knows them, in the form that audit events carry."""
    try:
        return f"operator:{getpass.getuser()}"
    except (OSError, KeyError):
        return f"operator:{os.getuid()}"


async def acting_for(database: Database, email: str, action: str, **facts: object) -> Principal:
    """The user or customer with this email, after a note in the audit trail that the operator acts for them.

    Raises NotFound if nobody has it.
    """
    async with database.unit() as session:
        principal = await principal_by_email(session, email)
        await record(session, actor=operator(), action=action, subject=principal.subject, **facts)
    return principal
