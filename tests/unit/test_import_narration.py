"""Narrations as Indian, British, American and German banks print them: who was paid, by what way, and for what."""

import pytest

from core.categories import BY_SLUG
from core.imports.categories import is_part_of, read_category, slug_of
from core.imports.channels import read_channel
from core.imports.narration import says_own, says_refund, says_transfer
from core.imports.payee import payee_called, payee_of, told_by

PAYEES = """
Salary June | Salary June
Acme | SALARY FROM ACME LTD
Google | GOOGLE *YouTubePremium
Müller | Überweisung an Müller
HP Petrol | HP PETROL PUMP PUNE
Tesco | TESCO PFS 4410 WATFORD GB
Tesco | TESCO EXPRESS 5521 LONDON GB
Tesco Mobile | TESCO MOBILE 0345
Zomato | UPI/ZOMATO/412345678901/zomato@hdfcbank/Payment
Swiggy | UPI-SWIGGY-swiggy@okaxis-HDFC0001234-412312312312-PAY
Swiggy | UPI/DR/412345678901/SWIGGY/YESB/swiggy@ybl/Food
Rahul Sharma | UPI/CR/412345678901/RAHUL SHARMA/SBIN/rahul@oksbi
Big Bazaar | UPI/P2M/412345678901/BIG BAZAAR/Paid
Bookmyshow | UPI/412345678901/bookmyshow@axis
Ramesh Kumar | NEFT-HDFCN52023010112345678-RAMESH KUMAR-RENT
Meera Iyer | NEFT DR-SBIN0001234-MEERA IYER-NETBANK, MUM-N123456789-RENT
Acme Software | NEFT CR-CITI0000001-ACME SOFTWARE PVT LTD-ASHA RAO-CITIN2312345678
Priya Singh | IMPS-412345678901-PRIYA SINGH-HDFC-XXXXXXX1234-GIFT
Infosys | BY TRANSFER-NEFT*HDFC0000001*N123*INFOSYS LTD--
Swiggy | POS 4242XXXXXXXX4242 SWIGGY BANGALORE
Swiggy | POS 4242 SWIGGY BANGALORE
Reliance Fresh | POS 421234XXXXXX1234 RELIANCE FRESH MUMBAI IN
Bajaj Finance | ACH D- BAJAJ FINANCE LTD-P12345678
Airtel Postpaid | BIL/ONL/000123456789/AIRTEL POSTPAID
Amazon | ECOM PUR/AMAZON SELLER SERVICES/MUMBAI
Myntra | RAZORPAY*MYNTRA
Tesco | CARD PAYMENT TO TESCO STORES 3217 LONDON GB
Tesco | TESCO STORES 2044
Tesco | TESCO STORES 3217 LONDON GB
Tesco | CARD PAYMENT TO TESCO STORES 6612 LEEDS,6.72 GBP, RATE 1.00/GBP ON 01-04-2025
Greggs | CARD PAYMENT TO GREGGS PLC LEEDS,7.60 GBP, RATE 1.00/GBP ON 02-04-2025
Just Eat | CARD PAYMENT TO JUST EAT.CO.UK LTD,11.20 GBP, RATE 1.00/GBP ON 02-04-2025
Wetherspoon The Becketts | CARD PAYMENT TO WETHERSPOON THE BECKETTS,5.20 GBP, RATE 1.00/GBP ON 02-04-2025
Aldi | CARD PAYMENT TO ALDI 12 740 LEEDS,22.32 GBP, RATE 1.00/GBP ON 01-04-2025
Aldi | CARD PAYMENT TO ALDI STORES HARROGATE,22.32 GBP, RATE 1.00/GBP ON 01-04-2025
Esso | CARD PAYMENT TO ESSO LEEDS RING RD,50.00 GBP, RATE 1.00/GBP ON 01-04-2025
Spotify | CARD PAYMENT TO SPOTIFY P1A2B3,11.99 GBP, RATE 1.00/GBP ON 01-04-2025
Disneyplus | CARD PAYMENT TO PAYPAL *DISNEYPLUS,9.99 GBP, RATE 1.00/GBP ON 01-04-2025
Amazon | CARD PAYMENT TO AMZNMktplace*ABC234,9.99 GBP, RATE 1.00/GBP ON 01-04-2025
Amazon | CARD REFUND FROM AMZNMktplace
British Gas | DIRECT DEBIT PAYMENT TO BRITISH GAS REF 123456789, MANDATE NO 0012
Virgin Media | DIRECT DEBIT PAYMENT TO VIRGIN MEDIA PYMTS REF 123456789, MANDATE NO 0012
Thames Water | DIRECT DEBIT THAMES WATER
K Hall | STANDING ORDER VIA FASTER PAYMENT TO MR K HALL REFERENCE RENT
Sarah Wood | BILL PAYMENT VIA FASTER PAYMENT TO SARAH WOOD REFERENCE CURRY
Northern Rail | BANK GIRO CREDIT REF NORTHERN RAIL LTD, SALARY
Spotify | PAYPAL *SPOTIFY 35314369001
Spotify | PAYPAL *SPOTIFY
Netflix | NETFLIX.COM 866-579-7172
Amazon Prime | AMAZON PRIME*T93KD2 AMZN.CO.UK/PM
Amazon | AMZN MKTP UK*K7T4B2 AMZN.CO.UK
Amazon | AMZN MKTP UK*K7T4B2 REFUND
Asos | ASOS.COM LONDON
Asos | ASOS.COM REFUND
Booking.com | BOOKING.COM HOTEL AMSTERDAM
Uber | UBER *TRIP HELP.UBER.COM
Transport for London | TFL TRAVEL CH TFL.GOV.UK/CP
Pret A Manger | PRET A MANGER 221 LONDON GB
Costa Coffee | COSTA COFFEE 43019 LONDON
Sainsburys | SAINSBURYS S/MKTS 0412 CAMDEN
Lidl | LIDL GB CAMDEN LONDON
Nandos | NANDOS CAMDEN 0331
Boots | BOOTS 1123 LONDON
BP Finchley RD SF Connect | BP FINCHLEY RD SF CONNECT
Foxtons Lettings | FOXTONS LETTINGS REF FLAT 12
Black Horse | BLACK HORSE LTD AGREEMENT 5512
Vodafone | VODAFONE LTD 07700900123
Brightwave | BRIGHTWAVE LTD SALARY
Easyjet | EASYJET 000K8JX LUTON
Trainline | TRAINLINE.COM EDINBURGH
The Corner Cafe | SUMUP *THE CORNER CAFE
Trader Joe's | PURCHASE AUTHORIZED ON 03/14 TRADER JOE'S #123 SAN FRANCISCO CA P30123456 CARD 1234
Starbucks | CHECKCARD 0314 STARBUCKS STORE 00123 SEATTLE WA 24692161
Walmart | POS DEBIT WALMART SUPERCENTER #1234 AUSTIN TX
Shell | DEBIT CARD PURCHASE - SHELL OIL 57444212 HOUSTON TX
Netflix | RECURRING PAYMENT AUTHORIZED ON 03/01 NETFLIX.COM LOS GATOS CA S461234 CARD 1234
Comcast Cable Comm | COMCAST CABLE COMM 800-266-2278 PA
John Smith | ZELLE PAYMENT TO JOHN SMITH 12345678
State Farm Insurance | ACH DEBIT STATE FARM INSURANCE WEB ID: 12345
Whole Foods | WHOLEFDS MKT 10234 BOSTON MA
Amazon | AMAZON.COM*2K4AB1CD3 AMZN.COM/BILL WA
Acme | DIRECT DEP ACME CORP PAYROLL PPD ID: 123
Blue Bottle Coffee | SQ *BLUE BOTTLE COFFEE OAKLAND CA
Joes Pizza | TST* JOES PIZZA NEW YORK NY
Lyft | LYFT *RIDE SUN 5PM
Rewe | REWE SAGT DANKE. 54321//Muenchen/DE
Rewe | REWE Markt GmbH-Zw
Edeka Mueller | EDEKA MUELLER//MUENCHEN/DE
Dm-Drogerie Markt | dm-drogerie markt//Muenchen/DE
Lidl | KARTENZAHLUNG LIDL SAGT DANKE 12.03. 14:22
Telefonica Germany | SEPA-LASTSCHRIFT Telefonica Germany GmbH Kd-Nr 123456
Stadtwerke Muenchen | LASTSCHRIFT STADTWERKE MUENCHEN
Max Mustermann | UEBERWEISUNG AN MAX MUSTERMANN
Spotify | PAYPAL (EUROPE) S.A R.L. ET CIE., S.C.A. . SPOTIFY AB, Ihr Einkauf bei SPOTIFY AB
Amazon | AMAZON EU S.A R.L.
Amazon | AMZN Mktp DE
Aral | ARAL STATION 2811
Lieferando | LIEFERANDO.DE
DB Vertrieb | DB VERTRIEB GMBH
| CHECK 1234
H&M | H&M 0123 BERLIN
Anna Kowalski | ZELLE TO ANNA KOWALSKI CONF 5Q5UNQ6GJ
Anna Kowalski | ZELLE TO ANNA KOWALSKI CONF CHDKQBKDF
Anna Kowalski | Zelle payment to Anna Kowalski Conf# c8f2k1qza
Tom Brennan | ZELLE FROM TOM BRENNAN CONFIRMATION 7DPGTIXQM
Rewe | Empfänger: REWE SAGT DANKE. 41 Kto/IBAN: DE1 BLZ/BIC: X Buchungstext: 14.11 Ref. H92/3
Max Mustermann | Auftraggeber: Max Mustermann Buchungstext: Miete Ref. H92/3
Albert Heijn | Naam: Albert Heijn 1521 Omschrijving: Boodschappen IBAN: NL20INGB0001234567
7-Eleven | 7-ELEVEN 34567 TAMPA FL
Rahul S Deshmukh | IB FUNDS TRANSFER DR-50100298765432-RAHUL S DESHMUKH
Rahul S Deshmukh | 50100298765432-TPT-FT-RAHUL S DESHMUKH
Amazon | CRV POS 416021******4417 AMAZON PAY INDIA PRIVA
H&M | POS REF 652166XXXXXX9034-10/10 H M RETAIL PUNE
Myntra | REV-UPI-50100211112222-MYNTRA@YBL-454445931090-UPI
Croma | POS 416021XXXXXX4417 CROMA BANGALORE INDIRA POS DEBIT
Sharma Traders | POS 416021XXXXXX4417 SHARMA TRADERS PVT LT POS DEBIT
Netflix | ME DC SI 416021XXXXXX4417 NETFLIX
DMart | SI HGAVFHV123456 DMART AVENUE SUPERMARTS
DMart | POS 652166XXXXXX9034 AVENUE SUPERMARTS LTD
LIC | IB BILLPAY DR-LICOFINDIA-278677713
DoorDash | DD *DOORDASH THAIPEACOC 855-973-1040 CA
Planet Fitness | PLANET FIT CLUB FEES PPD ID: 1002
Savings | Transfer To Share 01 - Savings 7720049101
| EMI 123456789 CHQ S1234567890 1026123456
Uber Eats | UBER *EATS PENDING
Uber Eats | UBER EATS help.uber.com CA
Home Depot | THE HOME DEPOT #0612 DENVER CO
Suresh Patil | MMT/IMPS/628412345677/Rent Oct/SURESH PATIL/HDFC0000123
Dominos | UPI/628412345671/Payment fr/dominospizza@y/Yes Bank/AXL123
Shree Ganesh Tea Stall | UPI/628412345672/NA/q12345678@ybl/YES BANK LTD/SHREE GANESH TEA STALL
Bikanervala | TO TRANSFER-UPI/DR/628499900001/BIKANERV/HDFC/paytmqr281/Pay
Karan Mehta | BY TRANSFER-NEFT*ICIC0000024*ICICN26412*Karan Mehta SBI
Sunrise Traders | NEFT_OUT:SAINBN12345 Sunrise Traders
Brightpath Media | ORIG CO NAME:BRIGHTPATH MEDIA LLC ORIG ID:1234567890 DESC DATE:101526 CO ENTRY DESCR:PAYROLL SEC:PPD
State Of Oregon | Deposit ACH STATE OF OREGON TYPE: PAYROLL CO: STATE OF OREGON
Netflix | PAYPAL INST XFER NETFLIX.COM WEB ID: PAYPALSI77
Allbirds | SP ALLBIRDS ALLBIRDS.COM CA
Best Buy | BESTBUYCOM806512345678 888BESTBUY MN
Stadtwerke Leipzig | SEPA Lastschrift Einzug Stadtwerke Leipzig GmbH Abschlag 10/26
1&1 | Lastschrift 1&1 Telecom GmbH
Happy Nails And Spa | HAPPY NAILS AND SPA AUSTIN TX
Indian Terrain | POS 512345XXXXXX1111 INDIAN TERRAIN CHENNAI POS DEBIT
Lakshmibakery | UPI/632774547818/Payment from Ph/lakshmibakery@paytm/Paytm Payments
Nandini Milk | UPI/608122966161/UPI/nandinimilk@paytm/Paytm Payments
Meena | UPI/604457465772/x/meena99@ybl/IDFC FIRST Bank
Suresh Kumar | UPI/604457465772/To brother/suresh.kumar91@okhdfcbank/HDFC BANK LTD
| UPI/604457465772/x/9876543210@ybl/Punjab National
Own RD A/C | TRF/OWN RD A/C 002741100982/KUMAR S
Planet Fitness | ABC*PLANET FITNESS 888-8279262 WA
KFC | KFC*CHICKEN PLACE
Puget Sound Energy | PUGET SOUND ENER BILLPAY 7420248580 WEB ID: 5910374630
Imran Shaikh | UPI/546306513129/IMRAN SHAIKH/9822011223@ibl/NA/ICICI BANK
Imran Shaikh | UPI/546306513129/IMRAN SHAIKH/9822011223@ibl/dinner/ICICI BANK
Imran Shaikh | UPI/546306513129/IMRAN SHAIKH/imran.shaikh@ibl//ICICI BANK
Imran Shaikh | UPI/546306513129//imran.shaikh@ibl/dinner/ICICI BANK
Imran Shaikh | UPI/546306513129/dinner/imran.shaikh@ibl/ICICI BANK/IMRAN SHAIKH
Imran Shaikh | UPI/546306513129/IMRAN SHAIKH/imran.shaikh@ibl
Imran Shaikh | UPI/IMRAN SHAIKH/9822011223@ibl/Payment from Ph/ICICI BANK/546306513129/IBL1a2b3c4d
Imran Shaikh | UPI/P2A/546306513129/IMRAN SHAIKH/ICICI BANK/dinner
Imran Shaikh | UPI/IMRAN SHAIKH/546306513129/dinner
Imran Shaikh | UPI-IMRAN SHAIKH-9822011223@IBL-ICIC0000001-546306513129-DINNER
| UPI-9822011223@IBL-ICIC0000001-546306513129-DINNER
Imran Shaikh | WDL TFR UPI/DR/546306513129/IMRAN SHAIKH/ICIC/imran@ibl/dinner
Imran Shaikh | UPIAR/546306513129/DR/IMRAN SHAIKH/ICIC/9822011223@ibl
Imran Shaikh | UPIOUT/546306513129/imran.shaikh@ibl/dinner/0000
Imran Shaikh | UPI/546306513129/14:22:10/UPI/imran.shaikh@ibl/dinner
Swiggy | UPI/546306513129/SWIGGY/swiggy.stores@axisbank/AXIS BANK
Zomato | UPI/546306513129/NA/zomato-order@paytm/PAYTM BANK
Meena | UPI/546306513129/Google Pay/meena99@ybl/UJJIVAN SMALL FI
Shree Ganesh Kirana Stores | UPI/514525913598/SHREE GANESH KIRANA STORES/paytmqr28100505@paytm/Payment from Ph/PAYTM BANK
Airtel | UPI/517323024393/AIRTEL/airtelpostpaid@ybl/Postpaid bill/YES BANK LTD
Rohan Kulkarni | Recd:IMPS/674662753666/ROHAN KULKARNI/ICIC/XX4471/Household
Priya Kulkarni | Recd:NEFT/PRIYA KULKARNI/freelance
Priya Kulkarni | Sent:IMPS/674662753666/PRIYA KULKARNI/HDFC/XX1234/trip
Vibgyor High School | CHQ PAID 000412 VIBGYOR HIGH SCHOOL
Vibgyor High School | CHEQUE NO 412 PAID TO VIBGYOR HIGH SCHOOL
| CHQ PAID 000412
Parag Parikh | ACH/INDIAN CLEARING CORP/PPFAS FLEXI CAP SIP/1803244206
Bluechip Growth Fund Sip | ACH/ICCL/BLUECHIP GROWTH FUND SIP/1803244206
Indian Clearing Corp | NEFT-HDFCN52026010112345678-INDIAN CLEARING CORPORATION LTD-REDEMPTION
| CREDIT CARD PAYMENT NET BANKING
| PAYMENT RECEIVED, THANK YOU
Ramesh Kumar | MB:SENT TO RAMESH KUMAR/IMPS/412345678901
Ramesh Kumar | MB: RECEIVED FROM RAMESH KUMAR/412345678901
Ramesh Kumar | SENT IMPS 412345678901 RAMESH KUMAR
| UPI/412345678901/NA/paytm-56505013@pty/Paytm Payments
MSEDCL | BIL/BPAY/0000123/BBPS/MSEDCL
HDFC Credit Card | BIL/INFT/283801051/HDFC CREDIT CARD XX5412/BILLPAY
Dr Anjali Kelkar Clinic | UPI/DR ANJALI KELKAR CLINIC/572459378602/consultation
"""


