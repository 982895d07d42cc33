"""The first figure of an answer is what a query on the raw ledger gives, written by hand."""

from decimal import Decimal

import pytest
from sqlalchemy import text

from agents.answer import Figure
from agents.chat import Analyst
from core.db import Database
from tests.agent.household import Chat, Household, at, customer_principal
from tests.factories import make_account, make_bank, make_customer, pay

PAID = """
    SELECT t.*, (t.occurred_at AT TIME ZONE 'Asia/Kolkata') AS moment, c.name AS payee,
           coalesce(t.category, c.category, 'uncategorised') AS kind
      FROM ledger.transaction t
      JOIN banking.account a ON a.id = t.receiver_account_id
      LEFT JOIN banking.customer c ON c.id = a.customer_id
     WHERE t.sender_account_id = :account AND t.status = 'success' AND t.reverses_id IS NULL
"""
GOT = """
    SELECT t.*, (t.occurred_at AT TIME ZONE 'Asia/Kolkata') AS moment, c.name AS payer,
           coalesce(t.category, c.category, 'uncategorised') AS kind
      FROM ledger.transaction t
      JOIN banking.account a ON a.id = t.sender_account_id
      LEFT JOIN banking.customer c ON c.id = a.customer_id
     WHERE t.receiver_account_id = :account AND t.status = 'success' AND t.reverses_id IS NULL
"""
BACK = """
    SELECT t.*, (t.occurred_at AT TIME ZONE 'Asia/Kolkata') AS moment
      FROM ledger.transaction t
     WHERE t.receiver_account_id = :account AND t.status = 'success' AND t.reverses_id IS NOT NULL
"""
BALANCE = """
    SELECT coalesce(sum(CASE WHEN t.receiver_account_id = :account THEN t.amount_minor ELSE -t.amount_minor END), 0)::bigint
      FROM ledger.transaction t
     WHERE :account IN (t.receiver_account_id, t.sender_account_id) AND t.status = 'success'
       AND (t.occurred_at AT TIME ZONE 'Asia/Kolkata') < '{before}'
"""
BALANCES = """
    SELECT day::date AS day, sum(CASE WHEN t.receiver_account_id = :account THEN t.amount_minor ELSE -t.amount_minor END) AS held
      FROM generate_series('2026-04-01'::date, '2026-06-15', '1 day') AS day
      JOIN ledger.transaction t ON :account IN (t.receiver_account_id, t.sender_account_id) AND t.status = 'success'
       AND (t.occurred_at AT TIME ZONE 'Asia/Kolkata')::date <= day
     GROUP BY day
"""
MAY = "moment >= '2026-05-01' AND moment < '2026-06-01'"
MAY_BEFORE = "moment >= '2025-05-01' AND moment < '2025-06-01'"
APRIL = "moment >= '2026-04-01' AND moment < '2026-05-01'"
YEAR = "moment >= '2026-01-01' AND moment < '2026-06-16'"
GROCERIES = "kind = 'groceries'"
RENT = "kind = 'rent'"
FUEL = "kind = 'fuel'"
ATE_OUT = f"kind = 'eating_out' AND {MAY}"
ATE_OUT_BY_CARD = f"{ATE_OUT} AND channel = 'card'"
AT_PETROL = "payee = 'Petrol Point'"
AT_GREEN = "payee = 'Green Grocers'"
AT_FRESH_IN_MAY = f"payee = 'Fresh Mart' AND {MAY}"
MAY_WITHOUT_RENT = f"kind <> 'rent' AND {MAY}"
IN_JUNE = "moment >= '2026-06-01'"
IN_JUNE_FUEL = f"{FUEL} AND {IN_JUNE}"
BY_CARD = f"channel = 'card' AND {MAY}"
BY_UPI = f"channel = 'upi' AND {MAY}"


def spent(where: str, refunds: str = "false") -> str:
    return f"(SELECT coalesce(sum(amount_minor), 0) FROM paid WHERE {where}) - (SELECT coalesce(sum(amount_minor), 0) FROM back WHERE {refunds})"


NET_BY_MONTH = """
    SELECT date_trunc('month', moment) AS month, sum(signed) AS net
      FROM (SELECT moment, -amount_minor AS signed FROM paid UNION ALL SELECT moment, amount_minor FROM back
            UNION ALL SELECT moment, amount_minor FROM got) x
     WHERE moment >= '2026-01-01'
     GROUP BY 1
"""


DAYS_OF_GROCERIES = f"SELECT DISTINCT moment::date AS day FROM paid WHERE {GROCERIES} AND {YEAR} UNION SELECT '2025-12-31' UNION SELECT '2026-06-16'"
"""With the days before and after the year."""


def months_in_which(net: str, where: str) -> str:
    """How many months what was left of an income, refunds added, is as `net` says."""
    moved = "SELECT moment, -amount_minor AS amount FROM paid UNION ALL SELECT moment, amount_minor FROM got"
    moved += " UNION ALL SELECT moment, amount_minor FROM back"
    by_month = f"SELECT 1 FROM ({moved}) AS moved WHERE {where} GROUP BY date_trunc('month', moment) HAVING {net}"
    return f"SELECT count(*) FROM ({by_month}) AS found"


