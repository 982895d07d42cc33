"""`POST /transactions` without a framework: the route that has to be quick.

FastAPI's routing, dependencies and response models would cost more than the payment itself (docs/benchmarks.md).
What they do is done here in the order that costs least: refuse before queueing, look up nothing that is known.
"""

from typing import Any

import msgspec

from core.errors import AccountNotFound
from core.ledger.desk import Desk
from core.ledger.idempotency import KEY_PARAMETER, checked_key
from core.ledger.new_transaction import NewTransaction, PostedTransaction, refusal_of
from core.ledger.transfers import Posting, Transfer
from core.problems import PROBLEM_ANSWER
from core.raw import COMPONENTS, JSON, RawRequest, RawRoute, Reply

_decoder = msgspec.json.Decoder(NewTransaction)
_encoder = msgspec.json.Encoder()


async def _post(request: RawRequest) -> Reply:
    desk: Desk = request.app.state.desk
    principal = await desk.payer(request)
    key = checked_key(request.header(b"idempotency-key"))
    new = _read(await request.body())
    if not await desk.may_pay_from(principal, new.sender_account_id):
        raise AccountNotFound
    transfer = new.transfer(principal, key, desk.now(), is_deferred=_prefers_async(request))
    with desk.in_flight.claim(transfer.key_fingerprint):
        posting = await desk.batcher.post(transfer, request.trace_id)
    if refusal := posting.refusal():
        raise refusal
    return _reply(transfer, posting)


def _read(body: bytes) -> NewTransaction:
    try:
        return _decoder.decode(body)
    except msgspec.DecodeError as error:
        raise refusal_of(error) from error


def _prefers_async(request: RawRequest) -> bool:
    """https://www.rfc-editor.org/rfc/rfc7240#section-4.1"""
    preferences = request.headers.get(b"prefer")
    return preferences is not None and b"respond-async" in preferences.lower().replace(b" ", b"").split(b",")


def _reply(transfer: Transfer, posting: Posting) -> Reply:
    headers = [(b"location", f"/transactions/{posting.id}".encode())]
    if posting.is_replay:
        headers.append((b"idempotency-replayed", b"true"))
    if transfer.is_deferred:
        headers.append((b"preference-applied", b"respond-async"))
    status = 201 if posting.status == "success" else 202
    return Reply(status, _encoder.encode(PostedTransaction.of(transfer, posting)), tuple(headers))


(_body, _answer), _schemas = msgspec.json.schema_components(
    [NewTransaction, PostedTransaction], ref_template=COMPONENTS
)


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {JSON.decode(): {"schema": schema}}


ROUTE = RawRoute(
    "POST",
    "/transactions",
    _post,
    operation={
        "tags": ["ledger"],
        "summary": "Post Transaction",
        "description": (
            "Move money. The same Idempotency-Key gives the same answer for ever, a refusal for want of money included."
            " With `Prefer: respond-async` the payment is accepted, kept for ever, and decided a moment later."
        ),
        "operationId": "post_transaction",
        "security": [{"HTTPBearer": []}],
        "parameters": [
            KEY_PARAMETER,
            {
                "name": "Prefer",
                "in": "header",
                "required": False,
                "schema": {"type": "string", "enum": ["respond-async"]},
            },
        ],
        "requestBody": {"required": True, "content": _json(_body)},
        "responses": {
            "201": {"description": "The money has moved", "content": _json(_answer)},
            "202": {"description": "Accepted, and decided in a moment", "content": _json(_answer)},
            **PROBLEM_ANSWER,
        },
    },
    schemas=_schemas,
)
