"""Permanent account numbers (India's tax ids): checked, sealed before they are stored, shown masked."""

import hmac
import os
from dataclasses import dataclass, field
from typing import Annotated

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import AfterValidator
from stdnum.exceptions import ValidationError
from stdnum.in_ import pan

from core.keys import secret_key
from core.settings import Settings

_NONCE_BYTES = 12


def checked_pan(text: str) -> str:
    """The number in its compact form. Raises ValueError if it cannot be one (its 4th letter is the holder's type)."""
    try:
        return pan.validate(text)
    except ValidationError as error:
        raise ValueError("this is not a PAN: five letters, four digits, one letter") from error


Pan = Annotated[str, AfterValidator(checked_pan)]


@dataclass(frozen=True, slots=True)
class PanVault:
    """Seals PANs with this installation's key, and knows equal ones apart from different ones without opening them."""

    _sealing: bytes = field(repr=False)
    _marking: bytes = field(repr=False)

    @classmethod
    def of(cls, settings: Settings) -> "PanVault":
        key = secret_key(settings.keys, "pan")
        return cls(_derived(key, "seal"), _derived(key, "fingerprint"))

    def seal(self, number: str) -> bytes:
        """AES-GCM under a fresh nonce: sealing twice gives two different results."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + AESGCM(self._sealing).encrypt(nonce, number.encode(), None)

    def open(self, sealed: bytes) -> str:
        return AESGCM(self._sealing).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None).decode()

    def fingerprint(self, number: str) -> bytes:
        """Equal for equal numbers, and useless to who lacks the key: PANs are few enough to try them all."""
        return hmac.digest(self._marking, number.encode(), "sha256")

    def masked(self, sealed: bytes) -> str:
        """What people may see of it: `XXXXXX234F`."""
        return "XXXXXX" + self.open(sealed)[-4:]


def _derived(key: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=f"finlens pan {purpose}".encode()).derive(key)