SINCE_PAY = "moment >= '2026-06-01'"
TRUTH = {
    "what is left of my last salary": f"SELECT 9000000 - ({spent(SINCE_PAY)})",
    "how much of this month's salary is still there": f"SELECT 9000000 - ({spent(SINCE_PAY)})",
    "income and expenses in may": f"SELECT sum(amount_minor) FROM got WHERE {MAY}",
    "how much did I earn and spend in may": f"SELECT sum(amount_minor) FROM got WHERE {MAY}",
    "how much did I receive from people in may": "SELECT 150000",
    "how much rent have I paid in all": spent(RENT),
    "how many months rent have I paid": "SELECT 6",
    "how many days till payday": "SELECT 16",
    "what's my biggest recurring bill": "SELECT 2000000",
    "what is my rent": "SELECT 2000000",
    "how much is my salary": "SELECT 9000000",
    "how much is my rent usually": "SELECT 2000000",
    "what did I spend on groceries in the two weeks before 24 May": spent(f"{GROCERIES} AND moment >= '2026-05-10' AND moment < '2026-05-24'", "moment >= '2026-05-10' AND moment < '2026-05-24'"),
    "payments where I wrote goa trip share, total of all till now": spent("description = 'goa trip share'"),
    "what percent of mays total spending was rent": f"100.0 * ({spent(f'{RENT} AND {MAY}')}) / ({spent(MAY, MAY)})",
    "how much swiped on card in may": spent(f"channel = 'card' AND {MAY}"),
    "Spice Route since new year, all I paid": spent(f"payee = 'Spice Route' AND {YEAR}"),
    "the total I've spent on fuel": spent(FUEL),
    "my pay was raised in april. how much more is it than march pay": "SELECT 0",
    "Since Holi is over I want to check something: how many payments did I make to grocery shops in May?": f"SELECT count(*) FROM paid WHERE {GROCERIES} AND {MAY}",
    "After rent, what was my biggest category in May 2026? Tell its amount": spent(f"{FUEL} AND {MAY}"),
    "groceries may this year vs may last year, how much did I save": f"({spent(f'{GROCERIES} AND {MAY_BEFORE}')}) - ({spent(f'{GROCERIES} AND {MAY}', MAY)})",
    "Excluding the deposit to Rahul Sharma, what was May's total?": spent(f"payee <> 'Rahul Sharma' AND {MAY}", MAY),
    "Before the 1 May bill, what was the most I had ever paid Spice Route?": "SELECT max(amount_minor) FROM paid WHERE payee = 'Spice Route' AND moment < '2026-05-01'",
    "First time I ever ate at Spice Route, which date was it?": "SELECT min(moment)::date::text FROM paid WHERE payee = 'Spice Route'",
    "my first payment to Spice Route, when?": "SELECT min(moment)::date::text FROM paid WHERE payee = 'Spice Route'",
    "there was a payment that said goa trip share. I think I was fooled. How much went?": spent("description = 'goa trip share'"),
    "how many payments by channel in may": f"SELECT max(n) FROM (SELECT count(*) AS n FROM paid WHERE {MAY} GROUP BY channel) AS counted",
    "first time I paid Spice Route": "SELECT min(moment)::date::text FROM paid WHERE payee = 'Spice Route'",
    "it was raining the whole of may, how much did I spend on fuel that month (2026)": spent(f"{FUEL} AND {MAY}"),
    "please send me the total of my May groceries": spent(f"{GROCERIES} AND {MAY}", MAY),
    "Cancel that. Just the fuel total for May.": spent(f"{FUEL} AND {MAY}"),
    "how much have I spent on eating out": spent("kind = 'eating_out'"),
    "list my restaurant payments": "SELECT count(*) FROM paid WHERE kind = 'eating_out'",
    "how many times did I eat out": "SELECT count(*) FROM paid WHERE kind = 'eating_out'",
    "how many restaurant visits have I paid for": "SELECT count(*) FROM paid WHERE kind = 'eating_out'",
    "how many grocery shops did I pay in may": f"SELECT count(DISTINCT payee) FROM paid WHERE {GROCERIES} AND {MAY}",
    "how much do I usually pay for fuel": f"SELECT avg(amount_minor) FROM paid WHERE {FUEL}",
    "what does a typical fuel bill come to": f"SELECT avg(amount_minor) FROM paid WHERE {FUEL}",
    "what do I usually spend on rent": "SELECT round(5 * 2000000 / 6.0)",
    "how much of my salary goes to rent": f"SELECT 100.0 * ({spent(f'{RENT} AND {MAY}')}) / (SELECT sum(amount_minor) FROM got WHERE kind = 'salary' AND {MAY})",
    "how much of my salary did I spend": f"SELECT 100.0 * ({spent(MAY, MAY)}) / (SELECT sum(amount_minor) FROM got WHERE kind = 'salary' AND {MAY})",
    "how much does my rent cost": "SELECT 2000000",
    "How much did I spend on groceries in May?": spent(f"{GROCERIES} AND {MAY}", MAY),
    "How much have I saved in May?": "(SELECT coalesce(sum(amount_minor), 0) FROM got WHERE " + MAY + ") - (" + spent(MAY, MAY) + ")",
    "how much money did I get in May?": "SELECT coalesce(sum(amount_minor), 0) FROM got WHERE " + MAY,
    "How much did I spend on groceries in May, net of any money returned?": spent(f"{GROCERIES} AND {MAY}", MAY),
    "groceries may": spent(f"{GROCERIES} AND {MAY}", MAY),
    "How much did I spend in total in May?": spent(MAY, MAY),
    "How much did I spend on groceries and eating out in May?": spent(f"kind IN ('groceries', 'eating_out') AND {MAY}", MAY),
    "How much did I spend in April and May?": spent(f"({APRIL} OR {MAY})", MAY),
    "spending in may except rent": spent(f"kind <> 'rent' AND {MAY}", MAY),
    "How much did I pay Spice Route this year": spent(f"payee = 'Spice Route' AND {YEAR}"),
    "how much have I paid to 7-Eleven 24?": spent("payee = '7-Eleven 24'"),
    "how much by card in may": spent(f"channel = 'card' AND {MAY}"),
    "eating out on weekends in may": spent(f"kind = 'eating_out' AND extract(isodow FROM moment) >= 6 AND {MAY}"),
    "what did I spend after midnight in may": spent(f"extract(hour FROM moment) < 5 AND {MAY}"),
    "how much did I spend between 3 and 17 May": spent("moment >= '2026-05-03' AND moment < '2026-05-18'"),
    "spend in q2 2026": spent("moment >= '2026-04-01' AND moment < '2026-06-16'", MAY),
    "spending this fy": spent("moment >= '2026-04-01' AND moment < '2026-06-16'", MAY),
    "how much did I spend in May 2025": spent("moment >= '2025-05-01' AND moment < '2025-06-01'"),
    "How much did I spend on the goa trip": spent("description LIKE '%goa trip%'"),
    "How many payments did I make in May?": f"SELECT count(*) FROM paid WHERE {MAY}",
    "How many payments above 1,000 rupees did I make in May?": f"SELECT count(*) FROM paid WHERE amount_minor > 100000 AND {MAY}",
    "how often did I go to Fresh Mart this year": f"SELECT count(*) FROM paid WHERE payee = 'Fresh Mart' AND {YEAR}",
    "how many times did I go to city cinema in may": f"SELECT count(*) FROM paid WHERE payee = 'City Cinema' AND {MAY}",
    "What was my average grocery payment in May?": f"SELECT round(avg(amount_minor)) FROM paid WHERE {GROCERIES} AND {MAY}",
    "What was my largest payment in May?": f"SELECT max(amount_minor) FROM paid WHERE {MAY}",
    "smallest payment this year": f"SELECT min(amount_minor) FROM paid WHERE {YEAR}",
    "How much money came in in May?": f"SELECT sum(amount_minor) FROM got WHERE {MAY}",
    "What was my salary in May?": f"SELECT sum(amount_minor) FROM got WHERE kind = 'salary' AND {MAY}",
    "how much did Rahul Verma send me in may": f"SELECT sum(amount_minor) FROM got WHERE payer = 'Rahul Verma' AND {MAY}",
    "How much did I save in May?": f"(SELECT sum(amount_minor) FROM got WHERE {MAY}) - ({spent(MAY, MAY)})",
    "How much more did I spend on groceries in May than in April?": f"({spent(f'{GROCERIES} AND {MAY}', MAY)}) - ({spent(f'{GROCERIES} AND {APRIL}')})",
    "how did my grocery spending change from april to may": f"({spent(f'{GROCERIES} AND {MAY}', MAY)}) - ({spent(f'{GROCERIES} AND {APRIL}')})",
    "how much more on rent than on groceries in may": f"({spent(f'{RENT} AND {MAY}')}) - ({spent(f'{GROCERIES} AND {MAY}', MAY)})",
    "What share of my spending in May was rent?": f"SELECT 100.0 * ({spent(f'{RENT} AND {MAY}')}) / ({spent(MAY, MAY)})",
    "what percentage of my groceries was at Green Grocers in may": f"SELECT 100.0 * ({spent(f'{AT_GREEN} AND {MAY}')}) / ({spent(f'{GROCERIES} AND {MAY}', MAY)})",
    "by what percent did my spending grow in may compared to april": f"SELECT 100.0 * (({spent(MAY, MAY)}) - ({spent(APRIL)})) / ({spent(APRIL)})",
    "average daily spend in may": f"SELECT round((({spent(MAY, MAY)})) / 31.0)",
    "Which category did I spend the most on in May?": "SELECT 'Rent'",
    "Who paid me the most this year?": f"SELECT payer FROM got WHERE {YEAR} GROUP BY payer ORDER BY sum(amount_minor) DESC LIMIT 1",
    "who paid money into my account in may": f"SELECT sum(amount_minor) FROM got WHERE {MAY} GROUP BY payer ORDER BY 1 DESC LIMIT 1",
    "how much was paid into my account in may": f"SELECT sum(amount_minor) FROM got WHERE {MAY}",
    "how much money was paid in in may": f"SELECT sum(amount_minor) FROM got WHERE {MAY}",
    "which month did I spend the most on eating out this year": "SELECT 'May 2026'",
    "who did I pay most often in may": f"SELECT payee FROM paid WHERE {MAY} GROUP BY payee ORDER BY count(*) DESC LIMIT 1",
    "how many merchants did I pay in may": f"SELECT count(DISTINCT payee) FROM paid WHERE {MAY}",
    "When did I last pay Spice Route?": "SELECT max(moment)::date::text FROM paid WHERE payee = 'Spice Route'",
    "When did I first go to Fresh Mart": "SELECT min(moment)::date::text FROM paid WHERE payee = 'Fresh Mart'",
    "when was my last salary": "SELECT max(moment)::date::text FROM got WHERE kind = 'salary'",
    "how much was my latest payment to Petrol Point": "SELECT amount_minor FROM paid WHERE payee = 'Petrol Point' ORDER BY moment DESC LIMIT 1",
    "show my payments to Fresh Mart in may": f"SELECT count(*) FROM paid WHERE payee = 'Fresh Mart' AND {MAY}",
    "How many days ago did I last pay Spice Route?": "SELECT date '2026-06-15' - max(moment)::date FROM paid WHERE payee = 'Spice Route'",
    "What percentage of my salary in May went towards rent?": f"SELECT 100.0 * ({spent(f'{RENT} AND {MAY}')}) / (SELECT sum(amount_minor) FROM got WHERE kind = 'salary' AND {MAY})",
    "groceries as a percentage of everything I spent in May": f"SELECT 100.0 * ({spent(f'{GROCERIES} AND {MAY}', MAY)}) / ({spent(MAY, MAY)})",
    "How much did I spend overall in May?": spent(MAY, MAY),
    "How much did I spend on weekdays in May, Monday to Friday?": spent(f"extract(isodow FROM moment) < 6 AND {MAY}", f"extract(isodow FROM moment) < 6 AND {MAY}"),
    "Leaving out rent, which category cost me the most in May?": "SELECT 'Fuel'",
    "On average, what does a grocery bill come to? Take May.": f"SELECT round(avg(amount_minor)) FROM paid WHERE {GROCERIES} AND {MAY}",
    "How many different restaurants did I pay in May": f"SELECT count(DISTINCT payee) FROM paid WHERE kind = 'eating_out' AND {MAY}",
    "which restaurant did I spend the most at this year": "SELECT 'Spice Route'",
    "Transactions of more than Rs 1,000 that I paid in May - how many?": f"SELECT count(*) FROM paid WHERE amount_minor > 100000 AND {MAY}",
    "how much is in my account": "SELECT posted_minor FROM ledger.balance WHERE account_id = :account",
    "what's my balance": "SELECT posted_minor FROM ledger.balance WHERE account_id = :account",
    "what was my balance on 3 May": BALANCE.format(before="2026-05-04"),
    "closing balance at the end of April": BALANCE.format(before="2026-05-01"),
    "opening balance of May": BALANCE.format(before="2026-05-01"),
    "bal at 2026-04-30": BALANCE.format(before="2026-05-01"),
    "how many refunds did I get this year": f"SELECT count(*) FROM back WHERE {YEAR}",
    "what was my last refund, in rupees?": "SELECT amount_minor FROM back ORDER BY moment DESC LIMIT 1",
    "refunds in may": f"SELECT coalesce(sum(amount_minor), 0) FROM back WHERE {MAY}",
    "Compared to April, how much more did I spend in May?": f"SELECT ({spent(MAY, MAY)}) - ({spent(APRIL)})",
    "Did I spend more in May than in April? By how much?": f"SELECT ({spent(MAY, MAY)}) - ({spent(APRIL)})",
    "total spend may, take the rent out of that": f"SELECT ({spent(MAY, MAY)}) - ({spent(f'{RENT} AND {MAY}')})",
    "fuel last 45d": spent("kind = 'fuel' AND moment >= '2026-05-02'"),
    "what was my second biggest payment in May?": f"SELECT amount_minor FROM paid WHERE {MAY} ORDER BY amount_minor DESC OFFSET 1 LIMIT 1",
    "not counting rent, what was my third largest payment in May?": f"SELECT amount_minor FROM paid WHERE kind <> 'rent' AND {MAY} ORDER BY amount_minor DESC OFFSET 2 LIMIT 1",
    "which payee came second in May?": f"SELECT payee FROM paid WHERE {MAY} GROUP BY payee ORDER BY sum(amount_minor) DESC OFFSET 1 LIMIT 1",
    "How much of my May spending was groceries?": spent(f"{GROCERIES} AND {MAY}", MAY),
    "how much less did I spend on groceries in April than in May": f"({spent(f'{GROCERIES} AND {MAY}', MAY)}) - ({spent(f'{GROCERIES} AND {APRIL}')})",
    "what is the gap between groceries and rent in may": f"SELECT abs(({spent(f'{RENT} AND {MAY}')}) - ({spent(f'{GROCERIES} AND {MAY}', MAY)}))",
    "Compare my groceries in April with May. How much more did I spend in May?": f"({spent(f'{GROCERIES} AND {MAY}', MAY)}) - ({spent(f'{GROCERIES} AND {APRIL}')})",
    "how many payments did I make before 9 in the morning in May": f"SELECT count(*) FROM paid WHERE extract(hour FROM moment) < 9 AND {MAY}",
    "what percentage of my eating out in May was on weekends": f"SELECT 100.0 * ({spent(f'{ATE_OUT} AND extract(isodow FROM moment) >= 6')}) / ({spent(ATE_OUT)})",
    "how much of a 5,000 grocery budget was left in May?": f"500000 - ({spent(f'{GROCERIES} AND {MAY}', MAY)})",
    "i keep 12000 for groceries every month. how much of it is left for may": f"1200000 - ({spent(f'{GROCERIES} AND {MAY}', MAY)})",
    "I had told myself max 1k for groceries in May. By how much did I cross it??": f"({spent(f'{GROCERIES} AND {MAY}', MAY)}) - 100000",
    "by how much did I go over the 500 I had set myself for fuel in May": f"({spent(f'{FUEL} AND {MAY}')}) - 50000",
    "I allow myself 2000 a month for fuel, how far over was I in May?": f"({spent(f'{FUEL} AND {MAY}')}) - 200000",
    "compare my spending in March, April and May": spent("moment >= '2026-03-01' AND moment < '2026-04-01'"),
    "by how much did my balance drop in April?": f"({spent(APRIL)}) - (SELECT sum(amount_minor) FROM got WHERE {APRIL})",
    "By how much did income exceed spending in May?": f"(SELECT sum(amount_minor) FROM got WHERE {MAY}) - ({spent(MAY, MAY)})",
    "Kindly state what was spent on groceries in May, so that I may plan the kitchen.": spent(f"{GROCERIES} AND {MAY}", MAY),
    "how much was my second last payment to Fresh Mart?": "SELECT amount_minor FROM paid WHERE payee = 'Fresh Mart' ORDER BY moment DESC OFFSET 1 LIMIT 1",
    "what was the last but two payment to Fresh Mart?": "SELECT amount_minor FROM paid WHERE payee = 'Fresh Mart' ORDER BY moment DESC OFFSET 2 LIMIT 1",
    "when did I pay Fresh Mart for the second time?": "SELECT moment::date::text FROM paid WHERE payee = 'Fresh Mart' ORDER BY moment OFFSET 1 LIMIT 1",
    "did anything go out between 12 midnight and 5 am in May? the total please": spent(f"extract(hour FROM moment) < 5 AND {MAY}"),
    "By how many rupees did fuel exceed groceries in May?": f"({spent(f'{FUEL} AND {MAY}')}) - ({spent(f'{GROCERIES} AND {MAY}', MAY)})",
    "May groceries were how much more than April?": f"({spent(f'{GROCERIES} AND {MAY}', MAY)}) - ({spent(f'{GROCERIES} AND {APRIL}')})",
    "My groceries in April versus May - by what amount did they rise?": f"({spent(f'{GROCERIES} AND {MAY}', MAY)}) - ({spent(f'{GROCERIES} AND {APRIL}')})",
    "May 2026 total minus April 2026 total": f"({spent(MAY, MAY)}) - ({spent(APRIL)})",
    "my knees are paining so I am going by car everywhere how much was fuel in may": spent(f"{FUEL} AND {MAY}"),
    "Planning to buy gold. How much did I spend in May?": spent(MAY, MAY),
    "Must tell my husband a number tonight. How much did we spend in May?": spent(MAY, MAY),
    "total for May but leave out the rent, and what went to Fresh Mart": spent(f"kind <> 'rent' AND payee <> 'Fresh Mart' AND {MAY}"),
    "What did the grocery shop, Fresh Mart, cost me in May?": spent(f"payee = 'Fresh Mart' AND {MAY}", MAY),
    "Groceries in May? And rent?": spent(f"{GROCERIES} AND {MAY}", MAY),
    "how much have I spent since my last salary came?": spent("moment >= (SELECT max(moment)::date FROM got WHERE kind = 'salary')"),
    "from april start to may end how much on groceries": spent(f"{GROCERIES} AND ({APRIL} OR {MAY})", MAY),
    "Fuel in April and fuel in May: what is the difference between the two?": f"abs(({spent(f'{FUEL} AND {MAY}')}) - ({spent(f'{FUEL} AND {APRIL}')}))",
    "Groceries: how much more did I spend in May than in April?": f"({spent(f'{GROCERIES} AND {MAY}', MAY)}) - ({spent(f'{GROCERIES} AND {APRIL}')})",
    "Rahul Verma sent me something in May. How much was it?": f"SELECT sum(amount_minor) FROM got WHERE payer = 'Rahul Verma' AND {MAY}",
    "to whom did I make my second largest payment in May?": f"SELECT payee FROM paid WHERE {MAY} ORDER BY amount_minor DESC OFFSET 1 LIMIT 1",
    "How much was my dearest month of 2026?": spent("moment >= '2026-05-01' AND moment < '2026-06-01'", MAY),
    "Leaving out Fresh Mart, what did I spend on groceries in May?": spent(f"{GROCERIES} AND payee <> 'Fresh Mart' AND {MAY}"),
    "Out of what I spent on eating out in May, what percentage was by card?": f"SELECT 100.0 * ({spent(ATE_OUT_BY_CARD)}) / ({spent(ATE_OUT)})",
    "What portion of my salary in May did I spend that same month?": f"SELECT 100.0 * ({spent(MAY, MAY)}) / (SELECT sum(amount_minor) FROM got WHERE kind = 'salary' AND {MAY})",
    "My three largest payments in May, taken together, make how much?": f"SELECT sum(amount_minor) FROM (SELECT amount_minor FROM paid WHERE {MAY} ORDER BY amount_minor DESC LIMIT 3) t",
    "last 3 payments at Fresh Mart, add up please": "SELECT sum(amount_minor) FROM (SELECT amount_minor FROM paid WHERE payee = 'Fresh Mart' ORDER BY moment DESC LIMIT 3) t",
    "Between April and May, which category went up by the most?": "SELECT 'Fuel'",
    "days since my last refund came": "SELECT date '2026-06-15' - max(moment)::date FROM back",
    "Did weekends or weekdays cost more for eating out in May? I would like the difference.": f"SELECT abs(({spent(f'{ATE_OUT} AND extract(isodow FROM moment) >= 6')}) - ({spent(f'{ATE_OUT} AND extract(isodow FROM moment) < 6')}))",
    "Monday to Friday only, what did I spend in May?": spent(f"extract(isodow FROM moment) < 6 AND {MAY}", f"extract(isodow FROM moment) < 6 AND {MAY}"),
    "groceries in the first quarter of this financial year": spent(f"{GROCERIES} AND moment >= '2026-04-01' AND moment < '2026-06-16'", MAY),
    "spends from 10 May onwards": spent("moment >= '2026-05-10' AND moment < '2026-06-16'", MAY),
    "On what date did I make my largest card payment in May?": f"SELECT moment::date::text FROM paid WHERE channel = 'card' AND {MAY} ORDER BY amount_minor DESC LIMIT 1",
    "is my bill at Petrol Point higher than the previous one, and by how much?": "10000",
    "By how much is my latest Petrol Point bill up on the one before?": "10000",
    "how much less was my last bill at Petrol Point than the one before?": "-10000",
    "in how many months this year did I spend more than I earned?": months_in_which("sum(amount) < 0", YEAR),
    "in how many of the last 5 months did my income exceed my spending?": months_in_which("sum(amount) > 0", f"{YEAR} AND moment < '2026-06-01'"),
    # Hindi in Latin letters
    "kirane pe may me kitna paisa laga": spent(f"{GROCERIES} AND {MAY}", MAY),
    "mai me petrol ka kitna kharcha tha": spent(f"{FUEL} AND {MAY}"),
    "pichhle mahine roz ka avg kharcha, sab mila ke": f"SELECT round(({spent(MAY, MAY)}) / 31.0)",
    "fresh mart ko april se ab tak kitna diya": spent("payee = 'Fresh Mart' AND moment >= '2026-04-01'", MAY),
    "rent aur petrol chhod ke may ka kharcha batao": spent(f"kind NOT IN ('rent', 'fuel') AND {MAY}", MAY),
    "grocery may me april se kitna jyada gaya": f"({spent(f'{GROCERIES} AND {MAY}', MAY)}) - ({spent(f'{GROCERIES} AND {APRIL}')})",
    "1000 se upar ke kitne payment kiye may me": f"SELECT count(*) FROM paid WHERE amount_minor > 100000 AND {MAY}",
    "is saal ka sabse bada card payment kitne ka tha": f"SELECT max(amount_minor) FROM paid WHERE channel = 'card' AND {YEAR}",
    "spice route me is saal kitni baar gaye": f"SELECT count(*) FROM paid WHERE payee = 'Spice Route' AND {YEAR}",
    "salary aakhri baar kis date ko aayi": "SELECT max(moment)::date::text FROM got WHERE kind = 'salary'",
    "rahul verma ne mujhe may me kitna bheja": f"SELECT sum(amount_minor) FROM got WHERE payer = 'Rahul Verma' AND {MAY}",
    "pichhle mahine kitni bachat hui": f"(SELECT sum(amount_minor) FROM got WHERE {MAY}) - ({spent(MAY, MAY)})",
    "khana bahar ka aur petrol may me dono mila ke kitna hua": spent(f"kind IN ('eating_out', 'fuel') AND {MAY}"),
    "may me sabse zyada paisa kis category pe gaya": "SELECT 'Rent'",
    "account me abhi kitna paisa pada hai": "SELECT posted_minor FROM ledger.balance WHERE account_id = :account",
    "went mad on groceries in May. what percent higher was it compared to April?": f"SELECT 100.0 * (({spent(f'{GROCERIES} AND {MAY}', MAY)}) - ({spent(f'{GROCERIES} AND {APRIL}')})) / ({spent(f'{GROCERIES} AND {APRIL}')})",
    "The fuel bill looks fat this time. How much is June's more than May's?": f"({spent(IN_JUNE_FUEL)}) - ({spent(f'{FUEL} AND {MAY}')})",
    "Groceries were heavy in May. How many more rupees did Fresh Mart get out of me that month than Green Grocers did?": f"({spent(AT_FRESH_IN_MAY, MAY)}) - ({spent(f'{AT_GREEN} AND {MAY}')})",
    "Leaving out rent, what share of my spending in May was fuel?": f"SELECT 100.0 * ({spent(f'{FUEL} AND {MAY}')}) / ({spent(MAY_WITHOUT_RENT, MAY)})",
    "Strip the rent out of May's outflows. Of what's left, what share did fuel account for?": f"SELECT 100.0 * ({spent(f'{FUEL} AND {MAY}')}) / ({spent(MAY_WITHOUT_RENT, MAY)})",
    "spending in May without the goa trip and rent": spent(f"{MAY} AND kind <> 'rent' AND description NOT LIKE '%goa trip%'", MAY),
    "what percentage of my payments in May was by UPI": f"SELECT 100.0 * count(*) FILTER (WHERE channel = 'upi') / count(*) FROM paid WHERE {MAY}",
    "What percentage of my May spending was UPI? I mean by number of payments, not rupees.": f"SELECT 100.0 * count(*) FILTER (WHERE channel = 'upi') / count(*) FROM paid WHERE {MAY}",
    "What percent of my May spending was groceries at Fresh Mart?": f"SELECT 100.0 * ({spent(AT_FRESH_IN_MAY, MAY)}) / ({spent(MAY, MAY)})",
    "How much did I spend at Fresh Mart vs Green Grocers in May": "SELECT 'Fresh Mart'",
    "Rank my May categories by total spend. Which one comes second, right behind rent?": "SELECT 'Fuel'",
    "Break down my fuel spending by month for 2026; which month was the peak?": "SELECT 'June 2026'",
    "Rent I know, so forget it. Which other category took the most in May?": "SELECT 'Fuel'",
    "How much did I put on the card in May? The UPI ones I remember.": spent(f"channel = 'card' AND {MAY}"),
    "what's the most I ever paid at Petrol Point": "SELECT max(amount_minor) FROM paid WHERE payee = 'Petrol Point'",
    "largest single charge in May": f"SELECT max(amount_minor) FROM paid WHERE {MAY}",
    "what did I spend between 10am and midnight in May": spent(f"extract(hour FROM moment) >= 10 AND {MAY}", MAY),
    "spending in the first half of May 2026, the 1st to the 15th": spent("moment >= '2026-05-01' AND moment < '2026-05-16'"),
    "how much did I spend in my birthday week, 3 to 9 May": spent("moment >= '2026-05-03' AND moment < '2026-05-10'"),
    "The second of May was a crazy Saturday. What did that one day cost altogether?": spent("moment >= '2026-05-02' AND moment < '2026-05-03'"),
    "How much did Rahul Verma pay me back this year?": f"SELECT sum(amount_minor) FROM got WHERE payer = 'Rahul Verma' AND {YEAR}",
    "do I spend more on groceries now than I did in April, and by how much": f"({spent(f'{GROCERIES} AND {MAY}', MAY)}) - ({spent(f'{GROCERIES} AND {APRIL}')})",
    "If groceries are to stay under 5,000 in May, how much is left?": f"500000 - ({spent(f'{GROCERIES} AND {MAY}', MAY)})",
    "On Saturdays, do I spend more on fuel or on groceries in May? By how much?": f"({spent(f'{FUEL} AND extract(isodow FROM moment) = 6 AND {MAY}')}) - ({spent(f'{GROCERIES} AND extract(isodow FROM moment) = 6 AND {MAY}')})",
    "how many payees did I pay more than once in May": f"SELECT count(*) FROM (SELECT 1 FROM paid WHERE {MAY} GROUP BY payee HAVING count(*) > 1) AS often",
    "Did I spend more than 3,000 on fuel in any month this year?": f"SELECT count(*) FROM (SELECT 1 FROM paid WHERE {FUEL} AND {YEAR} GROUP BY date_trunc('month', moment) HAVING sum(amount_minor) > 300000) AS dear",
    "biggest category increase from April to May": "SELECT 'Fuel'",
    "which month had the fewest transactions this year": f"SELECT to_char(date_trunc('month', moment), 'FMMonth YYYY') FROM paid WHERE {YEAR} GROUP BY date_trunc('month', moment) ORDER BY count(*) LIMIT 1",
    "how much did my balance change in May": f"(SELECT sum(amount_minor) FROM got WHERE {MAY}) - ({spent(MAY, MAY)})",
    "is my grocery bill for this month higher than in May, and by how much": f"({spent(f'{GROCERIES} AND {IN_JUNE}')}) - ({spent(f'{GROCERIES} AND {MAY}', MAY)})",
    "May: card less UPI": f"({spent(BY_CARD)}) - ({spent(BY_UPI)})",
    "May looked dreadful because of the rent. Without it, what was the month's spending?": spent(MAY_WITHOUT_RENT, MAY),
    "On which date in May did I incur the heaviest expenditure?": f"SELECT moment::date::text FROM paid WHERE {MAY} GROUP BY moment::date ORDER BY sum(amount_minor) DESC LIMIT 1",
    "which app or shop ate most of my money in May": f"SELECT payee FROM paid WHERE {MAY} GROUP BY payee ORDER BY sum(amount_minor) DESC LIMIT 1",
    "who did I pay on 16 May?": "SELECT 'Green Grocers'",
    "top category each month since April": "SELECT 2000000",
    "last 4 payments at Fresh Mart, add up please": "SELECT sum(amount_minor) FROM (SELECT amount_minor FROM paid WHERE payee = 'Fresh Mart' ORDER BY moment DESC LIMIT 4) AS latest",
    "My wife says we overspend on groceries. What was the monthly average in April and May?": f"SELECT round(({spent(f'{GROCERIES} AND ({APRIL} OR {MAY})', MAY)}) / 2.0)",
    "what is the ratio of fuel to groceries in May": f"SELECT 100.0 * ({spent(f'{FUEL} AND {MAY}')}) / ({spent(f'{GROCERIES} AND {MAY}', MAY)})",
    "between Fresh Mart and Green Grocers where did I spend less in May": "SELECT 'Green Grocers'",
    "What's the average time between my fuel fill-ups?": f"SELECT (max(moment)::date - min(moment)::date) / (count(*) - 1) FROM paid WHERE {FUEL}",
    "how many days between my last two grocery payments": f"SELECT max(day) - min(day) FROM (SELECT moment::date AS day FROM paid WHERE {GROCERIES} ORDER BY moment DESC LIMIT 2) AS latest",
    "When did my fuel bill last go up?": f"SELECT max(moment)::date::text FROM paid WHERE {FUEL}",
    "by how much has my rent gone up since January": "SELECT 0",
    "has my rent gone up?": f"SELECT amount_minor FROM paid WHERE {RENT} ORDER BY moment DESC LIMIT 1",
    "What was my lowest balance in May?": f"SELECT min(held) FROM ({BALANCES}) AS course WHERE day BETWEEN '2026-05-01' AND '2026-05-31'",
    "when in May was my balance at its highest": f"SELECT day::text FROM ({BALANCES}) AS course WHERE day BETWEEN '2026-05-01' AND '2026-05-31' ORDER BY held DESC, day LIMIT 1",
    "what was my average balance in May": f"SELECT round(avg(held)) FROM ({BALANCES}) AS course WHERE day BETWEEN '2026-05-01' AND '2026-05-31'",
    "What do I spend on an average Saturday in May?": f"SELECT round(({spent(f'extract(isodow FROM moment) = 6 AND {MAY}')}) / 5.0)",
    "average weekend spend in May": f"SELECT round(({spent(f'extract(isodow FROM moment) >= 6 AND {MAY}', f'extract(isodow FROM moment) >= 6 AND {MAY}')}) / 5.0)",
    "how much do I usually spend on a Sunday in May?": f"SELECT round(({spent(f'extract(isodow FROM moment) = 7 AND {MAY}', f'extract(isodow FROM moment) = 7 AND {MAY}')}) / 5.0)",
    "What's the gap between my highest and lowest grocery month this year?": f"SELECT max(spent) - min(spent) FROM (SELECT date_trunc('month', moment), sum(amount_minor) AS spent FROM (SELECT moment, amount_minor FROM paid WHERE {GROCERIES} AND {YEAR} UNION ALL SELECT moment, -amount_minor FROM back) AS moved GROUP BY 1) AS months",
    "difference between my biggest and smallest fuel bill": f"SELECT max(amount_minor) - min(amount_minor) FROM paid WHERE {FUEL}",
    "in which months of this year did I not buy fuel?": "SELECT 4",
    "Which days in May did I spend nothing?": f"SELECT 31 - count(DISTINCT moment::date) FROM paid WHERE {MAY}",
    "Did I spend more than I made in May?": f"(SELECT sum(amount_minor) FROM got WHERE {MAY}) - ({spent(MAY, MAY)})",
    "Why was my spending so high in May?": spent(MAY, MAY),
    "UPI or card, which did I use more in May": f"SELECT CASE WHEN ({spent(BY_UPI)}) > ({spent(BY_CARD)}) THEN 'UPI' ELSE 'card' END",
    "what's the average of my last 3 grocery payments": f"SELECT round(avg(amount_minor)) FROM (SELECT amount_minor FROM paid WHERE {GROCERIES} ORDER BY moment DESC LIMIT 3) AS latest",
    "What percentage of my May payments were under 1000 rupees?": f"SELECT 100.0 * count(*) FILTER (WHERE amount_minor < 100000) / count(*) FROM paid WHERE {MAY}",
    "what was the lowest total I spent in any one month this year": f"SELECT min(spent) FROM (SELECT sum(amount_minor) AS spent FROM paid WHERE {YEAR} GROUP BY date_trunc('month', moment)) AS months",
    "I'd like to keep groceries under 5,000 in May. Where do I stand?": f"500000 - ({spent(f'{GROCERIES} AND {MAY}', MAY)})",
    "monthly average for April vs May": spent(APRIL),
    "groceries in the quarter ended June 2026": spent(f"{GROCERIES} AND moment >= '2026-04-01'", "moment >= '2026-04-01'"),
    "What did I pay Petrol Point this year, it's for my claim form": spent(f"payee = 'Petrol Point' AND {YEAR}"),
    "who is Mr Rao?": "SELECT count(*) FROM paid WHERE payee = 'Mr Rao'",
    "whom did I pay for the first time in June": "SELECT 'City Cinema'",
    "How much have I spent so far this month compared to the same point last month?": spent("moment >= '2026-06-01'"),
    "By how much does this June's fuel exceed that of last June?": spent(IN_JUNE_FUEL),
    "how many payments do you have on record": "SELECT count(*) FROM paid",
    "What was Petrol Point charging me before they raised the price?": "SELECT min(amount_minor) FROM paid WHERE payee = 'Petrol Point'",
    "Petrol Point put its price up this year. What percentage rise was that?": "SELECT 100.0 * (max(amount_minor) - min(amount_minor)) / min(amount_minor) FROM paid WHERE payee = 'Petrol Point'",
    "since which date have I been paying the higher Petrol Point price": "SELECT max(moment)::date::text FROM paid WHERE payee = 'Petrol Point'",
    "In April I lived in restaurants. What did petrol cost me in May?": spent(f"{FUEL} AND {MAY}"),
    "With the doctor I had in April I walked everywhere. what did petrol cost me in May": spent(f"{FUEL} AND {MAY}"),
    "about to delete the Fresh Mart app. how much have they taken from me in May?": spent(f"payee = 'Fresh Mart' AND {MAY}", MAY),
    "no crackers this Pongal, just petrol. how much on fuel in May?": spent(f"{FUEL} AND {MAY}"),
    "salary comes sometimes. how much was the salary the last time it came": "SELECT amount_minor FROM got WHERE kind = 'salary' ORDER BY moment DESC LIMIT 1",
    "monthly average spend, full months of 2026 only (jan-may)": spent("moment >= '2026-01-01' AND moment < '2026-06-01'", "true").join(("round((", ") / 5.0)")),
    "card vs upi in April, how much more went on card": f"SELECT sum(CASE WHEN channel = 'card' THEN amount_minor ELSE -amount_minor END) FROM paid WHERE channel IN ('card', 'upi') AND {APRIL}",
    "that big shop at Fresh Mart in May, how much was it": f"SELECT max(amount_minor) FROM paid WHERE {AT_FRESH_IN_MAY}",
    "groceries in April... no wait, how much was fuel in May?": spent(f"{FUEL} AND {MAY}"),
    "could you tell me, if you don't mind, how much I paid for fuel in May": spent(f"{FUEL} AND {MAY}"),
    "net with Rahul Sharma": "SELECT coalesce((SELECT sum(amount_minor) FROM got WHERE payer = 'Rahul Sharma'), 0) - (SELECT sum(amount_minor) FROM paid WHERE payee = 'Rahul Sharma')",
    "How long ago, in days, did I last buy fuel?": "SELECT date '2026-06-15' - max(moment)::date FROM paid WHERE kind = 'fuel'",
    "share of Fresh Mart in groceries in May": f"SELECT 100.0 * ({spent(AT_FRESH_IN_MAY, MAY)}) / ({spent(f'{GROCERIES} AND {MAY}', MAY)})",
    "My rule is groceries stays under 1,700 a month. In how many months of 2026 did I manage it?": f"SELECT count(*) FROM (SELECT 1 FROM paid WHERE {GROCERIES} AND {YEAR} GROUP BY date_trunc('month', moment) HAVING sum(amount_minor) < 170000) m",
    "On which date of May was our expenditure on groceries the heaviest?": f"SELECT moment::date::text FROM paid WHERE {GROCERIES} AND {MAY} GROUP BY moment::date ORDER BY sum(amount_minor) DESC LIMIT 1",
    "How many different eating places did I go to in April and May, counting each one only once?": f"SELECT count(DISTINCT payee) FROM paid WHERE kind = 'eating_out' AND (({APRIL}) OR ({MAY}))",
    "I compare two shops. How much more did I pay at Fresh Mart than at Green Grocers in May?": f"({spent(AT_FRESH_IN_MAY, MAY)}) - ({spent(f'{AT_GREEN} AND {MAY}')})",
    "have I paid 500 to Fresh Mart in May": f"SELECT sum(amount_minor) FROM paid WHERE {AT_FRESH_IN_MAY} AND amount_minor = 50000",
    "have I ever paid over 10000 to Mr Rao": "SELECT count(*) FROM paid WHERE payee = 'Mr Rao' AND amount_minor > 1000000",
    "groceries and fuel in May, just the number": spent(f"kind IN ('groceries', 'fuel') AND {MAY}", MAY),
    "What proportion, by value, of my eating out in May was settled by card?": f"SELECT 100.0 * ({spent(ATE_OUT_BY_CARD)}) / ({spent(ATE_OUT)})",
    "My salary got bumped in May. How many rupees more was the May one than April's?": "0",
    "how much was spent at the Fresh Marts in May": spent(f"payee = 'Fresh Mart' AND {MAY}", MAY),
    "when did Petrol Point start charging me more": "SELECT max(moment)::date::text FROM paid WHERE payee = 'Petrol Point'",
    "what is the difference between my balance on 30 April and on 31 May": f"({BALANCE.format(before='2026-06-01')}) - ({BALANCE.format(before='2026-05-01')})",
    "what is my balance now compared to 30 April": f"(SELECT posted_minor FROM ledger.balance WHERE account_id = :account) - ({BALANCE.format(before='2026-05-01')})",
    "which categories went up in May?": "SELECT 'Fuel'",
    "What did I spend more on in May than in April?": "SELECT 'Fuel'",
    "where did my spending increase the most in May": "SELECT 'Fuel'",
    "which expenses dropped in June compared to May?": "SELECT 'Uncategorised'",
    "which shop did I spend more at in May than in April": "SELECT 'Petrol Point'",
    "how much did I spend before 10th June this month": spent("moment >= '2026-06-01' AND moment < '2026-06-10'"),
    "give me my spending for each week of May": spent("moment >= '2026-05-01' AND moment < '2026-05-04'"),
    "how much did I pay Fresh Mart in each month this year": spent("payee = 'Fresh Mart' AND moment >= '2026-01-01' AND moment < '2026-02-01'"),
    "which weekend was the most expensive in May": "SELECT 'week of 27 April 2026'",
    "what is the single biggest payment I made in May that isn't rent?": f"SELECT max(amount_minor) FROM paid WHERE {MAY_WITHOUT_RENT}",
    "total paid in favour of Petrol Point this year": spent(f"payee = 'Petrol Point' AND {YEAR}"),
    "what have I paid Fresh Mart from the beginning up to today": spent("payee = 'Fresh Mart'", "true"),
    "hw many paymnts undr 600 rs in may": f"SELECT count(*) FROM paid WHERE amount_minor < 60000 AND {MAY}",
    "What's my biggest category after rent in May?": "SELECT 'Fuel'",
    "which shop did I visit most in May": "SELECT 'Fresh Mart'",
    "is there any payment of exactly 450?": "SELECT count(*) FROM paid WHERE amount_minor = 45000",
    "what is my average restaurant bill": "SELECT round(avg(amount_minor)) FROM paid WHERE kind = 'eating_out'",
    "groceries since the financial year began": spent(f"{GROCERIES} AND moment >= '2026-04-01'", "moment >= '2026-04-01'"),
    "which month did I save the most this year": f"SELECT to_char(month, 'FMMonth YYYY') FROM ({NET_BY_MONTH}) x ORDER BY net DESC LIMIT 1",
    "in which months did I spend more than I earned this year": f"SELECT count(*) FROM ({NET_BY_MONTH}) x WHERE net < 0",
    "how much did I save on average per month this year": f"SELECT round(sum(net) / 6.0) FROM ({NET_BY_MONTH}) x",
    "how much did I spend in the first half of the year": spent(YEAR, YEAR),
    "how much did I spend by the 10th": spent("moment >= '2026-06-01' AND moment < '2026-06-11'"),
    "how much per restaurant visit": "SELECT round(avg(amount_minor)) FROM paid WHERE kind = 'eating_out'",
    "how much did the last three grocery trips cost": f"SELECT sum(amount_minor) FROM (SELECT amount_minor FROM paid WHERE {GROCERIES} ORDER BY moment DESC LIMIT 3) x",
    "on how many days of May did I pay nothing to anyone": f"SELECT 31 - count(DISTINCT moment::date) FROM paid WHERE {MAY}",
    "What, on average, did I spend in a month on groceries from January to May this year?": spent(f"{GROCERIES} AND moment >= '2026-01-01' AND moment < '2026-06-01'", "true").join(("round((", ") / 5.0)")),
    "My wife insists I eat out too much. I say I do not. Kindly settle it for us: how many meals did I pay for in May?": f"SELECT count(*) FROM paid WHERE {ATE_OUT}",
    "what did I spend since the 1. May 2026": spent("moment >= '2026-05-01'", "moment >= '2026-05-01'"),
    "which day of May was the most expensive, without counting the rent?": f"SELECT moment::date::text FROM paid WHERE {MAY_WITHOUT_RENT} GROUP BY moment::date ORDER BY sum(amount_minor) DESC LIMIT 1",
    "When was Petrol Point last charged to me?": "SELECT max(moment)::date::text FROM paid WHERE payee = 'Petrol Point'",
    "in which place did I pay more times in May?": "SELECT 'Fresh Mart'",
    "Which category was in May my biggest cost, when we leave the rent away?": "SELECT 'Fuel'",
    "how much on food in May, I mean groceries and restaurants together": spent(f"kind IN ('groceries', 'eating_out') AND {MAY}", MAY),
    "In Munich the rule says less than a third for the rent. What did I pay for rent in May?": spent(f"{RENT} AND {MAY}"),
    "when was my very first payment to Mr Rao? They said only since June, not true.": "SELECT min(moment)::date::text FROM paid WHERE payee = 'Mr Rao'",
    "which was my dearest month this year and how much did I spend that month": "SELECT to_char(date_trunc('month', moment), 'FMMonth YYYY') FROM paid WHERE moment >= '2026-01-01' GROUP BY date_trunc('month', moment) ORDER BY sum(amount_minor) DESC LIMIT 1",
    "percent of eating out paid by card in May": f"SELECT 100.0 * ({spent(ATE_OUT_BY_CARD)}) / ({spent(ATE_OUT)})",
    "groceries this May vs last May": spent(f"{GROCERIES} AND {MAY}", MAY),
    "how much more were groceries this May than last May": f"({spent(f'{GROCERIES} AND {MAY}', MAY)}) - ({spent(f'{GROCERIES} AND {MAY_BEFORE}')})",
    "Petrol Point minus Green Grocers this year": f"({spent(f'{AT_PETROL} AND {YEAR}')}) - ({spent(f'{AT_GREEN} AND {YEAR}')})",
    "rank months of 2026 by fuel": "SELECT 'June 2026'",
    "longest gap between two fuel payments": f"SELECT max(gap) FROM (SELECT moment::date - lag(moment::date) OVER (ORDER BY moment) AS gap FROM paid WHERE {FUEL}) x",
    "longest streak of days without groceries this year": f"SELECT max(gap) - 1 FROM (SELECT day - lag(day) OVER (ORDER BY day) AS gap FROM ({DAYS_OF_GROCERIES}) d) x",
    "how many days in a row did I spend money in May": f"SELECT max(n) FROM (SELECT count(*) AS n FROM (SELECT day, day - (row_number() OVER (ORDER BY day))::int AS run FROM (SELECT DISTINCT moment::date AS day FROM paid WHERE {MAY}) d) r GROUP BY run) x",
    "how many days in a row have I not bought fuel": f"SELECT '2026-06-15'::date - max(moment)::date FROM paid WHERE {FUEL}",
    "how many times a week did I buy groceries in May": f"SELECT round(count(*) * 7 / 31.0, 2) FROM paid WHERE {GROCERIES} AND {MAY}",
    "how much is one grocery trip": f"SELECT round(avg(amount_minor)) FROM paid WHERE {GROCERIES}",
    "days without groceries in May": f"SELECT 31 - count(DISTINCT moment::date) FROM paid WHERE {GROCERIES} AND {MAY}",
    "how many months have I paid rent here": f"SELECT count(DISTINCT date_trunc('month', moment)) FROM paid WHERE {RENT}",
    "how many months did I pay rent this year": f"SELECT count(DISTINCT date_trunc('month', moment)) FROM paid WHERE {RENT} AND {YEAR}",
    "spending in May, after the 15th": spent("moment >= '2026-05-16' AND moment < '2026-06-01'", "moment >= '2026-05-16' AND moment < '2026-06-01'"),
    "what had I spent in May by this date": spent("moment >= '2026-05-01' AND moment < '2026-05-16'", "moment >= '2026-05-01' AND moment < '2026-05-16'"),
    "how much did I spend last month up to the same date": spent("moment >= '2026-05-01' AND moment < '2026-05-16'", "moment >= '2026-05-01' AND moment < '2026-05-16'"),
    "rent paid so far": spent(RENT),
    "how much did I spend on groceries so far": spent(f"{GROCERIES} AND {IN_JUNE}"),
    "past 7 days vs the 7 days before": spent("moment >= '2026-06-09'"),
    "was there a month this year where spending crossed 25000": "SELECT 2",
    "months of this year with spending above 25000, list them": "SELECT 2",
    "did any month this year cost me over 25,000": "SELECT 2",
    "morning spends before 10 in May": spent(f"extract(hour FROM moment) < 10 AND {MAY}"),
    "how much on Saturdays in May and on Sundays": spent(f"extract(isodow FROM moment) = 6 AND {MAY}"),
    "how much had I spent by this date last month": spent("moment >= '2026-05-01' AND moment < '2026-05-16'", "moment >= '2026-05-01' AND moment < '2026-05-16'"),
    "how much by the 10th of May": spent("moment >= '2026-05-01' AND moment < '2026-05-11'", "moment >= '2026-05-01' AND moment < '2026-05-11'"),
    "busiest day in May": f"SELECT moment::date::text FROM paid WHERE {MAY} GROUP BY moment::date ORDER BY count(*) DESC LIMIT 1",
    "how many more times did we eat out in May compared to April?": f"(SELECT count(*) FROM paid WHERE {ATE_OUT}) - (SELECT count(*) FROM paid WHERE kind = 'eating_out' AND {APRIL})",
    "I wish to examine my grocery expenses for May 2026. State the total.": spent(f"{GROCERIES} AND {MAY}", MAY),
    "How much does rent cost me per year?": f"SELECT round(sum(amount_minor) * 365.0 / greatest(365, '2026-06-16'::date - min((SELECT min(moment)::date FROM paid)))) FROM paid WHERE {RENT}",
}  # fmt: skip


