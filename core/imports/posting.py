"""A chunk of rows becomes money: looked up, posted or matched, and reconciled with the balances in the file."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from core.categories import BY_SLUG
from core.ids import fingerprint, new_id
from core.imports.dates import Moment
from core.imports.holders import Holding, Number, find_accounts, open_partners
from core.imports.profile import Profile
from core.imports.reconcile import BalanceDifference, Book
from core.imports.staging import Staged
from core.imports.statement import Entry, Partner
from core.ledger.transfers import BATCH_MAX, REFUSALS, Posting, Transfer, post_transfers
from core.money import Money

OPENING_CHANNEL = "opening"
"""Marks what an account held before its first imported row: money that is there, and neither income nor spending."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row."""

    row: Staged
    outcome: str
    transaction_id: UUID | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """A transaction that a row's key led to."""

    id: UUID
    sender_account_id: UUID
    amount_minor: int
    sender_after: int | None
    receiver_after: int | None

    def is_of(self, entry: Entry, account: Holding) -> bool:
        """Whether it moved what the row says, in the same direction."""
        is_outgoing = self.sender_account_id == account.id
        return self.amount_minor == abs(entry.amount_minor) and is_outgoing == (entry.amount_minor < 0)

    def before_minor(self, account: Holding) -> int | None:
        """What the account held before it."""
        if self.sender_account_id == account.id:
            return None if self.sender_after is None else self.sender_after + self.amount_minor
        return None if self.receiver_after is None else self.receiver_after - self.amount_minor


_FIND_KNOWN = text("""
    SELECT key_fingerprint, id, sender_account_id, amount_minor,
           sender_balance_after_minor, receiver_balance_after_minor
      FROM ledger.transaction
     WHERE key_fingerprint = ANY(CAST(:keys AS uuid[])) AND status = 'success'
""")


