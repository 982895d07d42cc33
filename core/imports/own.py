"""Money moved between two accounts of one customer: neither earned nor spent, and posted once though both state it.

Two rows of one import are the same movement when they stand in statements of two accounts of one customer, go opposite
ways, agree in amount, lie within DAYS_MAX days, and one names the other's account or both call themselves a transfer.
The first is posted between the two accounts, the second matched with it. A movement of which only one side is
imported goes to an outside account and is marked by its channel: each account is moved by its own statement alone.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from core.ids import fingerprint
from core.imports.holders import Number
from core.imports.narration import says_transfer
from core.imports.persons import is_named_first, is_same_person
from core.imports.staging import Staged
from core.imports.statement import ELSEWHERE, OWN_TRANSFER, Entry, Partner, identity_of

CHANNEL = "own_transfer"
"""Marks a movement whose other account is not in this import; the insight views know it."""

DAYS_MAX = 3
TWINS_MAX = 9
"""Equal rows of one day that a key is looked for in."""

_BETWEEN_BANKS = frozenset({"imps", "neft", "rtgs", "transfer"})
_MASKED = re.compile(r"(?:x{2,}|[*]{2,})(\d{4,})(?!\d)", re.IGNORECASE)

_FIND_KIN = text("""
    SELECT a.id, a.customer_id, k.code, a.number, a.name, c.name
      FROM banking.account a
      JOIN banking.bank k ON k.id = a.bank_id
      JOIN banking.customer c ON c.id = a.customer_id
     WHERE a.customer_id = ANY(:customers)
""")
_FIND_MOVED = text("""
    SELECT t.id, t.sender_account_id, t.receiver_account_id, t.amount_minor, t.currency, t.description,
           t.key_fingerprint, (t.occurred_at AT TIME ZONE :zone)::date
      FROM ledger.transaction t
     WHERE t.sender_account_id = ANY(:accounts) AND t.receiver_account_id = ANY(:accounts) AND t.status = 'success'
       AND t.occurred_at BETWEEN CAST(:start AS date) - 5 AND CAST(:end AS date) + 5
     ORDER BY t.occurred_at, t.id
""")


@dataclass(frozen=True, slots=True)
class Kin:
    """An account of a customer, beside their other ones."""

    id: UUID
    customer_id: UUID
    at: Number
    name: str
    holder: str

    def is_named_in(self, entry: Entry) -> bool:
        """Whether the row gives this account's number as its other side, or has it, or its end, in its narration."""
        number = _bare(self.at[1])
        if _bare(entry.partner.number) == number:
            return True
        # A number of words alone ("Current") may stand in the name of anything.
        is_transfer = says_transfer(entry.narration)
        if (is_transfer or re.search(r"\d", number)) and _spaced(number).search(entry.narration.casefold()):
            return True
        # Between banks a masked number is an account's; elsewhere it may be the card that paid.
        masked = _MASKED.findall(entry.narration) if entry.channel in _BETWEEN_BANKS else []
        ends = re.findall(r"(?<!\d)\d{4,}(?!\d)", entry.narration) if is_transfer else []
        return any(number.endswith(end) for end in (*ends, *masked))


@dataclass(slots=True)
class Pair:
    """Two rows that state one movement, by their keys, in the order in which they are posted."""

    first: UUID
    second: UUID
    accounts: tuple[Kin, Kin]
    transaction_id: UUID | None = None
    """What the first was posted as."""
    is_void: bool = False
    """The second was posted on its own, before the first was known."""


@dataclass(frozen=True, slots=True)
class Course:
    """How a row that moves its holder's own money is to be posted."""

    row: Staged
    """With the other side that it gets here."""
    opens: Pair | None = None
    """It is posted for both rows of this pair."""
    states: Pair | None = None
    """It states what the first row of this pair was posted as."""
    stated: UUID | None = None
    """It states this transaction, which an earlier import posted."""

    @property
    def transaction_id(self) -> UUID | None:
        """What was posted for the other account's row, as far as that has been done."""
        return self.states.transaction_id if self.states else self.stated


@dataclass(frozen=True, slots=True)
class _Moved:
    """A transaction between two accounts of one customer."""

    id: UUID
    sender_id: UUID
    receiver_id: UUID
    amount_minor: int
    currency: str
    description: str
    key: UUID
    day: date

    def may_be(self, entry: Entry, account_id: UUID) -> bool:
        """Whether the row states it too, from this account's side, without having posted it."""
        side = self.receiver_id if entry.amount_minor > 0 else self.sender_id
        is_same = (
            side == account_id and self.amount_minor == abs(entry.amount_minor) and self.currency == entry.currency
        )
        return is_same and abs((self.day - entry.day).days) <= DAYS_MAX and not self._is_posted_by(entry)

    def _is_posted_by(self, entry: Entry) -> bool:
        """Whether a row of the same statement posted it: another movement, then, of the same amount."""
        minor = self.amount_minor if entry.amount_minor > 0 else -self.amount_minor
        identity = identity_of(entry.bank, entry.account, self.day, minor, self.currency, self.description)
        # As the staging area writes keys.
        keys = (f"{identity.hex.upper()}:{place}" for place in range(1, TWINS_MAX + 1))
        return self.key in [fingerprint(client_of(entry), key) for key in keys]