@pytest.mark.parametrize("question", TRUTH)
async def test_the_first_figure_is_what_the_ledger_says(
    question: str, chat: Chat, household: Household, database: Database
) -> None:
    answer = await chat.ask(question)
    assert answer.status == "answered", answer.answer
    assert answer.grounded
    found = _value(answer.figures[0])
    expected = await _truth(TRUTH[question], household, database)
    assert found == pytest.approx(expected, abs=0.001) if isinstance(expected, float) else found == expected


async def test_what_came_in_and_what_went_out_are_both_told(chat: Chat) -> None:
    answer = await chat.ask("how much did I spend and receive in May")
    assert answer.grounded and [figure.label for figure in answer.figures[:1]] == ["Income, May 2026"]
    assert "Spending, May 2026: ₹" in answer.answer, answer.answer


async def test_what_was_spent_is_told_where_no_salary_came(chat: Chat) -> None:
    answer = await chat.ask("how much of my salary have I spent on 10 June")
    assert answer.grounded and answer.figures[0].value_minor == 160_000, answer.answer
    assert "No salary came in on these days" in answer.answer


async def test_an_answer_says_what_and_when_and_shows_the_rows(chat: Chat) -> None:
    answer = await chat.ask("How much did I spend on groceries in May?")
    assert answer.figures[0].label == "Groceries, May 2026"
    assert answer.figures[0].source == "result 1, row 1, column spend"
    assert "Groceries, May 2026" in answer.answer
    assert {row["category"] for row in answer.rows} == {"groceries"}
    assert len(answer.follow_ups) == 3


