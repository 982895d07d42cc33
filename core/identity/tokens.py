"""Access tokens: short-lived JWTs, signed with Ed25519 and nothing else."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from core.errors import TokenRefused
from core.ids import new_id
from core.keys import secret_key
from core.settings import Settings

ALGORITHM = "Ed25519"
ISSUER = "finlens"
AUDIENCE = "finlens-api"
TOKEN_CHARS_MAX = 4_096


def issue_access_token(settings: Settings, user_id: UUID, now: datetime) -> str:
    """A token that says "this is user `user_id`" for `settings.access_token_ttl_s` seconds."""
    issued = int(now.timestamp())
    claims: dict[str, object] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(user_id),
        "jti": str(new_id()),
        "iat": issued,
        "nbf": issued,
        "exp": issued + settings.access_token_ttl_s,
    }
    key = signing_key(settings.keys)
    return jwt.encode({"alg": ALGORITHM, "kid": key.thumbprint()}, claims, key, algorithms=[ALGORITHM])


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What a token of ours says: who, and until when (seconds since 1970)."""

    user_id: UUID
    expires_at: int


def claims_of_access_token(settings: Settings, token: str, now: datetime) -> AccessClaims:
    """What a token of ours says. Raises TokenRefused for any other, whatever is wrong with it."""
    if len(token) > TOKEN_CHARS_MAX:
        raise TokenRefused
    required = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        iss={"essential": True, "value": ISSUER},
        aud={"essential": True, "value": AUDIENCE},
        sub={"essential": True},
        jti={"essential": True},
        nbf={"essential": True},
        exp={"essential": True},
    )
    try:
        claims = jwt.decode(token, signing_key(settings.keys), algorithms=[ALGORITHM]).claims
        required.validate(claims)
        return AccessClaims(UUID(claims["sub"]), claims["exp"])
    except (JoseError, ValueError) as error:
        raise TokenRefused from error


@lru_cache
def signing_key(folder: Path) -> OKPKey:
    """The installation's signing key pair; made on first use."""
    private = Ed25519PrivateKey.from_private_bytes(secret_key(folder, "access-token"))
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return OKPKey.import_key(pem)
