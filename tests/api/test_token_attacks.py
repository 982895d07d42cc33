"""Access tokens that are not ours, in every way that has worked against somebody before: all 401, none 500."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from httpx import AsyncClient
from joserfc import jwt
from joserfc.jwk import OKPKey

from core.db import Database
from core.identity.access import Role
from core.identity.tokens import ALGORITHM, AUDIENCE, ISSUER, issue_access_token, signing_key
from core.settings import Settings
from tests.factories import make_user


def encoded(part: object) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Forger:
    """Knows everything but the private key, except where an attack needs a token that only we could have signed."""

    def __init__(self, settings: Settings, user_id: UUID) -> None:
        self.key = signing_key(settings.keys)
        self.user_id = user_id

    def claims(self, **changed: object) -> dict[str, object]:
        now = int(datetime.now(UTC).timestamp())
        claims: dict[str, object] = {"iss": ISSUER, "aud": AUDIENCE, "sub": str(self.user_id), "jti": "1"}
        claims |= {"nbf": now, "iat": now, "exp": now + 300}
        return {name: value for name, value in {**claims, **changed}.items() if value is not None}

    def signed(self, **changed: object) -> str:
        return jwt.encode({"alg": ALGORITHM}, self.claims(**changed), self.key, algorithms=[ALGORITHM])

    def unsigned(self, header: object, signature: bytes = b"") -> str:
        return f"{encoded(header)}.{encoded(self.claims())}.{encoded(signature)}"

    def hmac_with(self, secret: bytes, algorithm: str = "HS256", **header: object) -> str:
        text = f"{encoded({'alg': algorithm, 'typ': 'JWT', **header})}.{encoded(self.claims())}"
        return f"{text}.{encoded(hmac.digest(secret, text.encode(), hashlib.sha256))}"

    @property
    def public_pem(self) -> bytes:
        return self.key.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    @property
    def public_raw(self) -> bytes:
        return self.key.public_key.public_bytes(Encoding.Raw, PublicFormat.Raw)

    def by_another_key(self, **header: object) -> str:
        other = OKPKey.generate_key("Ed25519")
        return jwt.encode({"alg": ALGORITHM, **header}, self.claims(), other, algorithms=[ALGORITHM])

    def with_own_key_attached(self) -> str:
        other = OKPKey.generate_key("Ed25519")
        header = {"alg": ALGORITHM, "jwk": other.as_dict(private=False)}
        return jwt.encode(header, self.claims(), other, algorithms=[ALGORITHM])


def past(seconds: int) -> int:
    return int((datetime.now(UTC) - timedelta(seconds=seconds)).timestamp())


ATTACKS: dict[str, Callable[[Forger], str]] = {
    "alg none": lambda f: f.unsigned({"alg": "none", "typ": "JWT"}),
    "alg None": lambda f: f.unsigned({"alg": "None"}),
    "alg NONE": lambda f: f.unsigned({"alg": "NONE"}),
    "alg empty": lambda f: f.unsigned({"alg": ""}),
    "alg missing": lambda f: f.unsigned({"typ": "JWT"}),
    "alg number": lambda f: f.unsigned({"alg": 1}),
    "alg list": lambda f: f.unsigned({"alg": [ALGORITHM]}),
    "ours, signature cut off": lambda f: f.signed().rsplit(".", 1)[0] + ".",
    "ours, signature part missing": lambda f: f.signed().rsplit(".", 1)[0],
    "ours, signature all zeros": lambda f: f.unsigned({"alg": ALGORITHM}, bytes(64)),
    "ours, signature flipped": lambda f: f.signed()[:-5] + ("AAAAA" if f.signed()[-5:] != "AAAAA" else "BBBBB"),
    "HS256 with the public PEM": lambda f: f.hmac_with(f.public_pem),
    "HS256 with the raw public key": lambda f: f.hmac_with(f.public_raw),
    "HS256 with nothing": lambda f: f.hmac_with(b""),
    "HS256 with the thumbprint": lambda f: f.hmac_with(f.key.thumbprint().encode()),
    "HS256 named Ed25519": lambda f: f.hmac_with(f.public_raw, ALGORITHM),
    "EdDSA, the deprecated name": lambda f: f.unsigned({"alg": "EdDSA"}, bytes(64)),
    "another key": lambda f: f.by_another_key(),
    "another key, our kid": lambda f: f.by_another_key(kid=f.key.thumbprint()),
    "kid is a path": lambda f: f.by_another_key(kid="../../../../dev/null"),
    "kid is SQL": lambda f: f.by_another_key(kid="' OR 1=1 --"),
    "key attached": lambda f: f.with_own_key_attached(),
    "key address attached": lambda f: f.by_another_key(jku="http://evil.example/jwks.json"),
    "critical extension": lambda f: f.unsigned({"alg": ALGORITHM, "crit": ["x"], "x": 1}, bytes(64)),
    "expired": lambda f: f.signed(exp=past(1)),
    "expires never": lambda f: f.signed(exp=None),
    "expiry is words": lambda f: f.signed(exp="tomorrow"),
    "not valid yet": lambda f: f.signed(nbf=past(-120)),
    "no nbf": lambda f: f.signed(nbf=None),
    "no jti": lambda f: f.signed(jti=None),
    "wrong issuer": lambda f: f.signed(iss="finlens2"),
    "no issuer": lambda f: f.signed(iss=None),
    "wrong audience": lambda f: f.signed(aud="another-api"),
    "no audience": lambda f: f.signed(aud=None),
    "no subject": lambda f: f.signed(sub=None),
    "subject is no id": lambda f: f.signed(sub="admin"),
    "subject is nobody": lambda f: f.signed(sub=str(uuid4())),
    "subject is a list": lambda f: f.signed(sub=[str(f.user_id)]),
    "payload is a list": lambda f: f"{encoded({'alg': ALGORITHM})}.{encoded([1])}.{encoded(bytes(64))}",
    "encrypted, five parts": lambda _: ".".join([encoded({"alg": "dir", "enc": "A256GCM"}), "", "a", "b", "c"]),
    "huge": lambda f: f.signed(padding="x" * 100_000),
    "deep": lambda _: encoded(b"[" * 2_000) + ".e30.AA",
    "not base64": lambda _: "a!.b!.c!",
    "empty": lambda _: "",
    "dots": lambda _: "...",
    "not ASCII": lambda _: "Ω.Ω.Ω",
}


@pytest.fixture(scope="module")
async def forger(settings: Settings, database: Database) -> Forger:
    async with database.unit() as session:
        return Forger(settings, (await make_user(session, Role.ADMIN)).id)


async def test_the_forgers_honest_token_opens_the_door(client: AsyncClient, forger: Forger) -> None:
    answer = await client.get("/auth/me", headers={"Authorization": f"Bearer {forger.signed()}"})
    assert answer.status_code == 200


@pytest.mark.parametrize("attack", ATTACKS)
async def test_forged_token_is_refused(client: AsyncClient, forger: Forger, attack: str) -> None:
    header = b"Bearer " + ATTACKS[attack](forger).encode()
    answer = await client.get("/auth/me", headers=[(b"Authorization", header)])
    assert answer.status_code == 401, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] in {"token_refused", "not_authenticated"}


async def test_token_in_another_scheme_is_no_login(client: AsyncClient, forger: Forger) -> None:
    answer = await client.get("/auth/me", headers={"Authorization": f"Basic {forger.signed()}"})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


async def test_no_token_outlives_ten_minutes(settings: Settings) -> None:
    now = datetime.now(UTC)
    token = issue_access_token(settings, uuid4(), now)
    claims = jwt.decode(token, signing_key(settings.keys), algorithms=[ALGORITHM]).claims
    assert claims["exp"] - now.timestamp() <= 600