@pytest.mark.parametrize("line", PAYEES.strip().splitlines())
def test_payee_is_what_is_left_without_rails_codes_and_places(line: str) -> None:
    payee, _, narration = line.partition("|")
    assert payee_of(narration.strip()) == payee.strip()


@pytest.mark.parametrize(
    ("narration", "slug"),
    [
        ("CARD PAYMENT TO TESCO STORES 3217", "groceries"), ("TESCO PFS 4410 WATFORD", "fuel"), ("PIZZA EXPRESS", "eating_out"),
        ("UBER *TRIP", "taxi"), ("UBER *EATS", "eating_out"), ("LNK ATM CAMDEN", "cash"), ("GA NR00002811 BLZ70150000", "cash"),
        ("STANDING ORDER TO K HALL REFERENCE RENT", "rent"), ("RENT-A-CAR MUNICH", "travel"), ("AVIVA INSURANCE", "insurance"),
        ("BRITISH GAS", "utilities"), ("MUNICH RENTAL BIKES", ""), ("UNARRANGED OVERDRAFT CHARGE", "fees"), ("PRIYA SHAH DINNER", ""),
        ("SCHOOL FEES TERM 2", "education"), ("STADTWERKE STROM", "utilities"), ("ZELLE PAYMENT TO JOHN", "transfer"), ("LB CAMDEN COUNCIL TAX", "tax"),
        ("PLANET FIT CLUB FEES PPD ID: 1002", "fitness"), ("ATM FEE - OUT OF NETWORK", "fees"), ("CASH TXN CHGS INCL GST 070826", "fees"),
        ("COSTCO GAS #0097 PORTLAND OR", "fuel"), ("FLIPKART INTERNET PVT", "shopping"), ("IRCTC NEW DELHI", "travel"),
        ("ACH D- HDFC LTD-HL123456789", "loan"), ("NELNET STUDENT LN PYMT WEB ID: 8470", "loan"), ("ACH D- INDIAN CLEARING CORP-12", "investment"),
        ("IB BILLPAY DR-LICOFINDIA-278677713", "insurance"), ("FRED-MEYER #0135", "groceries"), ("TST* PINE STATE - PORTLAND OR", "eating_out"),
        ("TMOBILE*AUTO PAY 800-937-8997 WA", "telecom"), ("LES SCHWAB TIRES #0245", "vehicle"), ("ZELLE TO JOHN OCTOBER RENT", "rent"),
        ("UPI-RAVI KUMAR-ravi@airtel-AIRP0000001-628412345678-UPI", ""), ("B\u00c4CKEREI SIEBERT", "eating_out"), ("STADTBAD-APOTHEKE", "health"),
        ("DR KELKAR CLINIC CONSULTATION", "health"), ("RAO LAWYERS CONSULTATION", "services"), ("CHITALE BANDHU MITHAIWALE", "eating_out"),
        ("CHQ PAID SELF 000412", "cash"), ("ATW/SELF/PUNE AUNDH/543323738967", "cash"),
    ],
)  # fmt: skip
def test_words_that_leave_little_doubt_give_a_category(narration: str, slug: str) -> None:
    assert read_category(narration, is_outgoing=True) == slug


