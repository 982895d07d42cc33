"""The demo's plan: deterministic, consistent with its own truth, and full of the cases that analysts ask about."""

from collections import Counter
from datetime import date, timedelta
from itertools import groupby

import pytest

from finlens.demo import habits
from finlens.demo.cast import ASHA, EURO_BANK, HOME_BANK, cast
from finlens.demo.days import payments_on
from finlens.demo.founding import number_of
from finlens.demo.payment import DemoPayment
from finlens.demo.series import recurring_series

START = date(2025, 5, 1)
DAYS = 200


@pytest.fixture(scope="module")
def payments() -> list[DemoPayment]:
    """The first two hundred days: up to the middle of November, with Diwali and a trip in them."""
    return [payment for day in range(DAYS) for payment in payments_on(START + timedelta(days=day), START)]


def _of_asha(payments: list[DemoPayment]) -> list[DemoPayment]:
    return [payment for payment in payments if payment.sender.startswith(ASHA)]


def test_a_day_is_the_same_whenever_it_is_asked_for(payments: list[DemoPayment]) -> None:
    day = START + timedelta(days=150)
    again = payments_on(day, START)
    keys = {payment.key for payment in again}
    assert [payment for payment in payments if payment.key in keys] == again


@pytest.mark.parametrize("locale", ["", "C.UTF-8", "hi_IN.UTF-8", "de_DE.UTF-8"])
def test_festivals_fall_alike_on_every_machine(locale: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found by a start with an empty environment, where Diwali went by another name and nobody shopped for it."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", locale)
    assert habits._diwali.__wrapped__(2025) == (date(2025, 10, 20),)
    assert date(2025, 8, 9) in habits._festivals.__wrapped__(2025)


def test_keys_and_ids_are_unique_and_ids_carry_the_time(payments: list[DemoPayment]) -> None:
    assert len({payment.key for payment in payments}) == len({payment.id for payment in payments}) == len(payments)
    for payment in payments[::97]:
        assert payment.id.version == 7
        assert payment.id.int >> 80 == int(payment.at.timestamp() * 1000)


def test_both_accounts_of_a_payment_exist_and_share_its_currency(payments: list[DemoPayment]) -> None:
    accounts = cast().accounts
    for payment in payments:
        assert payment.sender != payment.receiver
        assert accounts[payment.sender].currency == accounts[payment.receiver].currency == payment.currency


def test_accounts_differ_in_number_and_customers_in_mail() -> None:
    plans = cast().accounts.values()
    assert len({(plan.bank, number_of(plan)) for plan in plans}) == len(plans)
    assert len({person.email for person in cast().people}) == len(cast().people)
    holders = Counter((plan.bank, plan.holder) for plan in plans if plan.holder)
    assert max(holders.values()) == 1  # at most one account with a bank


def test_asha_banks_at_two_banks_and_somebody_has_euros() -> None:
    asha = cast().people[0]
    assert asha.email == ASHA
    assert asha.banks[0] == HOME_BANK.code
    assert len(asha.rupee_accounts) == 2
    expatriate = cast().people[1]
    assert cast().accounts[f"{expatriate.email}@{EURO_BANK.code}"].currency == "EUR"
    assert cast().accounts[expatriate.account].currency == "INR"


def test_refunds_give_back_an_earlier_purchase_at_most_whole(payments: list[DemoPayment]) -> None:
    bought = {payment.id: payment for payment in payments}
    refunds = [payment for payment in payments if payment.refunds]
    assert len(refunds) > 10
    for refund in refunds:
        original = bought[refund.refunds]  # pyright: ignore[reportArgumentType]
        assert original.at < refund.at
        assert (original.sender, original.receiver) == (refund.receiver, refund.sender)
        assert refund.amount_minor <= original.amount_minor


def test_the_truth_about_series_is_what_is_paid(payments: list[DemoPayment]) -> None:
    by_series = Counter(p.key.rsplit("|", 1)[0] for p in payments if p.key.startswith("series|"))
    days = [START + timedelta(days=day) for day in range(DAYS)]
    expected = Counter(
        {f"series|{s.name}|{s.payer}|{s.payee}": sum(map(s.is_due, days)) for s in recurring_series(START)}
    )
    assert by_series == +expected


def test_a_subscription_of_asha_grows_dearer_and_another_is_cancelled() -> None:
    hers = {series.name: series for series in recurring_series(START) if series.payer.startswith(ASHA)}
    dearer, cancelled = hers["StreamRasa"], hers["NewsPatra Digital"]
    assert dearer.amount_minor(START) < dearer.amount_minor(START + timedelta(days=300))
    year = [START + timedelta(days=day) for day in range(550)]
    assert sum(map(cancelled.is_due, year)) < sum(map(dearer.is_due, year))


def test_asha_leads_a_full_life(payments: list[DemoPayment]) -> None:
    hers = _of_asha(payments)
    shops = {business.account: business.code for business in cast().businesses}
    codes = {shops.get(payment.receiver) for payment in hers}
    assert {"5411", "5812", "5541", "5912", "4511", "7011", "6513", "6211"} - codes <= {"4511"}  # or by train
    assert {payment.channel for payment in hers} == {"upi", "card", "netbanking", "standing_order", "cash"}
    assert any(payment.category == "own_transfer" for payment in hers)
    months = [len(list(group)) for _, group in groupby(hers, key=lambda payment: payment.at.month)]
    assert min(months[:-1]) > 40


def test_people_shop_more_before_diwali(payments: list[DemoPayment]) -> None:
    shops = {business.account for business in cast().of_trade("5651", "5732", "5311", "5947")}

    def bought(first: date) -> int:
        days = {first + timedelta(days=day) for day in range(14)}
        return sum(payment.receiver in shops and payment.at.date() in days for payment in payments)

    assert bought(date(2025, 10, 6)) > 2 * bought(date(2025, 8, 18))


def test_frauds_and_their_look_alikes_are_labelled(payments: list[DemoPayment]) -> None:
    labels = {(label.is_fraud, label.typology) for payment in payments if (label := payment.label)}
    assert len([typology for is_fraud, typology in labels if is_fraud]) == 5
    assert len([typology for is_fraud, typology in labels if not is_fraud]) == 5
    share = sum(1 for payment in payments if payment.label and payment.label.is_fraud) / len(payments)
    assert 0.005 < share < 0.03


def test_money_of_system_accounts_only_comes_from_outside(payments: list[DemoPayment]) -> None:
    senders = {payment.sender for payment in payments if cast().accounts[payment.sender].kind == "system"}
    assert senders == {key for key in senders if key.startswith("outside@")}


def test_some_notes_are_out_for_trouble(payments: list[DemoPayment]) -> None:
    notes = {payment.description for payment in payments}
    assert any("Ignore all previous instructions" in note or "<img" in note or "DROP TABLE" in note for note in notes)