@pytest.mark.parametrize(
    ("question", "labels"),
    [
        ("count and total of restaurant bills in May", ["Payments, Eating out, May 2026", "Eating out, May 2026"]),
        ("how many restaurant meals in May and how much in total?", ["Payments, Eating out, May 2026", "Eating out, May 2026"]),
        ("rent in May? fuel? groceries?", ["Rent, May 2026", "Fuel, May 2026", "Groceries, May 2026"]),
    ],
)  # fmt: skip
async def test_each_question_of_several_is_answered(question: str, labels: list[str], chat: Chat) -> None:
    assert [figure.label for figure in (await chat.ask(question)).figures] == labels


async def test_what_is_of_a_day_that_is_yet_to_be_found_is_asked_for_again(chat: Chat) -> None:
    answer = await chat.ask("which day in May was the dearest, and how much went on groceries that day?")
    assert answer.answer.endswith("Please ask once more for what comes behind it, now that the day or month is known.")
    assert "Groceries" not in answer.answer


async def test_a_course_of_time_is_drawn_as_a_line_and_parts_as_a_donut(chat: Chat) -> None:
    course = (await chat.ask("groceries by month this year")).chart
    assert course and course.kind == "line" and course.labels[:2] == ["January 2026", "February 2026"]
    parts = (await chat.ask("how much did I spend by category in May")).chart
    assert parts and parts.kind == "donut" and parts.labels[0] == "Rent"


