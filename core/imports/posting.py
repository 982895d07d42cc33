"""A chunk of rows becomes money: looked up, posted or matched, and reconciled with the balances in the file."""

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from core.categories import BY_SLUG
from core.ids import new_id
from core.imports.dates import Moment
from core.imports.holders import Holding, Number, find_accounts, open_partners
from core.imports.own import Course, Family, client_of, key_of
from core.imports.profile import Profile
from core.imports.reconcile import BalanceDifference, Book
from core.imports.refunds import CHANNEL as REFUND_CHANNEL
from core.imports.refunds import Payment, Payments, may_be_refund
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
    receiver_account_id: UUID
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


_KNOWN = """
    SELECT key_fingerprint, id, sender_account_id, receiver_account_id, amount_minor,
           sender_balance_after_minor, receiver_balance_after_minor
      FROM ledger.transaction
     WHERE status = 'success' AND """
_FIND_BY_KEY = text(f"{_KNOWN} key_fingerprint = ANY(CAST(:keys AS uuid[]))")
_FIND_BY_ID = text(f"{_KNOWN} id = ANY(CAST(:ids AS uuid[]))")


class Poster:
    """Posts the rows of one import, chunk by chunk. It remembers a few numbers per account, never rows."""

    def __init__(
        self, profile: Profile, refused: Mapping[Number, str], family: Family, opened: Container[Number]
    ) -> None:
        self._family = family
        self._opened = opened
        """Accounts that are new with this import."""
        self._opening_rule = profile.transactions.opening
        self._zone = profile.zone
        self._refused = refused
        self._books: dict[Number, Book] = {}
        self._day: tuple[str, str, date] | None = None
        self._place = 0
        self._booked_day: tuple[str, str, date] | None = None
        self._booked: set[UUID] = set()
        """Transactions of that account and day that its book has: exports that overlap bring them again."""
        self._stated_twice: set[UUID] = set()
        """Transactions that the statements of both accounts have, each for its own book."""
        self.unknown_categories: Counter[str] = Counter()
        self.read_categories: Counter[str] = Counter()
        self.refunds = 0
        self.opened_at_zero: list[str] = []

    async def post(
        self, session: AsyncSession, rows: Sequence[Staged]
    ) -> tuple[list[Outcome], list[BalanceDifference]]:
        """What became of each row, in order, and the balance differences that are certain by now."""
        firsts: dict[UUID, Staged] = {}
        keys = [key_of(row) for row in rows]
        for key, row in zip(keys, rows, strict=True):
            firsts.setdefault(key, row)
        decided = await self._decide(session, firsts)
        # Exports that overlap bring a row twice: the first one decides for the others.
        outcomes = [
            decided[key] if firsts[key] is row else _again(row, decided[key])
            for key, row in zip(keys, rows, strict=True)
        ]
        return outcomes, [difference for outcome in outcomes for difference in self._reconcile(outcome)]

    def settle(self) -> list[BalanceDifference]:
        """The differences of accounts whose last row left one in doubt."""
        return [difference for book in self._books.values() for difference in book.settle()]

    async def _decide(self, session: AsyncSession, rows: Mapping[UUID, Staged]) -> dict[UUID, Outcome]:
        known = await _known(session, [*rows, *self._family.partners_of(rows)])
        ends = {key: (one.id, {one.sender_account_id, one.receiver_account_id}) for key, one in known.items()}
        courses = await self._family.courses(session, rows, ends, self._zone.key)
        rows = {key: courses[key].row if key in courses else row for key, row in rows.items()}
        entries = [row.entry for row in rows.values()]
        accounts = await find_accounts(session, {_own(e) for e in entries} | {_partner(e) for e in entries})
        openings = self._openings(entries, accounts)
        accounts |= await _open_missing(session, entries, openings, accounts)
        self._open_books(rows, accounts, known | await _stated(session, courses), openings)
        payments = await _payments(session, [row.entry for key, row in rows.items() if key not in known], accounts)
        plans = {
            key: self._plan(row, accounts, known.get(key), openings, payments, courses.get(key))
            for key, row in rows.items()
        }
        transfers = [transfer for plan in plans.values() if isinstance(plan, _Plan) for transfer in plan.all]
        postings = await _post(session, transfers)
        return {
            key: plan if isinstance(plan, Outcome) else plan.become(rows[key], postings) for key, plan in plans.items()
        }

    def _openings(self, entries: Sequence[Entry], accounts: Mapping[Number, Holding]) -> dict[Number, Entry]:
        """The first rows of accounts that never moved and yet, as their file says, hold something already."""
        firsts: dict[Number, Entry] = {}
        for entry in entries:
            firsts.setdefault(_own(entry), entry)
        new = {
            at: entry
            for at, entry in firsts.items()
            if at in accounts and at not in self._books and (accounts[at].version == 0 or at in self._opened)
        }
        if self._opening_rule == "first_row":
            self.opened_at_zero += [number for (_, number), entry in new.items() if entry.balance_minor is None]
        return {at: entry for at, entry in new.items() if self._before_minor(entry)}

    def _before_minor(self, entry: Entry) -> int:
        """What its account held before this first row."""
        if self._opening_rule == "zero":
            return 0
        if entry.balance_before_minor is None and isinstance(self._opening_rule, Decimal):
            return Money.parse(self._opening_rule, entry.currency).amount_minor
        return entry.balance_before_minor or 0

    def _open_books(
        self,
        rows: Mapping[UUID, Staged],
        accounts: Mapping[Number, Holding],
        known: Mapping[UUID, "_Known"],
        openings: Mapping[Number, Entry],
    ) -> None:
        """Start the books of accounts whose first row this is, with what the ledger says they held before it."""
        for key, row in rows.items():
            at = _own(row.entry)
            if at in self._books or at not in accounts:
                continue
            if at in openings:
                before = self._before_minor(openings[at])
            else:
                before = known[key].before_minor(accounts[at]) if key in known else accounts[at].posted_minor
            self._books[at] = Book(before or 0)

    def _plan(
        self,
        row: Staged,
        accounts: Mapping[Number, Holding],
        known: "_Known | None",
        openings: dict[Number, Entry],
        payments: Payments,
        course: Course | None,
    ) -> "_Plan | Outcome":
        entry = row.entry
        own, other = accounts.get(_own(entry)), accounts.get(_partner(entry))
        if own is None or other is None:
            unknown = f"account {entry.account!r} of {entry.bank} is not known, and none of the files describes it"
            return Outcome(row, "rejected", reason=self._refused.get(_own(entry), unknown))
        if known is not None:
            return self._known(row, own, known, course)
        # The other account may be new too, and its own rows come later.
        first = [openings.pop(at) for at in (_own(entry), _partner(entry)) if at in openings]
        opened = [self._opening(one, accounts[_own(one)], accounts[_opening_partner(one).at]) for one in first]
        if course and (course.states or course.stated):
            return _Plan(opened, outcome=self._stated(row, course))
        transfer = self._transfer(row, own, other, payments)
        if course and course.opens:
            course.opens.transaction_id = transfer.id
            self._stated_twice.add(transfer.id)
        return _Plan(opened, transfer)

    def _known(self, row: Staged, own: Holding, known: "_Known", course: Course | None) -> Outcome:
        if course and course.opens:
            self._stated_twice.add(known.id)
        if known.is_of(row.entry, own):
            return Outcome(row, "matched", transaction_id=known.id)
        reason = f"the bank's id {row.entry.reference!r} was imported before with another amount"
        return Outcome(row, "rejected", reason=reason)

    def _stated(self, row: Staged, course: Course) -> Outcome:
        """The row is the other side of what was posted for another account's row."""
        if course.transaction_id is None:
            return Outcome(row, "rejected", reason="the other account's row of this transfer was not posted")
        self._stated_twice.add(course.transaction_id)
        return Outcome(row, "matched", transaction_id=course.transaction_id)

    def _transfer(self, row: Staged, own: Holding, other: Holding, payments: Payments) -> Transfer:
        entry, at = row.entry, self._instant(row.entry)
        sender, receiver = (own, other) if entry.amount_minor < 0 else (other, own)
        paid = payments.taken_back_by(entry, (own.id, other.id), at) if may_be_refund(entry) else None
        is_refund = paid is not None or bool(entry.is_refund)
        self.refunds += is_refund
        transfer = Transfer(
            id=new_id(at + timedelta(milliseconds=self._place_in_day(entry))),
            sender_account_id=sender.id,
            receiver_account_id=receiver.id,
            money=Money(abs(entry.amount_minor), entry.currency),
            occurred_at=at,
            client=client_of(entry),
            key=row.key,
            description=entry.told,
            category=self._category(entry, other, paid),
            channel=REFUND_CHANNEL if is_refund else entry.channel,
            reverses_id=paid and paid.id,
        )
        if entry.amount_minor < 0:
            minor = transfer.money.amount_minor
            payments.add((own.id, other.id), Payment(transfer.id, transfer.category, transfer.channel, at, minor))
        return transfer

    def _instant(self, entry: Entry) -> datetime:
        return entry.instant or Moment(entry.day, None).instant(self._zone)

    def _place_in_day(self, entry: Entry) -> int:
        """How many rows of this account and day came before; ids carry it, so that equal times keep their order."""
        day = (entry.bank, entry.account, entry.day)
        self._place = self._place + 1 if day == self._day else 0
        self._day = day
        return self._place

    def _category(self, entry: Entry, other: Holding, paid: Payment | None) -> str | None:
        """What the file says, else where the refunded payment went, else what the narration's words stand for.

        A merchant who is a customer here says itself what it sells.
        """
        if entry.category in BY_SLUG:
            return entry.category
        if paid is not None:
            return paid.category
        if entry.read_category and other.customer_id is None:
            self.read_categories[entry.read_category] += 1
            return entry.read_category
        if entry.category:
            self.unknown_categories[entry.category] += 1
        return None

    def _opening(self, entry: Entry, own: Holding, other: Holding) -> Transfer:
        before = self._before_minor(entry)
        sender, receiver = (own, other) if before < 0 else (other, own)
        midnight = datetime.combine(entry.day, time(), self._zone)
        return Transfer(
            id=new_id(midnight),
            sender_account_id=sender.id,
            receiver_account_id=receiver.id,
            money=Money(abs(before), entry.currency),
            occurred_at=midnight,
            client=client_of(entry),
            key=f"opening:{entry.account}",
            description="Balance before the first imported row",
            category="own_transfer",
            channel=OPENING_CHANNEL,
        )

    def _reconcile(self, outcome: Outcome) -> list[BalanceDifference]:
        entry = outcome.row.entry
        if (day := (entry.bank, entry.account, entry.day)) != self._booked_day:
            self._booked_day, self._booked = day, set()
        if outcome.transaction_id is None or outcome.transaction_id in self._booked:
            return []
        self._booked.add(outcome.transaction_id)
        partner = self._books.get(_partner(entry)) if outcome.transaction_id not in self._stated_twice else None
        if partner is not None:
            partner.ledger_minor -= entry.amount_minor
        return self._books[_own(entry)].enter(outcome.row)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be posted for a row: what opens its accounts, and the row itself unless it is decided already."""

    openings: list[Transfer]
    transfer: Transfer | None = None
    outcome: Outcome | None = None

    @property
    def all(self) -> list[Transfer]:
        return [*self.openings, *([self.transfer] if self.transfer else [])]

    def become(self, row: Staged, postings: Mapping[UUID, Posting]) -> Outcome:
        """The row's outcome, now that the ledger has answered."""
        if self.transfer is not None:
            return _outcome(row, postings[self.transfer.id])
        stated = postings.get(self.outcome.transaction_id) if self.outcome and self.outcome.transaction_id else None
        if stated is not None and stated.failure_code is not None:
            return _outcome(row, stated)
        assert self.outcome
        return self.outcome


