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
        [("2026-04-13", -100672, "EUR", None, "Rewe")],
    ),
    "names in any case, and a direction in words": (
        "DATE,AMOUNT,CR/DR,PAYEE,CURRENCY\n2026-04-13,5,DR,Rewe,EUR\n2026-04-14,5,cr,Acme,EUR\n",
        [("2026-04-13", -500, "EUR", None, "Rewe"), ("2026-04-14", 500, "EUR", None, "Acme")],
    ),
    "a budget app's, with amounts that have no sign": (
        "Date,Type,Category,Amount,Note\n2026-04-13,Expense,Food,5,lunch\n2026-04-14,Income,Salary,50,May\n",
        [("2026-04-13", -500, "INR", None, "Lunch"), ("2026-04-14", 5000, "INR", None, "May")],
    ),
    "an Indian card's, with the time and blanks around the strokes": (
        "DATE & TIME,DESCRIPTION,CATEGORY,AMT,DEBIT / CREDIT\n13/04/2026 12:43:43,SWIGGY BANGALORE,Food,5.00,Dr\n"
        "14/04/2026 08:05:00,SWIGGY BANGALORE,Food,5.00,Cr\n",
        [("2026-04-13", -500, "INR", None, "Swiggy"), ("2026-04-14", 500, "INR", None, "Swiggy")],
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


CODES = """
CPT | LNK COOP HEADINGLEY CD 4417 | -20 | cash | atm | Cash
C/L | TESCO LEEDS | -20 | cash | atm | Cash
CSH | BRANCH 12 | 50 | cash | atm | Cash
 | LNK SAINSBURYS LEEDS | -20 | cash | atm | Cash
Cash withdrawal | TESCO LEEDS | -20 | cash | atm | Cash
FEE | CLUB LLOYDS FEE | -3 | fees | unknown | Fees
CHG | NON-GBP TRANS | -3 | fees | unknown | Fees
INT | GROSS | 2 | interest | unknown | Interest
INT | TO 12JAN | -2 | fees | unknown | Fees
DD | ALDI | -5 | groceries | direct_debit | Aldi
D/D | ALDI | -5 | groceries | direct_debit | Aldi
SO | K HALL | -5 |  | standing_order | K Hall
S/O | K HALL | -5 |  | standing_order | K Hall
FPI | K HALL | 5 |  | transfer | K Hall
FPO | K HALL | -5 |  | transfer | K Hall
BGC | K HALL | 5 |  | transfer | K Hall
PAY | K HALL | -5 |  | transfer | K Hall
TFR | K HALL | -5 |  | transfer | K Hall
DEB | ALDI | -5 | groceries | card | Aldi
POS | ALDI | -5 | groceries | card | Aldi
CHQ | 000412 | -5 |  | cheque | Unknown
""".strip().splitlines()


@pytest.mark.parametrize("line", CODES)
def test_code_of_a_british_bank_tells_the_way_and_what_for(line: str, tmp_path: Path) -> None:
    kind, narration, amount, slug, channel, partner = (part.strip() for part in line.split(" | "))
    table = f"Transaction Type,Date,Description,Amount\n{kind},2026-04-13,{narration},{amount}\n"
    entries, _ = read(tmp_path / "a.csv", table, currency="GBP")
    assert [(e.read_category, e.channel, e.partner.name) for e in entries] == [(slug, channel, partner)]


@pytest.mark.parametrize(
    ("date", "time", "instant"),
    [
        ("13/08/2026", "21:42:33", "2026-08-13T20:42:33"), ("2026-08-13", "21:42", "2026-08-13T20:42:00"),
        ("13/08/2026", "9:42 PM", "2026-08-13T20:42:00"), ("2026-08-13", "09:42:10 pm", "2026-08-13T20:42:10"),
        ("2026-08-13 21:42:33", "21:42:33", "2026-08-13T20:42:33"), ("13/08/2026", "00:00:00", ""),
        ("13/08/2026", "", ""), ("13/08/2026", "evening", ""),
    ],
)  # fmt: skip
def test_time_may_stand_in_a_column_beside_the_date(tmp_path: Path, date: str, time: str, instant: str) -> None:
    table = f"Date,Time,Amount,Description\n{date},{time},-5,ALDI\n"
    entries, _ = read(tmp_path / "a.csv", table, currency="GBP")
    assert [(e.day.isoformat(), e.instant.isoformat()[:19] if e.instant else "") for e in entries] == [
        ("2026-08-13", instant)
    ]


def test_time_alone_is_the_date(tmp_path: Path) -> None:
    entries, _ = read(tmp_path / "a.csv", "Time,Amount,Description\n2026-08-13 21:42:33,-5,ALDI\n", currency="GBP")
    assert entries[0].day.isoformat() == "2026-08-13"


def test_firm_that_a_column_names_is_called_as_firms_are(tmp_path: Path) -> None:
    rows = "2026-04-13,-5,Sainsbury's\n2026-04-13,-5,Vue\n2026-04-13,-5,Vue de Paris\n"
    entries, _ = read(tmp_path / "a.csv", f"date,amount,name\n{rows}", currency="GBP")
    assert [entry.partner.name for entry in entries] == ["Sainsburys", "Vue Cinema", "Vue de Paris"]


@pytest.mark.parametrize(
    ("heading", "currency"),
    [("Sort Code", "GBP"), ("BSB", "AUD"), ("IFSC Code", "INR"), ("Glaeubiger ID", "EUR"), ("BLZ", "EUR")],
)
def test_number_that_one_countrys_banks_have_tells_the_currency(tmp_path: Path, heading: str, currency: str) -> None:
    _, sources = read(tmp_path / "a.csv", f"date,amount,description,{heading}\n2026-04-13,5,a,309626\n")
    assert (sources.profile.assumed["currency"], "currency" in sources.assumed) == (currency, False)


@pytest.mark.parametrize(
    ("iban", "currency"), [("GB29NWBK60161331926819", "GBP"), ("DE89 3704 0044 0532 0130 00", "EUR"), ("GBP1", "INR")]
)
def test_country_of_the_accounts_iban_tells_the_currency(tmp_path: Path, iban: str, currency: str) -> None:
    _, sources = read(tmp_path / "a.csv", f"date,amount,description,iban\n2026-04-13,5,a,{iban}\n", account="")
    assert sources.assumed["currency"] == currency


def test_amounts_without_a_sign_are_what_the_command_was_told(tmp_path: Path) -> None:
    told = PLAIN.told(given={"account": "1"}, zone="", dates="", opening="", positive="out")
    path = tmp_path / "a.csv"
    path.write_text("date,amount,description\n2026-04-13,5,ALDI\n2026-04-14,-5,ALDI\n")
    sources = Sources(told, [path])
    rows = sources.rows("transactions", lambda _path, _line, _reason: None)
    assert [understand(row.record, sources.profile).amount_minor for row in rows] == [-500, 500]


def test_purchases_on_a_card_of_american_express_have_no_sign(tmp_path: Path) -> None:
    rows = "22/11/2026,ALDI,MR A RAO,-41007,2.99\n20/11/2026,PAYMENT RECEIVED - THANK YOU,MR A RAO,-41007,-555.68\n"
    entries, _ = read(tmp_path / "a.csv", f"Date,Description,Card Member,Account #,Amount\n{rows}", currency="GBP")
    assert [(entry.amount_minor, entry.channel) for entry in entries] == [(-299, "card"), (55568, "unknown")]


@pytest.mark.parametrize(
    ("category", "name", "slug"),
    [
        ("Personal care", "PureGym", "fitness"), ("Entertainment", "Spotify", "subscriptions"),
        ("Entertainment", "Vue", "entertainment"), ("Transport", "Aena Parking", "vehicle"),
        ("Transport", "Northern", "public_transport"), ("Transport", "Shell", "fuel"),
        ("Personal care", "Boots", "personal_care"), ("Shopping", "Spotify", "shopping"),
    ],
)  # fmt: skip
def test_wide_word_of_a_file_gives_way_to_its_part(tmp_path: Path, category: str, name: str, slug: str) -> None:
    table = f"date,amount,name,category\n2026-04-13,-5,{name},{category}\n"
    entries, _ = read(tmp_path / "a.csv", table, currency="GBP")
    assert (entries[0].category or entries[0].read_category) == slug


def test_what_was_assumed_is_told(tmp_path: Path) -> None:
    _, sources = read(tmp_path / "a.csv", "date,amount,description\n2026-04-13,5,a\n")
    assert sources.assumed == {"currency": "INR", "bank": "PLAIN", "time_zone": "Asia/Kolkata"}


def test_currency_is_read_from_the_amounts_and_the_zone_follows(tmp_path: Path) -> None:
    entries, sources = read(tmp_path / "a.csv", "date,amount,description\n2026-04-13,-£6.72,a\n")
    assert entries[0].currency == "GBP"
    assert sources.profile.time_zone == "Europe/London"


@pytest.mark.parametrize(
    ("header", "currency"),
    [("Amount (INR )", "INR"), ("Amount [GBP]", "GBP"), ("Amount (€)", "EUR"), ("Amount in USD", "USD")],
)
def test_currency_is_read_from_the_header_and_not_called_assumed(tmp_path: Path, header: str, currency: str) -> None:
    entries, sources = read(tmp_path / "a.csv", f"date,{header},description\n2026-04-13,-6.72,a\n")
    assert entries[0].currency == currency
    assert "currency" not in sources.assumed


def test_header_that_names_two_currencies_says_nothing(tmp_path: Path) -> None:
    _, sources = read(tmp_path / "a.csv", "date,Amount (INR),Fee (USD),description\n2026-04-13,-6,1,a\n")
    assert sources.assumed["currency"] == "INR"


@pytest.mark.parametrize("told", [{"account_name": "HDFC Card"}, {"account_name": "Visa Gold"}, {"bank": "SBI Cards"}])
def test_what_a_cards_statement_says_nothing_of_was_paid_by_card(tmp_path: Path, told: dict[str, str]) -> None:
    rows = "2026-04-13,-5,CROMA AUNDH\n2026-04-14,-9,UPI/ZOMATO/412345678901/NA\n2026-04-15,-1,ANNUAL FEE\n"
    entries, _ = read(tmp_path / "a.csv", f"date,amount,description\n{rows}", **told)
    assert [entry.channel for entry in entries] == ["card", "upi", "unknown"]


def test_remark_is_not_believed_where_a_column_names_the_payee_either(tmp_path: Path) -> None:
    row = "2026-04-13,-5,UPI/546306513129/NEHA BHOSALE/neha@ybl/movie/YES BANK,Neha"
    entries, _ = read(tmp_path / "a.csv", f"date,amount,description,payee\n{row}\n")
    assert (entries[0].partner.name, entries[0].read_category) == ("Neha", "")


def test_bill_of_a_card_that_names_nobody_goes_to_own_accounts(tmp_path: Path) -> None:
    entries, _ = read(tmp_path / "a.csv", "date,amount,description\n2026-04-13,5,CREDIT CARD PAYMENT NET BANKING\n")
    assert (entries[0].partner.name, entries[0].is_own) == ("Own accounts", True)


def test_account_that_is_no_cards_leaves_the_way_of_paying_unknown(tmp_path: Path) -> None:
    entries, _ = read(tmp_path / "a.csv", "date,amount,description\n2026-04-13,-5,CROMA\n", account_name="Cardiff Flat")
    assert entries[0].channel == "unknown"


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


GERMAN = ("2026-04-13", -1869, "Lidl", "groceries", "card")
BANKS = {
    "ING DE": (
        "Umsatzanzeige\n\nIBAN;DE58 5001 0517 5407 3249 31\nBank;ING\nKunde;Lena Hoffmann\n\n"
        "Buchung;Wertstellungsdatum;Auftraggeber/Empfänger;Buchungstext;Saldo;Währung;Verwendungszweck;Betrag;Währung\n"
        "13.04.2026;13.04.2026;VISA LIDL;Lastschrift;2.561,28;EUR;NR XXXX 4417 KAUFUMSATZ 12.04;-18,69;EUR\n",
        "DE58500105175407324931",
    ),
    "DKB": (
        '"Girokonto";"DE58500105175407324931"\n"Kontostand vom 20.11.2026:";"2.561,28 €"\n""\n'
        '"Buchungsdatum";"Wertstellung";"Status";"Zahlungspflichtige*r";"Zahlungsempfänger*in";"Verwendungszweck";'
        '"Umsatztyp";"IBAN";"Betrag (€)";"Gläubiger-ID";"Mandatsreferenz";"Kundenreferenz"\n'
        '"13.04.26";"13.04.26";"Gebucht";"LENA HOFFMANN";"LIDL SAGT DANKE";"VISA Debitkartenumsatz";"Ausgang";'
        '"DE89370400440532013000";"-18,69";"";"";""\n',
        "DE58500105175407324931",
    ),
    "Deutsche Bank": (
        "Umsätze;Girokonto;Lena Hoffmann\n21.9.2025 - 20.11.2026\n"
        "Buchungstag;Wert;Umsatzart;Begünstigter / Auftraggeber;Verwendungszweck;IBAN;BIC;Betrag;Soll;Haben;Währung\n"
        "13.04.2026;13.04.2026;SEPA-Lastschrift;LIDL SAGT DANKE;Debitk.1;DE89370400440532013000;;-18,69;-18,69;;EUR\n",
        "1",
    ),
    "Volksbank": (
        "Bezeichnung Auftragskonto;IBAN Auftragskonto;Bankname Auftragskonto;Buchungstag;Name Zahlungsbeteiligter;"
        "IBAN Zahlungsbeteiligter;Buchungstext;Verwendungszweck;Betrag;Waehrung;Saldo nach Buchung\n"
        "Girokonto;DE58500105175407324931;Volksbank;13.04.2026;LIDL//KOELN/DE;;Basislastschrift;Debitk.1;-18,69;EUR;9,00\n",
        "DE58500105175407324931",
    ),
    "comdirect": (
        '"Umsätze Girokonto";"Zeitraum: 430 Tage";\n\n'
        '"Buchungstag";"Wertstellung (Valuta)";"Vorgang";"Buchungstext";"Umsatz in EUR";""\n"13.04.2026";"13.04.2026";'
        '"Lastschrift / Belastung";" Empfänger: LIDL Kto/IBAN: DE89 Buchungstext: VISA Ref. H9217";"-18,69";""\n',
        "1",
    ),
    "ING NL": (
        '"Datum";"Naam / Omschrijving";"Rekening";"Tegenrekening";"Code";"Af Bij";"Bedrag (EUR)";"Mutatiesoort";'
        '"Mededelingen";"Saldo na mutatie";"Tag"\n"20260413";"LIDL 1521 AMSTERDAM";"NL20INGB0001234567";"";"BA";"Af";'
        '"18,69";"Betaalautomaat";"Pasvolgnr: 001";"2.561,28";""\n',
        "NL20INGB0001234567",
    ),
    "Rabobank": (
        '"IBAN/BBAN","Munt","BIC","Volgnr","Datum","Rentedatum","Bedrag","Saldo na trn","Tegenrekening IBAN/BBAN",'
        '"Naam tegenpartij","Code","Omschrijving-1","Omschrijving-2"\n"NL20RABO0001234567","EUR","RABONL2U","01",'
        '"2026-04-13","2026-04-13","-18,69","+2172,46","","LIDL 1521","bc","Maestro","Betaald"\n',
        "NL20RABO0001234567",
    ),
    "N26": (
        '"Booking Date","Value Date","Partner Name","Partner Iban","Type","Payment Reference",'
        '"Account Name","Amount (EUR)"\n'
        '"2026-04-13","2026-04-13","LIDL","","Presentment","Einkauf","Main Account","-18.69"\n',
        "1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("bank", BANKS)
def test_export_of_a_german_or_dutch_bank_needs_no_profile(bank: str, tmp_path: Path) -> None:
    content, account = BANKS[bank]
    (entry,), sources = read(tmp_path / "a.csv", content, account="" if account != "1" else "1")
    facts = (entry.day.isoformat(), entry.amount_minor, entry.partner.name, entry.read_category, entry.channel)
    assert facts == GERMAN
    assert (entry.account, entry.currency) == (account, "EUR")
    assert "currency" not in sources.assumed


def test_lines_above_the_table_say_whose_account_it_is(tmp_path: Path) -> None:
    _, sources = read(tmp_path / "a.csv", BANKS["ING DE"][0], account="")
    fields = next(sources.rows("transactions", lambda *_: None)).record.fields
    assert (fields["bank"], fields["owner"], fields["account"]) == ("ING", "Lena Hoffmann", "DE58500105175407324931")


def test_payer_and_payee_that_stand_in_two_columns_change_with_the_sign(tmp_path: Path) -> None:
    table = (
        "Buchungsdatum;Zahlungspflichtige*r;Zahlungsempfänger*in;Betrag (€)\n"
        "13.04.2026;Lena Hoffmann;Jonas Weber;-5,00\n14.04.2026;Mia Schneider;Lena Hoffmann;7,00\n"
    )
    entries, _ = read(tmp_path / "a.csv", table)
    assert [entry.partner.name for entry in entries] == ["Jonas Weber", "Mia Schneider"]


def test_columns_that_are_not_read_are_named(tmp_path: Path) -> None:
    _, sources = read(tmp_path / "a.csv", "Date,Amount,Shop assistant,Description,Amount\n2026-04-13,-5,Jo,ALDI,-5\n")
    assert sources.unread == ["Shop assistant", "Amount"]


def test_table_without_a_header_is_read_by_what_stands_in_its_first_row(tmp_path: Path) -> None:
    table = '"11/20/2026","-5.32","*","","POS PURCHASE STARBUCKS STORE 05744"\n"11/13/2026","9.00","*","1041","CHECK"\n'
    entries, sources = read(tmp_path / "a.csv", table)
    assert brief(entries) == [
        ("2026-11-20", -532, "USD", None, "Starbucks"), ("2026-11-13", 900, "USD", None, "Unknown"),
    ]  # fmt: skip
    assert sources.assumed["currency"] == "USD"


def test_table_without_a_header_that_could_be_read_in_two_ways_says_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(ProfileInvalid, match=r"a\.csv has no header.*columns: \[date, amount, description\]"):
        read(tmp_path / "a.csv", "11/20/2026,-5.32,100.00,STARBUCKS\n11/21/2026,-5.32,94.68,STARBUCKS\n")


def test_table_without_amounts_is_refused_as_a_whole(tmp_path: Path) -> None:
    with pytest.raises(ProfileInvalid, match=r"no column of amounts.*date, Belopp, description \(copy the profile"):
        read(tmp_path / "a.csv", "Date,Belopp,Description\n2026-04-13,-5,ALDI\n")


def test_number_of_the_other_side_that_never_changes_is_refused(tmp_path: Path) -> None:
    rows = "".join(f"2026-04-1{day},-5,Shop {day},DE89370400440532013000\n" for day in range(3))
    with pytest.raises(ProfileInvalid, match="seems to be the account's own"):
        read(tmp_path / "a.csv", f"Date,Amount,Payee,IBAN\n{rows}")


@pytest.mark.parametrize(
    ("rows", "currency"),
    [
        ("11/20/2026,-5,ALDI\n", "USD"), ("2026-11-20,-5,ZELLE TO ANNA\n", "USD"), ("2026-11-20,$5,ALDI\n", "USD"),
        ("20/11/2026,-5,UPI/ANNA\n", "INR"), ("20.11.2026,-5,Lastschrift Vodafone\n", "EUR"),
        ("20/11/2026,-5,FASTER PAYMENT TO ANNA\n", "GBP"), ("20/11/2026,-5,ALDI\n", "INR"),
    ],
)  # fmt: skip
def test_words_and_dates_tell_the_currency_that_nothing_states(tmp_path: Path, rows: str, currency: str) -> None:
    _, sources = read(tmp_path / "a.csv", f"date,amount,description\n{rows}")
    assert sources.assumed["currency"] == currency


def test_shop_behind_a_collector_keeps_the_collectors_name_in_the_narration(tmp_path: Path) -> None:
    table = "date,amount,payee,description,partner iban\n2026-04-13,-5,PayPal Europe,Ihr Einkauf bei Spotify AB,LU1\n"
    (entry,), _ = read(tmp_path / "a.csv", table, currency="EUR")
    assert (entry.partner.name, entry.partner.number, entry.told) == (
        "Spotify", "spotify EUR", "PayPal Europe Ihr Einkauf bei Spotify AB"
    )  # fmt: skip
    assert entry.description == "Ihr Einkauf bei Spotify AB"


def test_tax_office_in_a_column_makes_money_back_no_refund(tmp_path: Path) -> None:
    table = "date,amount,payee,description\n2026-05-20,687.20,Finanzamt Köln-Mitte,EST-Veranlagung 2025 Erstattung\n"
    (entry,), _ = read(tmp_path / "a.csv", table, currency="EUR")
    assert (entry.is_refund, entry.read_category) == (None, "tax")