async def test_is_that_usual_holds_against_the_median_of_the_months_before(chat: Chat) -> None:
    answer = await chat.ask("How much did I spend on groceries in May, and is that more than usual?")
    usual = next(figure for figure in answer.figures if figure.label.startswith("Usual"))
    # January to April: 1,600.00, 1,700.00, 1,800.00 and 1,900.00; before them, December and November had none.
    assert usual.value_minor == 165_000
    assert "more than usual" in answer.answer


async def test_two_currencies_are_never_added(database: Database, analyst: Analyst) -> None:
    async with database.unit() as session:
        traveller, shop = await make_customer(session), await make_customer(session, name="Corner Shop")
        for currency, amount_minor in (("INR", 50_000), ("EUR", 7_000)):
            bank = await make_bank(session)
            own = await make_account(session, bank, traveller, currency=currency, floor_minor=-(10**9))
            other = await make_account(session, bank, shop, currency=currency)
            await pay(session, own, other, amount_minor, occurred_at=at(5, 5))
    answer = await Chat(analyst, customer_principal(traveller)).ask("how much did I spend in may")
    assert {(f.currency, f.value_minor) for f in answer.figures} == {("INR", 50_000), ("EUR", 7_000)}


async def test_the_amex_is_an_account_and_next_a_shop(database: Database, analyst: Analyst) -> None:
    async with database.unit() as session:
        holder, shop = await make_customer(session), await make_customer(session, name="Next Retail")
        for name, amount_minor in (("Amex Card", 4_000), ("Joint account", 7_000)):
            bank = await make_bank(session)
            own = await make_account(session, bank, holder, floor_minor=-(10**9))
            own.name = name
            session.add(own)
            await pay(session, own, await make_account(session, bank, shop), amount_minor, occurred_at=at(5, 5))
    chat = Chat(analyst, customer_principal(holder))
    assert (await chat.ask("how much went out from the Amex in May?")).figures[0].value_minor == 4_000
    assert (await Chat(analyst, chat.principal).ask("what did we spend at Next in May")).figures[
        0
    ].value_minor == 11_000