@pytest.mark.parametrize(("currency", "slug"), [("INR", ""), ("GBP", "travel"), ("", "travel")])
def test_what_a_word_means_may_depend_on_the_accounts_currency(currency: str, slug: str) -> None:
    assert read_category("UPI-HOTEL VAISHALI-VAISHALI@SBI", is_outgoing=True, currency=currency) == slug


@pytest.mark.parametrize(
    ("narration", "slug"),
    [
        ("ACH C- PERSISTENT SYSTEMS L-SALOCT2026", "salary"),
        ("DIVIDEND EARNED", "interest"),
        ("ACH C- INFOSYS LTD-FINAL DIVIDEND", "investment"),
        ("ACME LTD SALARY", "salary"),
        ("INTEREST (GROSS)", "interest"),
        ("STATE PENSION", "pension"),
        ("TESCO STORES", ""),
    ],
)
def test_money_that_comes_in_is_read_by_words_of_its_own(narration: str, slug: str) -> None:
    assert read_category(narration, is_outgoing=False) == slug


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Food & Drink", "eating_out"), ("Eating Out", "eating_out"), ("eating_out", "eating_out"), ("Bills", "utilities"), ("Bonus", "salary"), ("EMI", "loan"), ("Food Delivery", "eating_out"),
        ("Transport", "public_transport"), ("General", "uncategorised"), ("Income", "uncategorised"), ("Yachts", "Yachts"),
    ],
)  # fmt: skip
def test_other_names_of_categories_are_known(name: str, slug: str) -> None:
    assert slug_of(name) == slug
    assert slug == "Yachts" or slug in BY_SLUG