class Poster:
    """Posts the rows of one import, chunk by chunk. It remembers a few numbers per account, never rows."""

    def __init__(self, profile: Profile, refused: Mapping[Number, str]) -> None:
        self._opens_from_first_row = profile.transactions.opening == "first_row"
        self._zone = profile.zone
        self._refused = refused
        self._books: dict[Number, Book] = {}
        self._day: tuple[str, str, date] | None = None
        self._place = 0
        self.unknown_categories: Counter[str] = Counter()

    async def post(
        self, session: AsyncSession, rows: Sequence[Staged]
    ) -> tuple[list[Outcome], list[BalanceDifference]]:
        """What became of each row, in order, and the balance differences that are certain by now."""
        accounts = await self._accounts(session, rows)
        keys = [fingerprint(_client(row.entry), row.key) for row in rows]
        known = await _known(session, keys)
        plans = [self._plan(row, accounts, known.get(key)) for row, key in zip(rows, keys, strict=True)]
        postings = await _post(
            session, [transfer for plan in plans if isinstance(plan, _Plan) for transfer in plan.all]
        )
        outcomes = [
            plan if isinstance(plan, Outcome) else _outcome(row, postings[plan.transfer.id])
            for row, plan in zip(rows, plans, strict=True)
        ]
        return outcomes, [difference for outcome in outcomes for difference in self._reconcile(outcome)]

    def settle(self) -> list[BalanceDifference]:
        """The differences of accounts whose last row left one in doubt."""
        return [difference for book in self._books.values() for difference in book.settle()]

    async def _accounts(self, session: AsyncSession, rows: Sequence[Staged]) -> dict[Number, Holding]:
        """The accounts of both sides, the other side's opened where it did not exist."""
        entries = [row.entry for row in rows]
        sides = {(entry.bank, entry.account) for entry in entries}
        found = await find_accounts(session, sides | {_partner(entry) for entry in entries})
        missing = [
            (partner, entry.currency, entry.day)
            for entry in entries
            if (entry.bank, entry.account) in found
            for partner in (entry.partner, *self._opening_partner(entry, found))
            if (partner.bank, partner.number) not in found
        ]
        if not missing:
            return found
        await open_partners(session, missing)
        return found | await find_accounts(session, {(partner.bank, partner.number) for partner, _, _ in missing})

    def _plan(self, row: Staged, accounts: Mapping[Number, Holding], known: "_Known | None") -> "_Plan | Outcome":
        entry = row.entry
        own, other = accounts.get((entry.bank, entry.account)), accounts.get(_partner(entry))
        if own is None or other is None:
            unknown = f"account {entry.account!r} of {entry.bank} is not known, and none of the files describes it"
            return Outcome(row, "rejected", reason=self._refused.get((entry.bank, entry.account), unknown))
        opening = self._open_book(entry, own, accounts, known)
        if known is None:
            return _Plan(self._transfer(row, own, other), opening)
        if known.is_of(entry, own):
            return Outcome(row, "matched", transaction_id=known.id)
        reason = f"the bank's id {entry.reference!r} was imported before with another amount"
        return Outcome(row, "rejected", reason=reason)

    def _transfer(self, row: Staged, own: Holding, other: Holding) -> Transfer:
        entry = row.entry
        sender, receiver = (own, other) if entry.amount_minor < 0 else (other, own)
        return Transfer(
            id=new_id(self._instant(entry) + timedelta(milliseconds=self._place_in_day(entry))),
            sender_account_id=sender.id,
            receiver_account_id=receiver.id,
            money=Money(abs(entry.amount_minor), entry.currency),
            occurred_at=self._instant(entry),
            client=_client(entry),
            key=row.key,
            description=entry.description,
            category=self._category(entry),
            channel=entry.channel,
        )

    def _instant(self, entry: Entry) -> datetime:
        return entry.instant or Moment(entry.day, None).instant(self._zone)

    def _place_in_day(self, entry: Entry) -> int:
        """How many rows of this account and day came before; ids carry it, so that equal times keep their order."""
        day = (entry.bank, entry.account, entry.day)
        self._place = self._place + 1 if day == self._day else 0
        self._day = day
        return self._place

    def _category(self, entry: Entry) -> str | None:
        if not entry.category or entry.category in BY_SLUG:
            return entry.category or None
        self.unknown_categories[entry.category] += 1
        return None

    def _open_book(
        self, entry: Entry, own: Holding, accounts: Mapping[Number, Holding], known: "_Known | None"
    ) -> Transfer | None:
        """Start an account's book with its first row. The transfer of its opening balance, if it needs one."""
        at = (entry.bank, entry.account)
        if at in self._books:
            return None
        before = known.before_minor(own) if known else own.posted_minor
        self._books[at] = book = Book(own.posted_minor if before is None else before)
        if known or not self._opening_partner(entry, {at: own}):
            return None
        assert entry.balance_before_minor is not None
        book.ledger_minor = entry.balance_before_minor
        return self._opening(entry, own, accounts[_opening_number(entry)])

    def _opening_partner(self, entry: Entry, found: Mapping[Number, Holding]) -> tuple[Partner, ...]:
        """Whom an account that has never moved gets its opening balance from; none if it starts with nothing."""
        at = (entry.bank, entry.account)
        is_new = self._opens_from_first_row and at not in self._books and found[at].version == 0
        if not is_new or not entry.balance_before_minor:
            return ()
        bank, number = _opening_number(entry)
        return (Partner("system", bank, number, "Opening balances"),)

    def _opening(self, entry: Entry, own: Holding, other: Holding) -> Transfer:
        before = entry.balance_before_minor
        assert before
        sender, receiver = (own, other) if before < 0 else (other, own)
        midnight = datetime.combine(entry.day, time(), self._zone)
        return Transfer(
            id=new_id(midnight),
            sender_account_id=sender.id,
            receiver_account_id=receiver.id,
            money=Money(abs(before), entry.currency),
            occurred_at=midnight,
            client=_client(entry),
            key=f"opening:{entry.account}",
            description="Balance before the first imported row",
            category="own_transfer",
            channel=OPENING_CHANNEL,
        )

    def _reconcile(self, outcome: Outcome) -> list[BalanceDifference]:
        if outcome.transaction_id is None:
            return []
        entry = outcome.row.entry
        if (partner := self._books.get(_partner(entry))) is not None:
            partner.ledger_minor -= entry.amount_minor
        return self._books[entry.bank, entry.account].enter(outcome.row)


@dataclass(frozen=True, slots=True)
class _Plan:
    """A row to post, after what opens its account."""

    transfer: Transfer
    opening: Transfer | None

    @property
    def all(self) -> tuple[Transfer, ...]:
        return (self.transfer,) if self.opening is None else (self.opening, self.transfer)


async def _known(session: AsyncSession, keys: Sequence[UUID]) -> dict[UUID, _Known]:
    found = await session.execute(_FIND_KNOWN, {"keys": list(keys)})  # pyright: ignore[reportDeprecated]  # exec() is for selects
    return {key: _Known(*facts) for key, *facts in found}


async def _post(session: AsyncSession, transfers: Sequence[Transfer]) -> dict[UUID, Posting]:
    """The answers by the transfers' own ids."""
    answers: dict[UUID, Posting] = {}
    for start in range(0, len(transfers), BATCH_MAX):
        part = transfers[start : start + BATCH_MAX]
        answers |= zip((transfer.id for transfer in part), await post_transfers(session, part), strict=True)
    return answers


def _outcome(row: Staged, posting: Posting) -> Outcome:
    if posting.failure_code == "idempotency_key_reused":
        return Outcome(row, "rejected", reason=f"the bank's id {row.entry.reference!r} comes twice with different rows")
    if posting.failure_code is not None:
        return Outcome(row, "rejected", reason=REFUSALS[posting.failure_code].title)
    return Outcome(row, "matched" if posting.is_replay else "posted", transaction_id=posting.id)


def _client(entry: Entry) -> str:
    return f"import:{entry.bank}"


def _partner(entry: Entry) -> Number:
    return entry.partner.bank, entry.partner.number


def _opening_number(entry: Entry) -> Number:
    return entry.bank, f"opening {entry.currency}"
