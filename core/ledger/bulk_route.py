"""`POST /transactions/bulk`: up to 10,000 payments in one request, each with an answer of its own, or all or none."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import compress
from typing import Annotated, Literal
from urllib.parse import parse_qsl
from uuid import UUID

import msgspec
from pydantic import BaseModel, ConfigDict, ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from core.errors import AccountNotFound, BulkRefused, BulkTooLarge, FinLensError, InvalidRequest
from core.identity.access import Principal
from core.ids import fingerprint
from core.ledger.desk import Desk
from core.ledger.idempotency import KEY_CHARS_MAX, KEY_PARAMETER, checked_key
from core.ledger.new_transaction import NewTransaction, refusal_of
from core.ledger.transfers import BATCH_MAX, Posting, Transfer, apply_transfers, driver_connection
from core.problems import PROBLEM_ANSWER
from core.raw import COMPONENTS, JSON, RawRequest, RawRoute, Reply

ITEMS_MAX = 10_000
BYTES_MAX = 8_000_000
REFUSED_SHOWN = 50
"""Of an atomic bulk that was refused: how many refusals are told."""
NDJSON = b"application/x-ndjson"


class BulkTransaction(NewTransaction, frozen=True, kw_only=True):
    """A payment of a bulk. Without a key of its own it has the request's, together with its place."""

    idempotency_key: Annotated[str, msgspec.Meta(min_length=1, max_length=KEY_CHARS_MAX)] | None = None


class BulkAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one payment. A refused one says why: `failure_code` for programs, `detail` for people."""

    index: int
    id: UUID | None = None
    status: str = "failed"
    failure_code: str | None = None
    detail: str | None = None
    shortfall_minor: int | None = None
    is_replay: bool = False
    sender_balance_after_minor: int | None = None
    occurred_at: datetime | None = None
    posted_at: datetime | None = None

    @classmethod
    def posted(cls, index: int, posting: Posting) -> "BulkAnswer":
        refusal = posting.refusal()
        return cls(
            index=index,
            id=posting.id,
            status=posting.status,
            failure_code=posting.failure_code,
            detail=refusal and refusal.detail,
            shortfall_minor=posting.shortfall_minor,
            is_replay=posting.is_replay,
            sender_balance_after_minor=posting.sender_balance_after_minor,
            occurred_at=posting.occurred_at,
            posted_at=posting.posted_at,
        )

    @classmethod
    def refused(cls, index: int, refusal: FinLensError) -> "BulkAnswer":
        return cls(index=index, failure_code=refusal.code, detail=refusal.detail)

    def taken_back(self) -> "BulkAnswer":
        """What would have become of it: there is no such transaction, unless it was there before."""
        return self if self.is_replay else msgspec.structs.replace(self, id=None, posted_at=None)


class BulkAnswers(msgspec.Struct, frozen=True, kw_only=True):
    """One answer per payment, in the order given, and how many moved money (also when they did so before)."""

    items: list[BulkAnswer]
    succeeded: int
    failed: int
    is_dry_run: bool


class BulkQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    mode: Literal["each", "atomic"] = "each"
    dry_run: bool = False


@dataclass(slots=True)
class _Bulk:
    """One request being worked on: what can be posted, and the answers so far."""

    desk: Desk
    principal: Principal
    key: str
    trace_id: str
    transfers: dict[int, Transfer] = field(default_factory=dict[int, Transfer])
    answers: dict[int, BulkAnswer] = field(default_factory=dict[int, BulkAnswer])

    async def read(self, items: Sequence[msgspec.Raw]) -> None:
        """Turn every item into a transfer or a refusal."""
        for start in range(0, len(items), BATCH_MAX):
            read = {
                index: new
                for index, item in enumerate(items[start : start + BATCH_MAX], start)
                if (new := self._decoded(index, item)) is not None
            }
            await self._admit(read)

    async def post_each(self) -> None:
        """A commit per BATCH_MAX payments; a refusal stops nobody else."""
        indexes = list(self.transfers)
        for start in range(0, len(indexes), BATCH_MAX):
            async with self.desk.database.unit() as session:
                await self._apply(session, indexes[start : start + BATCH_MAX])

    async def post_all(self, *, is_dry_run: bool) -> None:
        """All in one commit, unless any is refused or this is a rehearsal: then nothing is stored."""
        try:
            async with self.desk.database.unit() as session:
                # One call, so that the locks of all are taken in one order.
                await self._apply(session, list(self.transfers))
                if is_dry_run or self.refused():
                    raise _TakenBack
        except _TakenBack:
            self.answers = {index: answer.taken_back() for index, answer in self.answers.items()}
        if not is_dry_run:
            self._require_all()

    def refused(self) -> list[BulkAnswer]:
        return [self.answers[index] for index in sorted(self.answers) if self.answers[index].failure_code]

    def _decoded(self, index: int, item: msgspec.Raw) -> BulkTransaction | None:
        try:
            return _item_decoder.decode(item)
        except msgspec.DecodeError as error:
            self.answers[index] = BulkAnswer.refused(index, refusal_of(error, at=f"/body/{index}"))
            return None

    async def _admit(self, read: dict[int, BulkTransaction]) -> None:
        senders = list({new.sender_account_id for new in read.values()})
        allowed = await asyncio.gather(*(self.desk.may_pay_from(self.principal, sender) for sender in senders))
        payable, now = set(compress(senders, allowed)), self.desk.now()
        for index, new in read.items():
            # No header can hold a NUL: the key of a place is nobody else's.
            key = new.idempotency_key or f"{self.key}\0{index}"
            try:
                if new.sender_account_id not in payable:
                    raise AccountNotFound
                self.transfers[index] = new.transfer(self.principal, key, now)
            except FinLensError as refusal:
                self.answers[index] = BulkAnswer.refused(index, refusal)

    async def _apply(self, session: AsyncSession, indexes: list[int]) -> None:
        if not indexes:
            return
        connection = await driver_connection(session)
        transfers = [self.transfers[index] for index in indexes]
        postings = await apply_transfers(connection, transfers, [self.trace_id] * len(indexes))
        for index, posting in zip(indexes, postings, strict=True):
            self.answers[index] = BulkAnswer.posted(index, posting)

    def _require_all(self) -> None:
        if refused := self.refused():
            raise BulkRefused(
                f"Nothing was posted: {len(refused)} of {len(self.answers)} payments were refused",
                refused=len(refused),
                items=[msgspec.to_builtins(answer) for answer in refused[:REFUSED_SHOWN]],
            )


class _TakenBack(Exception):
    """Ends a unit whose payments shall not stay."""


_item_decoder = msgspec.json.Decoder(BulkTransaction)
_list_decoder = msgspec.json.Decoder(list[msgspec.Raw])
_encoder = msgspec.json.Encoder()


async def _post(request: RawRequest) -> Reply:
    desk: Desk = request.app.state.desk
    principal = await desk.payer(request)
    key = checked_key(request.header(b"idempotency-key"))
    query, is_lines = _query(request), _is_lines(request)
    bulk = _Bulk(desk, principal, key, request.trace_id)
    with desk.in_flight.claim(fingerprint(principal.subject, key)):
        await bulk.read(_items(await request.body(BYTES_MAX), is_lines=is_lines))
        if query.mode == "atomic" or query.dry_run:
            await bulk.post_all(is_dry_run=query.dry_run)
        else:
            await bulk.post_each()
    answers = [bulk.answers[index] for index in sorted(bulk.answers)]
    return _lines(answers) if is_lines else _document(answers, is_dry_run=query.dry_run)


def _query(request: RawRequest) -> BulkQuery:
    try:
        return BulkQuery.model_validate(dict(parse_qsl(request.query.decode("latin-1"), keep_blank_values=True)))
    except ValidationError as error:
        fault = error.errors()[0]
        raise InvalidRequest(f"/query/{'/'.join(map(str, fault['loc']))}: {fault['msg']}") from error


def _is_lines(request: RawRequest) -> bool:
    return request.headers.get(b"content-type", b"").split(b";")[0].strip().lower() == NDJSON


def _items(body: bytes, *, is_lines: bool) -> list[msgspec.Raw]:
    """The payments as they came, each still to be read. Raises BulkTooLarge past ITEMS_MAX."""
    if is_lines:
        items = [msgspec.Raw(line) for line in body.splitlines() if line.strip()]
    else:
        try:
            items = _list_decoder.decode(body)
        except msgspec.DecodeError as error:
            raise refusal_of(error) from error
    if not items:
        raise InvalidRequest("There is no payment in this bulk")
    if len(items) > ITEMS_MAX:
        raise BulkTooLarge(f"A bulk holds at most {ITEMS_MAX} payments, not {len(items)}")
    return items


def _document(answers: list[BulkAnswer], *, is_dry_run: bool) -> Reply:
    failed = sum(answer.failure_code is not None for answer in answers)
    document = BulkAnswers(items=answers, succeeded=len(answers) - failed, failed=failed, is_dry_run=is_dry_run)
    return Reply(200, _encoder.encode(document))


def _lines(answers: list[BulkAnswer]) -> Reply:
    return Reply(200, _encoder.encode_lines(answers), media_type=NDJSON)


(_item, _answers, _line), _schemas = msgspec.json.schema_components(
    [BulkTransaction, BulkAnswers, BulkAnswer], ref_template=COMPONENTS
)

ROUTE = RawRoute(
    "POST",
    "/transactions/bulk",
    _post,
    operation={
        "tags": ["ledger"],
        "summary": "Post Transactions In Bulk",
        "description": (
            f"Up to {ITEMS_MAX:,} payments, as a JSON array or as lines of JSON; the answer has the same form. Each is"
            " decided in the order given and gets an answer of its own. With `mode=atomic` all are posted or none;"
            " with `dry_run=true` nothing is stored and the answers say what would have become of each."
        ),
        "operationId": "post_transactions_in_bulk",
        "security": [{"HTTPBearer": []}],
        "parameters": [
            KEY_PARAMETER,
            {"name": "mode", "in": "query", "schema": {"type": "string", "enum": ["each", "atomic"]}},
            {"name": "dry_run", "in": "query", "schema": {"type": "boolean", "default": False}},
        ],
        "requestBody": {
            "required": True,
            "content": {
                JSON.decode(): {"schema": {"type": "array", "items": _item, "maxItems": ITEMS_MAX, "minItems": 1}},
                NDJSON.decode(): {"schema": _item},
            },
        },
        "responses": {
            "200": {
                "description": "An answer to each payment",
                "content": {JSON.decode(): {"schema": _answers}, NDJSON.decode(): {"schema": _line}},
            },
            **PROBLEM_ANSWER,
        },
    },
    schemas=_schemas,
)
