"""Verified tokens, kept: the busiest route would spend more on signatures and look-ups than on the payment."""

import asyncio
from dataclasses import dataclass, field
from time import monotonic

from core.app import Services
from core.identity.access import Principal
from core.identity.tokens import claims_of_access_token
from core.identity.users import principal_of

RECHECK_S = 1.0
"""How long a user who was disabled, or whose role has changed, may still be taken for what they were."""
TOKENS_MAX = 10_000


@dataclass(frozen=True, slots=True)
class _Verified:
    principal: Principal
    expires_at: int
    checked_at: float


@dataclass(slots=True)
class VerifiedTokens:
    """Who bears which token, as of at most RECHECK_S ago. One per process."""

    _services: Services
    _verified: dict[str, _Verified] = field(default_factory=dict[str, _Verified])
    _checks: dict[str, asyncio.Task[Principal]] = field(default_factory=dict[str, "asyncio.Task[Principal]"])

    async def principal(self, token: str) -> Principal:
        """Who bears `token`. Raises TokenRefused unless it is ours, unexpired, and its user is still welcome."""
        held = self._verified.get(token)
        if (
            held is not None
            and monotonic() - held.checked_at < RECHECK_S
            and self._services.now().timestamp() < held.expires_at
        ):
            return held.principal
        check = self._checks.get(token)
        if check is None:  # those who come with it meanwhile wait for the same look-up
            check = self._checks[token] = asyncio.create_task(self._check(token))
            check.add_done_callback(lambda _: self._checks.pop(token, None))
        return await asyncio.shield(check)

    async def _check(self, token: str) -> Principal:
        self._verified.pop(token, None)
        claims = claims_of_access_token(self._services.settings, token, self._services.now())
        async with self._services.database.unit() as session:
            principal = await principal_of(session, claims.user_id)
        if len(self._verified) >= TOKENS_MAX:
            self._verified.pop(next(iter(self._verified)))
        self._verified[token] = _Verified(principal, claims.expires_at, monotonic())
        return principal