@pytest.mark.parametrize(
    ("narration", "channel"),
    [
        ("CARD PAYMENT TO ALDI", "card"), ("POS 4242 SWIGGY", "card"), ("UPI/ZOMATO/1", "upi"), ("DIRECT DEBIT THAMES WATER", "direct_debit"),
        ("STANDING ORDER VIA FASTER PAYMENT TO K HALL", "standing_order"), ("CASH WITHDRAWAL AT NOTEMACHINE ATM", "atm"),
        ("FASTER PAYMENT FROM T BAKER", "transfer"), ("NETFLIX.COM", "unknown"), ("FOLGELASTSCHRIFT ALLIANZ", "direct_debit"),
        ("ME DC SI 416021XXXXXX4417 NETFLIX", "card"), ("REI #12 PORTLAND OR", "card"), ("Deliveroo London GBR", "card"), ("STO MONZO", "standing_order"),
        ("ACH/HDFC LIFE INSURANCE/ICIC70", "direct_debit"), ("VERIZON WIRELESS PAYMENTS PPD ID: 4223", "transfer"), ("SQ *HEART COFFEE", "card"),
    ],
)  # fmt: skip
def test_way_of_paying_is_read_or_stays_unknown(narration: str, channel: str) -> None:
    assert read_channel(narration) == channel