class Family:
    """The accounts of customers who hold several, and the movements between them that an import states."""

    def __init__(self, kin: Sequence[Kin], spans: Mapping[Number, tuple[date, date]]) -> None:
        by_customer: defaultdict[UUID, list[Kin]] = defaultdict(list)
        for one in kin:
            by_customer[one.customer_id].append(one)
        self._holders = {one.at: one for one in kin}
        self._of = {one.at: [other for other in by_customer[one.customer_id] if other != one] for one in kin}
        self._spans = spans
        self._pairs: dict[UUID, Pair] = {}
        self._claimed: set[tuple[UUID, Number]] = set()
        """Movements of earlier imports, and the account whose row states them too."""

    @classmethod
    async def of(
        cls, session: AsyncSession, customers: Iterable[UUID], spans: Mapping[Number, tuple[date, date]]
    ) -> "Family":
        """All accounts of these customers. `spans`: first and last days of the accounts that the import states."""
        rows = await session.execute(_FIND_KIN, {"customers": list(customers)})  # pyright: ignore[reportDeprecated]  # exec() is for selects
        kin = [Kin(id, customer, _at(code, number), name, holder) for id, customer, code, number, name, holder in rows]
        return cls(kin, spans)

    @property
    def is_empty(self) -> bool:
        """Whether nobody holds two accounts, so that there is nothing to pair."""
        return not any(self._of.values())

    def pair(self, rows: Iterable[Staged]) -> None:
        """Find the movements that two rows of this import state. Rows come from old to new."""
        waiting: dict[UUID, Entry] = {}
        for row in rows:
            key, entry = key_of(row), row.entry
            if not self._of.get(entry.at) or entry.is_own is False or key in waiting or key in self._pairs:
                continue
            waiting = {other: one for other, one in waiting.items() if (entry.day - one.day).days <= DAYS_MAX}
            first = max(reversed(waiting), key=lambda other: self._likeness(waiting[other], entry), default=None)
            if first is None or not self._likeness(waiting[first], entry):
                waiting[key] = entry
                continue
            accounts = self._holders[waiting.pop(first).at], self._holders[entry.at]
            self._pairs |= dict.fromkeys((first, key), Pair(first, key, accounts))

    def partners_of(self, keys: Iterable[UUID]) -> set[UUID]:
        """The keys of the other rows of these rows' pairs."""
        pairs = [self._pairs[key] for key in keys if key in self._pairs]
        return {key for pair in pairs for key in (pair.first, pair.second)}

    async def courses(
        self,
        session: AsyncSession,
        rows: Mapping[UUID, Staged],
        known: Mapping[UUID, tuple[UUID, set[UUID]]],
        zone: str,
    ) -> dict[UUID, Course]:
        """How to post those rows of a chunk that move their holders' own money.

        `known` are the transactions that keys of rows, or of the other rows of their pairs, led to: id and accounts.
        """
        own = {key: row for key, row in rows.items() if key in self._pairs or self._may_be_own(row.entry)}
        moved = await self._moved(session, [row.entry for key, row in own.items() if key not in known], zone)
        courses = {
            key: self._known(key, row, *known[key]) if key in known else self._new(key, row, known, moved)
            for key, row in own.items()
        }
        return {key: course for key, course in courses.items() if course is not None}

    def _known(self, key: UUID, row: Staged, id: UUID, accounts: set[UUID]) -> Course | None:
        """A row that was posted before. The other row of its pair is the same movement if that went between the two."""
        pair = self._pairs.get(key)
        if pair is not None and accounts == {kin.id for kin in pair.accounts}:
            pair.transaction_id = id
            return Course(_with(row, pair.accounts[key == pair.first]), opens=pair)
        if pair is not None:
            pair.is_void = True
        kin = next((one for one in self._of.get(row.entry.at, ()) if one.id in accounts), None)
        return Course(_with(row, kin)) if kin else None

    def _new(
        self, key: UUID, row: Staged, known: Mapping[UUID, tuple[UUID, set[UUID]]], moved: Sequence[_Moved]
    ) -> Course | None:
        pair, entry = self._pairs.get(key), row.entry
        if pair is not None and not pair.is_void and pair.second not in known:
            other = pair.accounts[key == pair.first]
            return Course(_with(row, other), *((pair, None) if key == pair.first else (None, pair)))
        holder = self._holders[entry.at]
        for one in moved:
            if one.may_be(entry, holder.id) and (one.id, entry.at) not in self._claimed:
                self._claimed.add((one.id, entry.at))
                return Course(row, stated=one.id)
        if pair is None and not self._is_own(entry):
            return None
        kin = self._named_by(entry)
        if pair is None and kin is not None and self._is_covered(kin, entry.day):
            return Course(_with(row, kin))
        return Course(_outside(row, kin))

    def _may_be_own(self, entry: Entry) -> bool:
        """Whether it is, or would be if the other account's statement had it too."""
        is_transfer = bool(self._of.get(entry.at)) and entry.is_own is None and says_transfer(entry.narration)
        return is_transfer or self._is_own(entry)

    def _is_own(self, entry: Entry) -> bool:
        """Whether a row moves its holder's own money: it says so, or names another account of theirs, or them."""
        holder = self._holders.get(entry.at)
        if holder is None or entry.is_own is not None:
            return holder is not None and bool(entry.is_own)
        name = entry.partner.name
        is_holder = is_same_person(holder.holder, name) or is_named_first(holder.holder, name)
        return is_holder or self._named_by(entry) is not None

    def _named_by(self, entry: Entry) -> Kin | None:
        """The other account of the same customer that a row names."""
        return next((kin for kin in self._of.get(entry.at, ()) if kin.is_named_in(entry)), None)

    def _is_covered(self, kin: Kin, day: date) -> bool:
        """Whether the import has the account's statement of that day, but not this movement: it was skipped."""
        first, last = self._spans.get(kin.at, (date.max, date.min))
        return first <= day <= last

    async def _moved(self, session: AsyncSession, entries: Sequence[Entry], zone: str) -> list[_Moved]:
        """What the ledger holds of movements between the accounts of these rows' holders, around their days."""
        accounts = {kin.id for entry in entries if self._of.get(entry.at) for kin in self._all(entry.at)}
        if not accounts:
            return []
        days = [entry.day for entry in entries]
        values = {"accounts": list(accounts), "zone": zone, "start": min(days), "end": max(days)}
        rows = await session.execute(_FIND_MOVED, values)  # pyright: ignore[reportDeprecated]  # as above
        return [_Moved(*row) for row in rows]

    def _all(self, at: Number) -> list[Kin]:
        return [self._holders[at], *self._of[at]]

    def _likeness(self, one: Entry, other: Entry) -> int:
        """How much says that two rows are one movement; 0 unless one names the other's account or both transfer."""
        if one.amount_minor != -other.amount_minor or one.currency != other.currency or one.at == other.at:
            return 0
        sides = self._holders[one.at], self._holders[other.at]
        if sides[0].customer_id != sides[1].customer_id:
            return 0
        names = sides[1].is_named_in(one) + sides[0].is_named_in(other)
        transfers = sum(self._is_own(entry) or says_transfer(entry.narration) for entry in (one, other))
        return names + transfers if names or transfers == len(sides) else 0