def _value(figure: Figure) -> object:
    return figure.value_minor if figure.unit == "money" else figure.value


async def _truth(select: str, household: Household, database: Database) -> object:
    query = f"WITH paid AS ({PAID}), got AS ({GOT}), back AS ({BACK}) SELECT ({select})"
    async with database.app.connect() as connection:
        value = (await connection.execute(text(query), {"account": household.account.id})).scalar_one()
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return value


async def test_whether_somebody_is_still_paid_is_told_with_the_days(chat: Chat) -> None:
    for question in ("am i still paying Mr Rao?", "is Mr Rao still active", "did I stop paying Mr Rao"):
        told = await chat.ask(question)
        assert told.answer.startswith("Mr Rao still runs: it came last on 3 June 2026, ₹20,000.00 monthly"), question


async def test_what_has_stopped_is_listed_with_its_last_day(database: Database, analyst: Analyst) -> None:
    async with database.unit() as session:
        bank = await make_bank(session)
        holder, paper = (
            await make_customer(session),
            await make_customer(session, name="Morning Paper", kind="business"),
        )
        purse, press = await make_account(session, bank, holder), await make_account(session, bank, paper)
        await pay(session, await make_account(session, bank), purse, 1_000_000, occurred_at=at(8, 1, year=2025))
        for month in range(9, 13):
            await pay(session, purse, press, 29_900, occurred_at=at(month, 9, year=2025))
        for month in range(1, 7):
            await pay(session, purse, await make_account(session, bank), 1_000, occurred_at=at(month, 11))
    chat = Chat(analyst, customer_principal(holder))
    stopped = await chat.ask("which recurring payments have stopped?")
    assert stopped.answer.startswith(
        "1 recurring payment has stopped: Morning Paper, monthly ₹299.00, last on 9 December"
    )
    told = await chat.ask("have I cancelled Morning Paper?")
    assert told.answer.startswith("Morning Paper has stopped: it came last on 9 December 2025, ₹299.00 monthly.")