@pytest.mark.parametrize(
    "narration", ["ASOS.COM REFUND", "ERSTATTUNG 301 AMZN", "Steuererstattung 2025", "CASHBACK", "UPI/REV/12", "CRV POS 4160******4417 AMAZON",
                  "REV-UPI-50100211112222-MYNTRA@YBL", "POS REF 6521XXXXXX9034 H M RETAIL", "PURCHASE RETURN NORDSTROM"],
)  # fmt: skip
def test_narration_that_calls_itself_a_refund(narration: str) -> None:
    assert says_refund(narration)


@pytest.mark.parametrize(
    "narration", ["REFUGE CAFE", "REVEREND SMITH", "SALARY", "IMPS-4281-AMIT KULKARNI-SBIN-RETURN"]
)
def test_narration_that_only_looks_like_a_refund(narration: str) -> None:
    assert not says_refund(narration)


@pytest.mark.parametrize(
    "narration",
    [
        "CREDIT CARD PAYMENT-AUTOPAY SI-TAD", "AUTOPAY PAYMENT - THANK YOU", "AMERICAN EXPRESS ACH PMT M1234 WEB ID: 2005",
        "DIRECT DEBIT TO BARCLAYCARD REF 4929", "Transfer To Share 01 - Savings 7720049101", "UPI-ANANYA IYER-A@OKSBI-SELF",
        "MMT/IMPS/628412345679/Self transfer/KARAN MEHTA", "Online Transfer to SAV ...9921",
        "TRF/OWN RD A/C 002741100982/KUMAR S",
        "BIL/INFT/283801051/HDFC CREDIT CARD XX5412/BILLPAY", "NEFT DR-ICIC0SF0002-ICICI BANK CREDIT CARD-4375XXXXXXXX1006",
        "IB BILLPAY DR-HDFCSI-416021XXXXXX4417", "CC 000416021XXXXXX4417 AUTOPAY SI-TAD", "CREDIT CARD XX5412 PAYMENT",
        "UPI/546306513129/AXIS BANK CREDIT CARD/axiscc@axisbank/NA/AXIS BANK", "Payment to Chase card ending in 5412 11/05", "PAYMENT TO AMEX CARD 1001",
        "ONLINE PAYMENT TO CREDIT CARD ENDING 5412",
        "BIL/ONL/000123/HDFC CREDIT C/4567", "AUTO DEBIT CREDIT CARD 4375XXXXXXXX1006", "PAYMENT RECEIVED, THANK YOU",
    ],
)  # fmt: skip
def test_paying_a_cards_bill_or_oneself_is_an_own_transfer(narration: str) -> None:
    assert says_own(narration)


