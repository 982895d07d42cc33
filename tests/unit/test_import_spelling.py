"""Tables as banks export them, read by the shipped profile `plain` without a line of mapping."""

from pathlib import Path

import pytest

from core.imports.profile import ProfileInvalid, load_profile
from core.imports.records import FileUnreadable
from core.imports.sources import Sources
from core.imports.statement import Entry, understand

PLAIN = load_profile("plain")


def read(path: Path, content: str, **told: str) -> tuple[list[Entry], Sources]:
    path.write_text(content)
    options = {
        "zone": "",
        "dates": "",
        "opening": "",
        **{name: told.pop(name) for name in list(told) if name == "dates"},
    }
    sources = Sources(PLAIN.told(given={"account": "1", **told}, **options), [path])
    rejected: list[str] = []
    rows = list(sources.rows("transactions", lambda _path, _line, reason: rejected.append(reason)))
    assert rejected == []
    return [understand(row.record, sources.profile) for row in rows if row.is_taken], sources


def brief(entries: list[Entry]) -> list[tuple[str, int, str, int | None, str]]:
    return [(e.day.isoformat(), e.amount_minor, e.currency, e.balance_minor, e.partner.name) for e in entries]


FILES = {
    "Indian, with lines before the header and a column each way": (
        "HDFC BANK\nAccount: 123\n\nDate,Narration,Value Dt,Withdrawal Amt.,Deposit Amt.,Closing Balance\n"
        '15/04/26,UPI-SWIGGY-x@ok,15/04/26,431.50,,"1,000.00"\n',
        [("2026-04-15", -43150, "INR", 100000, "Swiggy")],
    ),
    "British, with tabs and pound signs": (
        "Transaction Date\tDescription\tPaid out\tPaid in\tBalance\n01 Apr 2026\tTESCO STORES 1\t£6.72\t\t£100.00\n",
        [("2026-04-01", -672, "GBP", 10000, "Tesco")],
    ),
    "American, month first": (
        "Details,Posting Date,Description,Amount,Type,Balance\nDEBIT,04/01/2026,STARBUCKS 12,-5.25,DEBIT_CARD,9\n"
        "DEBIT,04/13/2026,SHELL OIL 574,-45.00,DEBIT_CARD,-36\n",
        [("2026-04-01", -525, "USD", 900, "Starbucks"), ("2026-04-13", -4500, "USD", -3600, "Shell")],
    ),
    "a card app's, with times and a payment that is pending": (
        "Type,Started Date,Completed Date,Description,Amount,Currency,State\n"
        "CARD,2026-04-01 10:00:00,2026-04-02 11:00:00,Tesco,-6.72,GBP,COMPLETED\n"
        "CARD,2026-04-03 10:00:00,,Uber,-7,GBP,PENDING\n",
        [("2026-04-02", -672, "GBP", None, "Tesco")],
    ),
    "German, with semicolons and commas before the fraction": (
        "Buchungstag;Empfänger;Verwendungszweck;Betrag (EUR)\n13.04.2026;REWE;Einkauf;-1.006,72\n",
        [("2026-04-13", -100672, "EUR", None, "REWE")],
    ),
    "names in any case, and a direction in words": (
        "DATE,AMOUNT,CR/DR,PAYEE,CURRENCY\n2026-04-13,5,DR,Rewe,EUR\n2026-04-14,5,cr,Acme,EUR\n",
        [("2026-04-13", -500, "EUR", None, "Rewe"), ("2026-04-14", 500, "EUR", None, "Acme")],
    ),
    "a budget app's, with amounts that have no sign": (
        "Date,Type,Category,Amount,Note\n2026-04-13,Expense,Food,5,lunch\n2026-04-14,Income,Salary,50,May\n",
        [("2026-04-13", -500, "INR", None, "Lunch"), ("2026-04-14", 5000, "INR", None, "May")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_plain_export_needs_no_profile(name: str, tmp_path: Path) -> None:
    content, expected = FILES[name]
    entries, _ = read(tmp_path / "a.csv", content, currency=expected[0][2])
    assert brief(entries) == expected


def test_kind_and_note_tell_the_channel_and_the_category_that_the_narration_does_not(tmp_path: Path) -> None:
    table = (
        "Date,Type,Name,Category,Amount,Notes and #tags,Description\n"
        "13/08/2026,Faster payment,Foxtons,Bills,-1150,rent,FOXTONS\n"
        "14/08/2026,Faster payment,Hargreaves Design,Income,2684,SALARY,HARGREAVES DESIGN LTD\n"
        "15/08/2026,Pot transfer,Holiday,Holidays,-150,,HOLIDAY\n"
        "16/08/2026,Direct Debit,Thames Water,Bills,-34,,THAMES WATER\n"
    )
    entries, _ = read(tmp_path / "a.csv", table, currency="GBP")
    assert [(e.category or e.read_category, e.channel, e.is_own) for e in entries] == [
        ("rent", "transfer", None), ("salary", "transfer", None), ("travel", "transfer", True),
        ("utilities", "direct_debit", None),
    ]  # fmt: skip


def test_what_was_assumed_is_told(tmp_path: Path) -> None:
    _, sources = read(tmp_path / "a.csv", "date,amount,description\n2026-04-13,5,a\n")
    assert sources.assumed == {"currency": "INR", "bank": "PLAIN", "time_zone": "Asia/Kolkata"}


def test_currency_is_read_from_the_amounts_and_the_zone_follows(tmp_path: Path) -> None:
    entries, sources = read(tmp_path / "a.csv", "date,amount,description\n2026-04-13,-£6.72,a\n")
    assert entries[0].currency == "GBP"
    assert sources.profile.time_zone == "Europe/London"


def test_dates_that_may_be_read_in_two_ways_are_refused_until_somebody_says_which(tmp_path: Path) -> None:
    table = "date,amount,description\n04/05/2026,5,a\n"
    with pytest.raises(
        ProfileInvalid, match="dates like 04/05/2026 may begin with the day or the month: say --dates eu"
    ):
        read(tmp_path / "a.csv", table)
    assert read(tmp_path / "a.csv", table, dates="us")[0][0].day.isoformat() == "2026-04-05"
    entries, sources = read(tmp_path / "a.csv", table, currency="GBP")
    assert entries[0].day.isoformat() == "2026-05-04"
    assert sources.assumed["dates"] == "eu"


def test_dates_written_in_both_orders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ProfileInvalid, match="written in two ways, 13/04/2026 and 04/14/2026"):
        read(tmp_path / "a.csv", "date,amount\n13/04/2026,5\n04/14/2026,5\n")


def test_missing_account_names_the_option_that_gives_one(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("date,amount\n2026-01-01,5\n")
    with pytest.raises(
        ProfileInvalid, match=r"'account', and a.csv has: date, amount \(or say --account for all rows\)"
    ):
        Sources(PLAIN, [path])


def test_missing_file_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match=r"gone\.csv cannot be read: No such file or directory"):
        Sources(PLAIN, [tmp_path / "gone.csv"])


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"zone": "Europe/Mars"}, "time_zone: 'Europe/Mars' is no time zone"),
        ({"dates": "DD/MM"}, "dates.0: 'DD/MM' is not a date format"),
        ({"opening": "much"}, "opening"),
    ],
)
def test_option_that_cannot_be_is_refused(told: dict[str, str], sentence: str) -> None:
    with pytest.raises(ProfileInvalid, match=sentence):
        PLAIN.told(**{"given": {}, "zone": "", "dates": "", "opening": "", **told})


def test_value_for_a_column_that_the_profile_does_not_use_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProfileInvalid, match="the profile berka has no column 'owner'"):
        Sources(load_profile("berka").told(given={"owner": "x"}, zone="", dates="", opening=""), [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_umlauts_are_read_in_the_encodings_that_banks_use(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("Buchungstag;Empfänger;Betrag\n13.04.2026;Müller Bäckerei;-5,00\n".encode(encoding))
    sources = Sources(PLAIN.told(given={"account": "1"}, zone="", dates="", opening=""), [path])
    [row] = sources.rows("transactions", lambda _path, _line, _reason: None)
    assert understand(row.record, sources.profile).partner.name == "Müller Bäckerei"
