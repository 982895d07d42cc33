"""What the ledger promises, spelled out with dictionaries: one request after another, on numbers for names."""

from dataclasses import dataclass, field
from typing import NamedTuple

CASH = 0
"""The account that may owe anything."""
HOLD_LIFE = 10


class Said(NamedTuple):
    """The answer to a request: how it was refused (None: it was not), and by how much it fell short."""

    refusal: str | None = None
    shortfall: int | None = None
    is_replay: bool = False


class Payment(NamedTuple):
    sender: int
    receiver: int
    amount: int
    reverses: int | None = None
    """The payment that this one takes back."""
    hold: int | None = None


@dataclass
class Promised:
    payer: int
    payee: int
    amount: int
    expires_at: int
    captured: int = 0
    status: str = "active"

    @property
    def rest(self) -> int:
        return self.amount - self.captured if self.status == "active" else 0


@dataclass
class Ledger:
    """Accounts are 0, 1, 2, ..., payments and holds are named by their keys, time is counted in steps."""

    accounts: int
    now: int = 0
    balances: dict[int, int] = field(default_factory=dict)
    closed: set[int] = field(default_factory=set)
    paid: dict[int, Payment] = field(default_factory=dict)
    stored: dict[int, tuple[object, Said]] = field(default_factory=dict)
    holds: dict[int, Promised] = field(default_factory=dict)
    accepted: list[tuple[int, Payment]] = field(default_factory=list)

    def balance(self, account: int) -> int:
        return self.balances.get(account, 0)

    def pending(self, account: int) -> int:
        return sum(hold.rest for hold in self.holds.values() if hold.payer == account)

    def pay(self, key: int, payment: Payment) -> Said:
        if key in self.stored:
            return self._again(key, payment)
        said = self._refused(payment) or self._irreversible(payment) or self._uncovered(payment.sender, payment.amount)
        if said is None:
            self._move(key, payment)
        if said is None or said.refusal == "insufficient_funds":
            self.stored[key] = payment, said or Said()
        return said or Said()

    def accept(self, key: int, payment: Payment) -> Said:
        if key in self.stored:
            return self._again(key, payment)
        if said := self._refused(payment):
            return said
        self.stored[key] = payment, Said()
        self.accepted.append((key, payment))
        return Said()

    def settle(self) -> None:
        for key, payment in self.accepted:
            said = self._refused(payment) or self._uncovered(payment.sender, payment.amount)
            self.stored[key] = payment, said or Said()
            if said is None:
                self._move(key, payment)
        self.accepted.clear()

    def hold(self, key: int, payer: int, payee: int, amount: int) -> Said:
        request = (payer, payee, amount)
        if ("hold", key) in self.stored:
            first, _ = self.stored["hold", key]
            return Said(is_replay=True) if first == request else Said("idempotency_key_reused")
        said = self._refused(Payment(payer, payee, amount)) or self._uncovered(payer, amount)
        if said is None:
            self.stored["hold", key] = request, Said()
            self.holds[key] = Promised(payer, payee, amount, self.now + HOLD_LIFE)
        return said or Said()

    def capture(self, key: int, hold_key: int, amount: int | None, is_final: bool) -> Said:
        hold, request = self.holds[hold_key], (hold_key, amount, is_final)
        if key in self.stored:
            return self._again(key, request)
        if hold.status != "active" or self.now >= hold.expires_at:
            return Said("hold_ended")
        if (amount or hold.rest) > hold.rest:
            return Said("capture_exceeds_hold")
        taken = amount or hold.rest
        if {hold.payer, hold.payee} & self.closed:
            return Said("account_closed")
        self._move(key, Payment(hold.payer, hold.payee, taken, hold=hold_key))
        self.stored[key] = request, Said()
        hold.captured += taken
        if is_final or hold.captured == hold.amount:
            hold.status = "captured"
        return Said()

    def void(self, hold_key: int) -> Said:
        hold = self.holds[hold_key]
        if hold.status == "voided":
            return Said(is_replay=True)
        if hold.status != "active" or self.now >= hold.expires_at:
            return Said("hold_ended")
        hold.status = "voided"
        return Said()

    def sweep(self) -> None:
        for hold in self.holds.values():
            if hold.status == "active" and self.now >= hold.expires_at:
                hold.status = "expired"

    def close(self, account: int) -> Said:
        if self.balance(account) or self.pending(account):
            return Said("account_not_empty")
        self.closed.add(account)
        return Said()

    def left(self, key: int) -> int:
        """What of a payment has not been given back."""
        return self.paid[key].amount - sum(one.amount for one in self.paid.values() if one.reverses == key)

    def _again(self, key: int, request: object) -> Said:
        first, said = self.stored[key]
        return said._replace(is_replay=True) if first == request else Said("idempotency_key_reused")

    def _refused(self, payment: Payment) -> Said | None:
        parties = {payment.sender, payment.receiver}
        if len(parties) == 1:
            return Said("same_account")
        if max(parties) >= self.accounts:
            return Said("account_not_found")
        return Said("account_closed") if parties & self.closed else None

    def _irreversible(self, payment: Payment) -> Said | None:
        if payment.reverses is None:
            return None
        original = self.paid.get(payment.reverses)
        if original is None or original.reverses is not None:
            return Said("not_reversible")
        if (original.receiver, original.sender) != (payment.sender, payment.receiver):
            return Said("not_reversible")
        over = payment.amount - self.left(payment.reverses)
        return Said("reversal_exceeds_original", over) if over > 0 else None

    def _uncovered(self, payer: int, amount: int) -> Said | None:
        short = amount + self.pending(payer) - self.balance(payer)
        return Said("insufficient_funds", short) if payer != CASH and short > 0 else None

    def _move(self, key: int, payment: Payment) -> None:
        self.paid[key] = payment
        self.balances[payment.sender] = self.balance(payment.sender) - payment.amount
        self.balances[payment.receiver] = self.balance(payment.receiver) + payment.amount