@pytest.mark.parametrize(
    "narration",
    [
        "CARD PAYMENT GREGGS LEEDS",
        "PAYMENT RECEIVED FROM JOHN",
        "CREDIT CARD PAYMENT TO TESCO",
        "HMRC SELF ASSESSMENT",
        "BIG YELLOW SELF STORAGE",
        "ATW/SELF/PUNE AUNDH/543323738967",
        "CHQ PAID-SELF",
        "CASH WDL/SELF/000412",
        "CREDIT CARD PURCHASE XX5412 AMAZON",
        "PAYMENT TO TESCO CARD ENDING 5412",
        "POS 416021XXXXXX4417 SWIGGY",
        "POS/HDFC CREDIT CARD/SWIGGY",
        "ECOM PUR/AMAZON/CREDIT CARD",
        "BIL/ONL/000123/CREDIT COOP SOCIETY",
    ],
)
def test_narration_that_only_looks_like_an_own_transfer(narration: str) -> None:
    assert not says_own(narration)


@pytest.mark.parametrize(
    "narration",
    [
        "AMERICAN EXPRESS 3773*******41007", "AMEX CARD PAYMENT", "AMERICAN EXP 3773", "HSBC CREDIT CARD", "CAPITAL ONE EUROPE 5412",
        "DIRECT DEBIT PAYMENT TO TESCO BANK CREDIT CARD REF 546512, MANDATE NO 0003", "NATWEST CARD 4417", "SANTANDER CARDS DD",
        "M&S BANK CREDIT CARD", "JOHN LEWIS CREDIT CARD", "HALIFAX CC 5253********1182", "VIRGIN MONEY CREDIT CARD", "VANQUIS BANK",
    ],
)  # fmt: skip
def test_bill_of_a_card_is_known_by_who_issued_it(narration: str) -> None:
    assert says_own(narration, is_outgoing=True)
    assert not says_own(narration, is_outgoing=False)