async def _open_missing(
    session: AsyncSession,
    entries: Sequence[Entry],
    openings: Mapping[Number, Entry],
    accounts: Mapping[Number, Holding],
) -> dict[Number, Holding]:
    """The other sides of rows whose own account is known, where they did not exist."""
    partners = [(entry.partner, entry) for entry in entries if _own(entry) in accounts]
    partners += [(_opening_partner(entry), entry) for entry in openings.values()]
    absent = {
        partner.at: (partner, entry.currency, entry.day) for partner, entry in partners if partner.at not in accounts
    }
    known = await find_accounts(session, absent)
    await open_partners(session, [facts for at, facts in absent.items() if at not in known])
    return await find_accounts(session, absent)


async def _payments(session: AsyncSession, entries: Sequence[Entry], accounts: Mapping[Number, Holding]) -> Payments:
    """What new rows of this chunk may take back."""
    sides = [(accounts.get(_own(entry)), accounts.get(_partner(entry))) for entry in entries if may_be_refund(entry)]
    return await Payments.between(session, {(own.id, other.id) for own, other in sides if own and other})


async def _known(session: AsyncSession, keys: Sequence[UUID]) -> dict[UUID, _Known]:
    """What rows were posted as before, by their keys."""
    found = await session.execute(_FIND_BY_KEY, {"keys": list(keys)})  # pyright: ignore[reportDeprecated]  # exec() is for selects
    return {key: _Known(*facts) for key, *facts in found}


