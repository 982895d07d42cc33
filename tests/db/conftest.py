"""What most tests on the database begin with."""

import pytest

from core.db import Database
from tests.factories import Town, make_town


@pytest.fixture
async def town(database: Database) -> Town:
    """A bank with its cash, Asha and Ravi; nobody else's."""
    async with database.unit() as session:
        return await make_town(session)