@pytest.mark.parametrize(
    "narration",
    [
        "NATWEST CARD 4417 TESCO STORES",
        "HSBC CREDIT CARD FEE",
        "AMERICAN EXPRESS TRAVEL",
        "JOHN LEWIS CARDIFF",
        "TESCO CARD 4417",
        "AMEX GYM",
    ],
)
def test_name_of_a_cards_issuer_alone_is_no_bill(narration: str) -> None:
    assert not says_own(narration, is_outgoing=True)


def test_cash_that_the_holder_takes_out_is_no_half_of_a_transfer() -> None:
    assert says_transfer("NEFT/SELF/KARAN")
    assert not says_transfer("ATW/SELF/PUNE AUNDH/543323738967")


def test_kind_of_a_row_says_that_it_is_an_own_transfer_but_not_that_it_pays_a_card() -> None:
    assert says_own("HOLIDAY", "Pot transfer")
    assert not says_own("TESCO", "credit card payment")


@pytest.mark.parametrize(("note", "slug"), [("rent", "rent"), ("October rent", "rent"), ("pizza", ""), ("", "")])
def test_note_tells_rent_but_not_what_a_friend_sells(note: str, slug: str) -> None:
    assert read_category("BEN OKAFOR", note, is_outgoing=True) == slug


@pytest.mark.parametrize(
    ("narration", "slug"),
    [
        ("UPI/546306513129/NEHA BHOSALE/neha@ybl/movie/YES BANK", ""), ("UPI/NEHA BHOSALE/546306513129/pizza", ""),
        ("UPI/546306513129/PVR CINEMAS/pvr@ybl/dinner/YES BANK", "entertainment"), ("UPI/SUNITA PAWAR/628827086939/maid", "household"),
        ("UPI/546306513129/NEHA BHOSALE/neha@airtel/NA/AIRTEL PAYMENTS BANK", ""), ("UPI/P2A/546306513129/NEHA BHOSALE/YES BANK/UPI", "transfer"),
        ("UPI/546306513129/NA/q12345678@ybl/pizza/YES BANK", "eating_out"), ("UPI/MAHESH/546306513129/milk", "groceries"),
    ],
)  # fmt: skip
def test_remark_on_a_payment_by_upi_is_believed_no_more_than_a_note(narration: str, slug: str) -> None:
    named, remark = told_by(narration)
    assert read_category(named, remark, is_outgoing=True) == slug


