"""Ids sort by time; fingerprints tell every difference."""

from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from core.ids import fingerprint, new_id


def test_ids_are_version_seven_and_rise() -> None:
    ids = [new_id() for _ in range(2_000)]
    assert {each.version for each in ids} == {7}
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)


@given(st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)))
def test_id_of_an_instant_carries_its_milliseconds(at: datetime) -> None:
    assert abs((new_id(at).int >> 80) - at.timestamp() * 1000) <= 1


def test_instant_before_the_epoch_has_an_id_too() -> None:
    assert new_id(datetime(1960, 1, 1, tzinfo=UTC)).int >> 80 == 0


@given(st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=4))
def test_fingerprints_are_equal_exactly_for_equal_parts(some: list[str], others: list[str]) -> None:
    assert (fingerprint(*some) == fingerprint(*others)) == (some == others)


def test_parts_cannot_run_into_each_other() -> None:
    assert len({fingerprint("ab", "c"), fingerprint("a", "bc"), fingerprint("abc"), fingerprint("a\x1fb", "c")}) == 4


def test_fingerprint_never_changes() -> None:
    """Stored for ever: the same parts must be recognised by every later release."""
    assert fingerprint("user:1", "key") == UUID("561ecb65-627b-8688-36ed-d5280e4cdf4c")
