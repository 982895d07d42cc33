"""Logging in, staying logged in, logging out."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from core.app import Services
from core.audit import record
from core.errors import TokenRefused, WrongCredentials
from core.identity import sessions
from core.identity.access import Role
from core.identity.attempts import count_attempt, forget_attempts
from core.identity.guard import CurrentPrincipal, ServicesOf, Unit
from core.identity.passwords import PASSWORD_CHARS_MAX, is_password
from core.identity.tables import User
from core.identity.tokens import issue_access_token
from core.identity.users import user_by_email
from core.text import Line

router = APIRouter(prefix="/auth", tags=["auth"])


class Login(BaseModel):
    model_config = ConfigDict(extra="forbid")

    email: Annotated[Line, Field(max_length=320)]
    password: Annotated[SecretStr, Field(min_length=1, max_length=PASSWORD_CHARS_MAX)]


class HeldToken(BaseModel):
    model_config = ConfigDict(extra="forbid")

    refresh_token: Annotated[str, Field(min_length=1, max_length=200)]


class Tokens(BaseModel):
    """`expires_in` seconds of access; the refresh token, used once, gives the next pair."""

    access_token: str
    refresh_token: str
    token_type: str = "bearer"  # noqa: S105  # the name of a scheme
    expires_in: int


class Me(BaseModel):
    """Who the token says is calling."""

    subject: str
    email: str
    name: str
    role: Role
    customer_id: UUID | None
    bank_id: UUID | None
    time_zone: str


@router.post("/login")
async def login(credentials: Login, request: Request, services: ServicesOf) -> Tokens:
    """A token pair for an email and a password; the same refusal whatever is wrong with them."""
    email, now = credentials.email, services.now()
    address = request.client.host if request.client else ""
    async with services.database.unit() as session:
        await count_attempt(session, email=email, address=address, now=now)
        user = await user_by_email(session, email)
    # Between the units: nobody's connection waits for argon2.
    matches = await is_password(credentials.password.get_secret_value(), user and user.password_hash)
    if user is None or user.disabled_at is not None or not matches:
        raise WrongCredentials
    async with services.database.unit() as session:
        await forget_attempts(session, email=email, address=address)
        await record(session, actor=f"user:{user.id}", action="login.begin", subject=f"user:{user.id}", address=address)
        refresh_token = await _begin(session, services, user)
    return _tokens(services, user.id, refresh_token)


@router.post("/refresh")
async def refresh(held: HeldToken, services: ServicesOf) -> Tokens:
    """The next token pair. A refresh token used for a second time ends the login it belongs to."""
    async with services.database.unit() as session:
        rotation = await sessions.rotate(session, held.refresh_token, services.now())
    # After the commit: the refusal must not undo a revocation.
    if rotation is None:
        raise TokenRefused
    return _tokens(services, rotation.user_id, rotation.refresh_token)


@router.post("/logout", status_code=204)
async def logout(held: HeldToken, services: ServicesOf, session: Unit) -> None:
    """End the login that this refresh token belongs to. Access tokens run out by themselves."""
    await sessions.end(session, held.refresh_token, services.now())


@router.get("/me")
async def me(principal: CurrentPrincipal) -> Me:
    return Me.model_validate(principal, from_attributes=True)


async def _begin(session: Unit, services: Services, user: User) -> str:
    days = services.settings.refresh_token_ttl_days
    return await sessions.begin(session, user, now=services.now(), days=days)


def _tokens(services: Services, user_id: UUID, refresh_token: str) -> Tokens:
    return Tokens(
        access_token=issue_access_token(services.settings, user_id, services.now()),
        refresh_token=refresh_token,
        expires_in=services.settings.access_token_ttl_s,
    )