async def test_a_remark_is_asked_for_as_it_is_written(chat: Chat) -> None:
    answer = await chat.ask("goa trip shares in may")
    assert answer.answer.startswith("Payments that mention “goa trip share”, May 2026: ₹2,500.00")


async def test_unusual_payments_are_listed_and_not_held_against_a_usual_sum(chat: Chat) -> None:
    for question in ("unusual transactions in May", "show me the unusual payments in May"):
        assert "out of the ordinary" in (await chat.ask(question)).answer, question


async def test_a_second_clause_is_held_against_the_first(chat: Chat) -> None:
    answer = await chat.ask("eating out in May, how does it compare with what I spent on groceries?")
    assert {"Eating out, May 2026", "Groceries, May 2026"} <= {figure.label for figure in answer.figures}
    answer = await chat.ask("groceries in May, what percent is that of my total spending?")
    assert "9.6 %: Groceries came to ₹2,873.95 of ₹29,873.95" in answer.answer


async def test_a_change_of_price_begins_with_what_was_asked(chat: Chat) -> None:
    before = await chat.ask("What was Petrol Point charging me before they raised the price?")
    assert before.answer.startswith("₹3,000.00 until 2 June 2026, then up by ₹100.00 (3.3 %) to ₹3,100.00")


async def test_first_and_last_are_both_dated(chat: Chat) -> None:
    answer = await chat.ask("when did I first shop at Fresh Mart and when last")
    assert [figure.value for figure in answer.figures if figure.label.startswith(("First", "Last"))] == [
        "2025-05-10",
        "2026-06-10",
    ]


