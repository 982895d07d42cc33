"""A payment as clients send it and hear of it: strict, and quick to read, for it is read more often than all else."""

import re
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec
from pydantic import TypeAdapter, ValidationError

from core.categories import BY_SLUG
from core.errors import InvalidAmount, InvalidRequest, MalformedJson
from core.identity.access import Principal
from core.ledger.transfers import Posting, Transfer
from core.money import MAX_AMOUNT_MINOR, Money, is_known
from core.problems import FieldError
from core.text import Text

FUTURE_MAX = timedelta(minutes=5)
"""How far a client's clock may be ahead of ours."""

_TEXT = TypeAdapter[str](Text)


class NewTransaction(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """A payment to make. `amount_minor` is in minor units: paise, cents. `occurred_at` is now, unless it is given."""

    sender_account_id: UUID
    receiver_account_id: UUID
    amount_minor: Annotated[int, msgspec.Meta(ge=1, le=MAX_AMOUNT_MINOR)]
    currency: Annotated[str, msgspec.Meta(description="ISO 4217, like INR", min_length=3, max_length=3)]
    description: Annotated[str, msgspec.Meta(max_length=1_000)] = ""
    category: str | None = None
    channel: Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,39}$")] = "transfer"
    occurred_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None

    def __post_init__(self) -> None:
        if not is_known(self.currency):
            raise ValueError("currency: ISO 4217 knows no such currency")
        if self.category is not None and self.category not in BY_SLUG:
            raise ValueError("category: there is no such category")
        msgspec.structs.force_setattr(self, "description", _clean(self.description))

    def transfer(self, principal: Principal, key: str, now: datetime, **facts: Any) -> Transfer:
        """What to post for it. Raises InvalidRequest if it lies in the future."""
        occurred_at = self.occurred_at
        if occurred_at is not None and occurred_at > now + FUTURE_MAX:
            raise InvalidRequest("occurred_at lies in the future: POST /schedules makes payments for a later day")
        return Transfer(
            sender_account_id=self.sender_account_id,
            receiver_account_id=self.receiver_account_id,
            money=Money(self.amount_minor, self.currency),
            occurred_at=occurred_at or now,
            is_dated=occurred_at is not None,
            client=principal.subject,
            key=key,
            description=self.description,
            category=self.category,
            channel=self.channel,
            **facts,
        )


class PostedTransaction(msgspec.Struct, kw_only=True, frozen=True):
    """A payment that was posted or accepted, from the sender's side. `GET /transactions/{id}` says more."""

    id: UUID
    status: str
    failure_code: str | None
    account_id: UUID
    direction: str
    sender_account_id: UUID
    receiver_account_id: UUID
    amount_minor: int
    currency: str
    amount: str
    description: str
    category: str | None
    channel: str
    occurred_at: datetime
    posted_at: datetime | None
    reverses_id: UUID | None
    hold_id: UUID | None
    balance_after_minor: int | None
    sender_balance_after_minor: int | None

    @classmethod
    def of(cls, transfer: Transfer, posting: Posting) -> "PostedTransaction":
        assert posting.id is not None  # what was stored has an id
        return cls(
            id=posting.id,
            status=posting.status,
            failure_code=posting.failure_code,
            account_id=transfer.sender_account_id,
            direction="out",
            sender_account_id=transfer.sender_account_id,
            receiver_account_id=transfer.receiver_account_id,
            amount_minor=transfer.money.amount_minor,
            currency=transfer.money.currency,
            amount=transfer.money.amount,
            description=transfer.description,
            category=transfer.category,
            channel=transfer.channel,
            occurred_at=posting.occurred_at,
            posted_at=posting.posted_at,
            reverses_id=transfer.reverses_id,
            hold_id=transfer.hold_id,
            balance_after_minor=posting.sender_balance_after_minor,
            sender_balance_after_minor=posting.sender_balance_after_minor,
        )


def _clean(description: str) -> str:
    """The description as it is stored. Raises ValueError for control characters."""
    if description.isascii() and description.isprintable():
        return description.strip()
    try:
        return _TEXT.validate_python(description)
    except ValidationError as error:
        raise ValueError(f"description: {error.errors()[0]['msg']}") from error


# Where a field is wrong, msgspec says so at the end. What __post_init__ raises begins with the field's name, and of a
# field that it does not know msgspec says the name alone.
_PLACE = re.compile(r"(?:(?P<field>[a-z_]+): )?(?P<what>.*?)(?: - at `\$(?P<path>[^`]*)`)?", re.DOTALL)
_UNKNOWN = re.compile(r"unknown field `([^`]*)`")
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]")


def refusal_of(error: msgspec.DecodeError, at: str = "/body") -> InvalidRequest:
    """What the client is told about a body that `msgspec` could not read; `at` is where that body stands."""
    if not isinstance(error, msgspec.ValidationError):
        return MalformedJson(f"The body is not JSON: {error}")
    place = _PLACE.fullmatch(str(error))
    assert place is not None  # everything matches
    steps = [name or index for name, index in _STEP.findall(place["path"] or "")]
    unknown = _UNKNOWN.search(place["what"])
    pointer = "/".join([at, *steps, *filter(None, [place["field"], unknown and unknown[1]])])
    kind = InvalidAmount if pointer.endswith("/amount_minor") else InvalidRequest
    return kind(f"{pointer}: {place['what']}", errors=[FieldError(pointer=pointer, detail=place["what"])])