def key_of(row: Staged) -> UUID:
    """The key that the ledger knows a row by."""
    return fingerprint(client_of(row.entry), row.key)


def client_of(entry: Entry) -> str:
    """Who asks the ledger to post a row."""
    return f"import:{entry.bank}"


def _with(row: Staged, kin: Kin) -> Staged:
    """The row with that account as its other side."""
    return _changed(row, partner=Partner("customer", *kin.at, kin.name))


def _outside(row: Staged, kin: Kin | None) -> Staged:
    """The row with an account outside as its other side, which stands for the one that is not in this import."""
    partner = row.entry.partner
    if kin is not None:
        partner = Partner("external", ELSEWHERE, f"own {kin.at[1]} {row.entry.currency}", kin.name)
    return _changed(row, partner=partner, channel=CHANNEL)


def _changed(row: Staged, **changes: object) -> Staged:
    entry = msgspec.structs.replace(row.entry, is_own=True, is_refund=None, category=OWN_TRANSFER, **changes)
    return replace(row, entry=entry)


def _at(code: str, number: str) -> Number:
    """An account kept apart is known by its bank's own code."""
    return code.removesuffix(f"-{number}"), number


def _bare(number: str) -> str:
    return re.sub(r"\W", "", number).casefold()


@lru_cache
def _spaced(number: str) -> re.Pattern[str]:
    """The number as it may be printed: in groups, with dashes."""
    grouped = r"[\W_]?".join(map(re.escape, number))
    return re.compile(rf"(?<!\w){grouped}(?!\w)")