async def _stated(session: AsyncSession, courses: Mapping[UUID, Course]) -> dict[UUID, _Known]:
    """What rows of the other account were posted as, by the keys of those that state it too."""
    ids = {key: course.transaction_id for key, course in courses.items() if course.transaction_id}
    if not ids:
        return {}
    found = await session.execute(_FIND_BY_ID, {"ids": list(ids.values())})  # pyright: ignore[reportDeprecated]  # as above
    stored = {id: _Known(id, *facts) for _, id, *facts in found}
    return {key: stored[id] for key, id in ids.items() if id in stored}


async def _post(session: AsyncSession, transfers: Sequence[Transfer]) -> dict[UUID, Posting]:
    """The answers by the transfers' own ids."""
    answers: dict[UUID, Posting] = {}
    for start in range(0, len(transfers), BATCH_MAX):
        part = transfers[start : start + BATCH_MAX]
        answers |= zip((transfer.id for transfer in part), await post_transfers(session, part), strict=True)
    return answers


def _outcome(row: Staged, posting: Posting) -> Outcome:
    if posting.failure_code is not None:
        return Outcome(row, "rejected", reason=REFUSALS[posting.failure_code].title)
    return Outcome(row, "matched" if posting.is_replay else "posted", transaction_id=posting.id)


def _again(row: Staged, first: Outcome) -> Outcome:
    """What becomes of a row whose key the same chunk has decided already."""
    if row.entry.amount_minor != first.row.entry.amount_minor:
        return Outcome(row, "rejected", reason=f"the bank's id {row.entry.reference!r} comes twice with different rows")
    outcome = "rejected" if first.transaction_id is None else "matched"
    return Outcome(row, outcome, first.transaction_id, first.reason)


def _own(entry: Entry) -> Number:
    return entry.at


def _partner(entry: Entry) -> Number:
    return entry.partner.at


def _opening_partner(entry: Entry) -> Partner:
    return Partner("system", entry.bank, f"opening {entry.currency}", "Opening balances")