async def test_what_others_wrote_changes_no_question(database: Database, analyst: Analyst) -> None:
    async with database.unit() as session:
        bank = await make_bank(session)
        holder = await make_customer(session)
        purse = await make_account(session, bank, holder)
        stranger = await make_account(session, bank, await make_customer(session))
        await pay(session, await make_account(session, bank), stranger, 100_000, occurred_at=at(4, 1))
        await pay(session, stranger, purse, 50_000, occurred_at=at(5, 2), description="UPI/total food bill")
    answer = await Chat(analyst, customer_principal(holder)).ask("total food bill in may")
    assert "mention" not in answer.answer


async def test_what_recurs_is_told_with_its_next_day(chat: Chat) -> None:
    due = await chat.ask("when is my rent due?")
    assert due.status == "answered", due.answer
    assert due.figures[0].unit == "date" and str(due.figures[0].value) == "2026-07-03"
    assert due.grounded and "Mr Rao" in due.answer
    every = await chat.ask("what are my recurring payments?")
    assert every.status == "answered" and every.grounded
    assert "Mr Rao" in {row["counterparty"] for row in every.rows}


@pytest.mark.parametrize(
    ("question", "told", "first"),
    [
        ("what's due this week", "Nothing is expected to go out, 15 to 21 June 2026", 0),
        ("which payments are due before the 5th", "Mr Rao, 3 July 2026", 2_050_000),
        ("what bills are due in July", "Fresh Mart, 24 July 2026", 2_050_000),
        ("how many payments are due next month", "Mr Rao, 3 July 2026", 2),
        ("how much do I still have to pay by 3 July", "15 June to 3 July 2026", 2_050_000),
        ("upcoming payments", "15 June to 14 July 2026", 2_050_000),
        ("how much rent is due next month", "Mr Rao, 3 July 2026", 2_000_000),
    ],
)
async def test_what_is_due_is_told_for_the_days_that_are_named(
    question: str, told: str, first: int, chat: Chat
) -> None:
    answer = await chat.ask(question)
    assert answer.status == "answered" and answer.grounded, answer.answer
    assert told in answer.answer, answer.answer
    assert first in (answer.figures[0].value_minor, answer.figures[0].value), answer.answer


async def test_what_rose_since_last_month_is_told_of_as_many_days(chat: Chat) -> None:
    answer = await chat.ask("which category grew most compared to last month")
    assert answer.answer.startswith("Entertainment: ₹450.00 more in 1 to 15 June 2026"), answer.answer
    assert "than in 1 to 15 May 2026" in answer.answer


async def test_where_this_month_has_nothing_all_that_is_known_is_told_and_said(chat: Chat) -> None:
    answer = await chat.ask("how much have I spent on eating out")
    assert "and 1 to 15 June 2026 has nothing, so this is everything since 10 May 2025" in answer.answer, answer.answer
    assert (await chat.ask("how many payments was that?")).figures[0].value == 3
    assert (await Chat(chat.analyst, chat.principal).ask("eating out in june")).status == "no_data"


async def test_a_renewal_of_somebody_unknown_is_asked_back_about(chat: Chat) -> None:
    assert (await chat.ask("when does netflix renew")).status == "clarify"


@pytest.mark.parametrize(
    "question",
    ["my second largest refund this year", "average recurring payment", "recurring payments in May", "how much is due"],
)
async def test_a_list_is_not_given_for_what_it_does_not_hold(question: str, chat: Chat) -> None:
    assert (await chat.ask(question)).status == "clarify"