def test_note_says_nothing_against_the_narration() -> None:
    assert read_category("TESCO STORES", "salary day treat, rent", is_outgoing=True) == "groceries"


def test_wide_word_of_a_file_holds_rent_and_no_groceries() -> None:
    assert is_part_of("Bills", "rent")
    assert is_part_of("Transport", "taxi")
    assert not is_part_of("Bills", "groceries")
    assert not is_part_of("Shopping", "rent")


COLUMNS = """
Rewe | REWE Markt GmbH//Koeln/DE
Rewe | REWE SAGT DANKE. 41885512
Rewe | VISA REWE SAGT DANKE. 41885512
Aldi | ALDI SUED
Amazon | AMAZON PAYMENTS EUROPE S.C.A.
Netflix | NETFLIX INTERNATIONAL B.V.
Kaufland | KAUFLAND Köln
DB Vertrieb | DB Vertrieb GmbH
Vapiano | VISA VAPIANO KOELN
Jonas Weber | JONAS WEBER
Jonas Weber | Jonas Weber
AN NGUYEN | AN NGUYEN
Chip Wilson | Chip Wilson
Boots Sarah | Boots Sarah
Transfer to Savings | Transfer to Savings
ING | ING
""".strip().splitlines()


@pytest.mark.parametrize("line", COLUMNS)
def test_name_in_a_column_is_read_like_a_narration_where_a_machine_printed_it(line: str) -> None:
    name, column = line.split(" | ")
    assert payee_called(column) == name


@pytest.mark.parametrize(
    ("column", "narration", "name"),
    [
        ("PayPal Europe S.a.r.l. et Cie S.C.A", "1006/PP.6382.PP/. Spotify AB, Ihr Einkauf bei Spotify AB", "Spotify"),
        ("PayPal (Europe) S.a r.l. et Cie, S.C.A.", "PP.6382.PP . ZALANDO, Ihr Einkauf bei ZALANDO", "Zalando"),
        ("Klarna Bank AB", "Your purchase at Zalando", "Zalando"),
        ("Zalando Payments GmbH", "Erstattung, Ihr Einkauf bei uns", "Zalando"),
        ("Maria Payonelli", "Ihr Einkauf bei Aldi", "Maria Payonelli"),
    ],
)
def test_shop_stands_behind_who_collects_for_it(column: str, narration: str, name: str) -> None:
    assert payee_called(column, narration) == name


@pytest.mark.parametrize(
    ("narration", "channel"),
    [
        ("Lastschrift VISA LIDL NR XXXX 4417 KOELN KAUFUMSATZ 19.11 066954", "card"),
        ("FOLGELASTSCHRIFT REWE 2026-11-14T18:14 Debitk.1 2028-12", "card"),
        ("Lastschrift VISA SPARKASSE NR XXXX 4417 BARGELDAUSZAHLUNG 12.11", "atm"),
        ("Lastschrift Vodafone GmbH Internet", "direct_debit"),
        ("DIRECT DEBIT VISA CARD SERVICES", "direct_debit"),
    ],
)
def test_purchase_by_card_is_one_though_the_bank_books_a_direct_debit(narration: str, channel: str) -> None:
    assert read_channel(narration) == channel


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("RECOLOGY SOUTH BAY", "utilities"), ("BRAUHAUS FRUEH AM DOM", "eating_out"), ("Gaststätte Lommerzheim", "eating_out"),
        ("Dr. med. dent. Sabine Lorenz Zahnreinigung", "health"), ("Girokarte Jahresentgelt 2025", "fees"),
        ("Kaufhof", "shopping"), ("Belastingdienst", "tax"), ("Zilveren Kruis", "insurance"),
        ("TESLA INC SUPERCHARGE", "fuel"),
    ],
)  # fmt: skip
def test_kinds_of_shops_and_offices_are_known_by_their_words(words: str, slug: str) -> None:
    assert read_category(words, is_outgoing=True, currency="EUR") == slug
