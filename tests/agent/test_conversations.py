"""Follow-ups edit the last question; conversations belong to one person and are remembered in PostgreSQL."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from agents import conversations
from agents.chat import QUESTION_MAX, Analyst
from core.db import Database
from core.errors import InvalidRequest, NotFound
from core.settings import Settings
from tests.agent.household import TODAY, Chat, Household, at, customer_principal
from tests.factories import make_account, make_bank, make_customer, pay

CHAINS: dict[str, list[tuple[str, str]]] = {
    "first_and_then_last": [
        ("when did I first shop at Fresh Mart?", "First time, Paid to Fresh Mart"),
        ("and when last?", "Last time, Paid to Fresh Mart"),
        ("and when was the first time?", "First time, Paid to Fresh Mart"),
    ],
    "the_priciest_of_what_was_bought": [
        ("groceries in May?", "Groceries, May 2026"),
        ("which one was the priciest", "Largest payment, Groceries, May 2026"),
    ],
    "after_refunds_or_before": [
        ("what did I pay Fresh Mart in May?", "Paid to Fresh Mart, May 2026"),
        ("is that net of refunds?", "Paid to Fresh Mart, May 2026"),
        ("and in April?", "Paid to Fresh Mart, April 2026"),
    ],
    "months_and_no_payments": [
        ("groceries last 3 months", "Groceries, 1 March to 31 May 2026"),
        ("no wait, last 5", "Groceries, 1 January to 31 May 2026"),
    ],
    "one_more_thing_is_no_comparison": [
        ("groceries in May?", "Groceries, May 2026"),
        ("thanks! one more: how many payments was that", "Payments, Groceries, May 2026"),
    ],
    "both_ways_counted": [
        ("groceries in May by card", "Groceries by card, May 2026"),
        ("and by UPI", "Groceries by UPI, May 2026"),
        ("both together, but count", "Payments, Groceries by card and UPI, May 2026"),
    ],
    "what_a_change_came_from": [
        ("spending in April vs May", "Spending, April 2026"),
        ("what caused the jump", "Changed most"),
        ("take out fuel", "Spending except Fuel, April 2026"),
    ],
    "which_of_two_in_another_month": [
        ("groceries in May", "Groceries, May 2026"),
        ("and eating out", "Eating out, May 2026"),
        ("which is more in April?", "The larger, April 2026"),
    ],
    "the_same_month_of_last_year": [
        ("groceries in May", "Groceries, May 2026"),
        ("last year same month?", "Groceries, May 2025"),
    ],
    "a_question_in_full_behind_what_was_unknown": [
        ("what did I pay Zorblax in May?", ""),
        ("and in April?", ""),
        ("how much did I spend by UPI in May", "Spending by UPI, May 2026"),
        ("and in April?", "Spending by UPI, April 2026"),
    ],
    "an_allowance_and_another": [
        ("groceries in May?", "Groceries, May 2026"),
        ("I keep 15000 for it. how much left?", "Left of ₹15,000.00, Groceries, May 2026"),
        ("and if I keep 1000", "Left of ₹1,000.00, Groceries, May 2026"),
    ],
    "changes_after_an_aside_are_of_the_figure": [
        ("groceries in May?", "Groceries, May 2026"),
        ("hmm, why so much?", "Fresh Mart, May 2026"),
        ("and April?", "Groceries, April 2026"),
        ("show me those", "Number of payments, Groceries, April 2026"),
        ("and in March?", "Groceries, March 2026"),
    ],
    "how_many_then": [
        ("Fresh Mart in May", "Paid to Fresh Mart, May 2026"),
        ("april how many", "Payments, Fresh Mart, April 2026"),
    ],
    "the_last_visit_before_a_month": [
        ("how often did I go to Fresh Mart in May?", "Payments, Fresh Mart, May 2026"),
        ("when was the last visit before May?", "Last time, Paid to Fresh Mart"),
    ],
    "the_day_of_one_payment": [
        ("my biggest payment in May", "Largest payment, May 2026"),
        ("how much did I spend in total that day?", "Spending, 3 May 2026"),
        ("since then, how much on fuel?", "Fuel, 3 May to 15 June 2026"),
    ],
    "the_same_days_of_another_month": [
        ("groceries between 1 and 10 May", "Groceries, 1 to 10 May 2026"),
        ("and the same days in April?", "Groceries, 1 to 10 April 2026"),
        ("how many visits was the April one?", "Payments, Groceries, 1 to 10 April 2026"),
    ],
    "up_to_a_day_of_another_month": [
        ("groceries this month till now", "Groceries, 1 to 15 June 2026"),
        ("what was it up to the 15th in May?", "Groceries, 1 to 15 May 2026"),
        ("so how much less is it now?", "Groceries, 1 to 15 May 2026 less 1 to 15 June 2026"),
    ],
    "the_amount_of_whoever_came_first_and_next": [
        ("who did I pay the most in May?", "Most spending by payee, May 2026"),
        ("how much was it?", "Mr Rao, May 2026"),
        ("and who is next after that?", "Number 2 of the most spending by payee, May 2026"),
    ],
    "those_of_whoever_came_first": [
        ("who did I pay the most in May, leaving out rent?", "Most spending except Rent by payee, May 2026"),
        ("show me those payments", "Number of payments, Paid to Petrol Point, May 2026"),
        ("when was the first of them?", "First time, Paid to Petrol Point"),
    ],
    "what_was_only_a_part": [
        ("how much did I spend in May?", "Spending, May 2026"),
        ("was that mostly rent?", "Rent, May 2026"),
        ("and not counting rent?", "Spending except Rent, May 2026"),
    ],
    "the_two_quarters": [
        ("total spent this quarter", "Spending, 1 April to 15 June 2026"),
        ("and the quarter before that?", "Spending, January to March 2026"),
        ("which category was the biggest in that quarter?", "Most spending by category, January to March 2026"),
        (
            "what is the difference between the two quarters' totals?",
            "Spending, 1 April to 15 June 2026 against January to March 2026",
        ),
    ],
    "who_paid_back": [
        ("did I get any refunds this year?", "Refunded, 1 January to 15 June 2026"),
        ("who were they from?", "Refund from"),
        ("how much was the latest one?", "Fresh Mart, 21 May 2026"),
    ],
    "of_what_comes_back_a_sum": [
        ("what do I pay Mr Rao every month?", "Mr Rao, monthly"),
        ("what has it come to this year so far?", "Paid to Mr Rao, 1 January to 15 June 2026"),
    ],
    "back_to_a_month_with_a_question": [
        ("groceries in May?", "Groceries, May 2026"),
        ("and April?", "Groceries, April 2026"),
        ("what is the difference?", "Groceries, May 2026 against April 2026"),
        ("ok, go back to May. Which shop got the most for groceries?", "Most groceries by payee, May 2026"),
    ],
    "the_day_that_came_first_without_rent": [
        ("on which day of May did I spend the most?", "Most spending by day, May 2026"),
        ("how much was it?", "Spending, 3 May 2026"),
        ("without rent?", "Spending except Rent, 2 May 2026"),
        ("which date is that?", "Most spending except Rent by day, May 2026"),
    ],
    "without_those_two": [
        ("how much did I spend in May?", "Spending, May 2026"),
        ("why so much?", "Rent, May 2026"),
        ("the rent and the groceries, oh right", "Rent and Groceries, May 2026"),
        ("take those two out then, how much is left?", "Spending except Rent and Groceries, May 2026"),
    ],
    "spending_after_a_balance": [
        ("my balance please", "Balance now"),
        ("and expenditure in May?", "Spending, May 2026"),
        ("of which rent?", "Rent, May 2026"),
        ("and for June, expenditure excluding rent", "Spending except Rent, 1 to 15 June 2026"),
    ],
    "the_first_of_two_months_held_against_each_other": [
        ("groceries in May?", "Groceries, May 2026"),
        ("is that more than April?", "Groceries, May 2026"),
        ("how much of it was Green Grocers?", "Paid to Green Grocers (Groceries), May 2026"),
    ],
    "all_days_again": [
        ("weekend spending in May", "Spending on weekends, May 2026"),
        ("only groceries", "Groceries on weekends, May 2026"),
        ("now April, all days", "Groceries, April 2026"),
    ],
    "by_how_much_it_rose": [
        ("what did I pay Petrol Point in June?", "Paid to Petrol Point, 1 to 15 June 2026"),
        ("when did it last go up?", "Changed: Paid to Petrol Point"),
        ("by how much?", "Petrol Point, 2 June 2026 less Petrol Point, 2 May 2026"),
    ],
    "the_purchase_before_that": [
        ("when did I last buy something from Fresh Mart?", "Last time, Paid to Fresh Mart"),
        ("what did it cost?", "Fresh Mart, 10 June 2026"),
        ("how much was the purchase before that one?", "Fresh Mart, 24 May 2026"),
    ],
    "the_total_bill": [
        ("How many times did I buy from Fresh Mart in May?", "Payments, Fresh Mart, May 2026"),
        ("what was the total bill?", "Paid to Fresh Mart, May 2026"),
        ("biggest one?", "Fresh Mart, 10 May 2026"),
        ("on which date?", "Largest time, Paid to Fresh Mart"),
    ],
    "a_share_of_an_income": [
        ("rent paid this year, total", "Rent, 1 January to 15 June 2026"),
        ("what percentage is it of my salary of this year?", "Rent as a share of salary, 1 January to 15 June 2026"),
    ],
    "the_mean_of_three_months": [
        ("groceries in March", "Groceries, March 2026"),
        ("april?", "Groceries, April 2026"),
        ("and may", "Groceries, May 2026"),
        ("average of the three months", "Groceries per month, 1 March to 31 May 2026"),
    ],
    "back_to_groceries_of_another_month": [
        ("groceries in April?", "Groceries, April 2026"),
        ("btw when did the rent go this month", "Last time, Rent"),
        ("ok back to groceries, how many purchases was that", "Payments, Groceries, April 2026"),
    ],
    "how_far_apart_two_months_are_of_which_the_higher_was_told": [
        ("fuel in May and June?", "Fuel, May 2026 and 1 to 15 June 2026"),
        ("which month was higher?", "Most fuel by month, 1 May to 15 June 2026"),
        ("by how much?", "Fuel, June 2026 less Fuel, May 2026"),
    ],
    "the_highest_of_three_months_of_one_payee": [
        ("how much did I pay Fresh Mart in March?", "Paid to Fresh Mart, March 2026"),
        ("april?", "Paid to Fresh Mart, April 2026"),
        ("may?", "Paid to Fresh Mart, May 2026"),
        ("which of the three was highest?", "Most paid to Fresh Mart by month, 1 March to 31 May 2026"),
    ],
    "days_between_the_two": [
        ("when was my most recent payment to Fresh Mart?", "Last time, Paid to Fresh Mart"),
        ("and the one just before that?", "Last time but 1, Paid to Fresh Mart"),
        ("how many days lie between the two?", "Days to the last one: Paid to Fresh Mart"),
    ],
    "this_recharge_of_somebody": [
        ("petrol at Petrol Point last month how much", "Paid to Petrol Point (Fuel), May 2026"),
        ("total of this petrol in 2026 till today", "Paid to Petrol Point (Fuel), 1 January to 15 June 2026"),
    ],
    "my_average_bill_of_what_is_spoken_of": [
        ("eating out in May?", "Eating out, May 2026"),
        ("how much of that was on weekends?", "Eating out on weekends, May 2026"),
        ("so what's my average weekend check?", "Average payment, Eating out on weekends, May 2026"),
    ],
    "what_was_held_on_two_days": [
        ("closing balance at the end of April", "Balance at the end of 30 April 2026"),
        ("and at the end of May?", "Balance at the end of 31 May 2026"),
        (
            "what is the difference between the two?",
            "Balance at the end of 31 May 2026 against at the end of 30 April 2026",
        ),
    ],
    "if_i_may": [
        ("Could I have this quarter's groceries?", "Groceries, 1 April to 15 June 2026"),
        ("And the quarter before that, if I may?", "Groceries, January to March 2026"),
    ],
    "the_places_behind": [
        ("which category did I spend the most on in May?", "Most spending by category, May 2026"),
        ("and next?", "Number 2 of the most spending by category, May 2026"),
        ("and after that?", "Number 3 of the most spending by category, May 2026"),
    ],
    "a_place_told_before_the_question": [
        ("show me my 3 biggest payments of May", "Mr Rao, 3 May 2026"),
        ("and second one, how much was that?", "Petrol Point, 2 May 2026"),
        ("the first one on that list, how much?", "Mr Rao, 3 May 2026"),
    ],
    "how_far_apart_two_that_were_compared_are": [
        ("groceries in May?", "Groceries, May 2026"),
        ("Was April dearer?", "Groceries, April 2026"),
        ("By how much?", "Groceries, April 2026 against May 2026"),
    ],
    "the_difference_of_two_things": [
        ("How much did I pay Fresh Mart in May?", "Paid to Fresh Mart, May 2026"),
        ("and Green Grocers?", "Paid to Green Grocers, May 2026"),
        ("what is the difference?", "Difference"),
    ],
    "visited_more_often": [
        ("How much did I pay Fresh Mart in May?", "Paid to Fresh Mart, May 2026"),
        ("and Green Grocers?", "Paid to Green Grocers, May 2026"),
        ("which of them did I visit more often?", "The larger, May 2026"),
    ],
    "the_rest_of_one_way_of_a_thing": [
        ("groceries in May?", "Groceries, May 2026"),
        ("how much of it by card?", "Groceries by card, May 2026"),
        ("and the rest?", "Groceries other than by card, May 2026"),
    ],
    "spent_where_it_was_refunded": [
        ("refunds this year?", "Refunded, 1 January to 15 June 2026"),
        ("from Fresh Mart only", "Refunded from Fresh Mart, 1 January to 15 June 2026"),
        ("how much did I spend there this year?", "Paid to Fresh Mart, 1 January to 15 June 2026"),
    ],
    "paid_for_what_is_spoken_of": [
        ("fuel in May?", "Fuel, May 2026"),
        ("how much did I pay in June?", "Fuel, 1 to 15 June 2026"),
    ],
    "who_sent_most": [
        ("what came in in May?", "Income, May 2026"),
        ("who sent the most?", "Most income by payer, May 2026"),
    ],
    "tickets_counted": [
        ("Cinema in June?", "Entertainment, 1 to 15 June 2026"),
        ("how many tickets?", "Payments, Entertainment, 1 to 15 June 2026"),
    ],
    "the_top_one_in_another_month": [
        ("top 3 categories in May", "Most spending by category, May 2026"),
        ("the top one, how much in April?", "Rent, April 2026"),
    ],
    "one_of_two_that_were_told_apart": [
        ("Green Grocers and fuel in May?", "Fuel and Paid to Green Grocers, May 2026"),
        ("only Green Grocers", "Paid to Green Grocers, May 2026"),
        ("how many times?", "Payments, Green Grocers, May 2026"),
    ],
    "visits_to_the_top_one": [
        ("top 3 shops in May", "Most spending except Rent by payee, May 2026"),
        ("how many payments to the top one?", "Payments, Petrol Point, May 2026"),
        ("what was the average there?", "Average payment, Petrol Point, May 2026"),
    ],
    "which_of_those_cost_most": [
        ("How many times did I pay Spice Route in May?", "Payments, Spice Route, May 2026"),
        ("which of those visits cost the most?", "Largest payment, Spice Route, May 2026"),
    ],
    "a_percentage_of_what_was_earned": [
        ("How much salary did I get in May?", "Salary, May 2026"),
        ("and the rent that month?", "Rent, May 2026"),
        ("as a percentage of that salary", "Rent as a share of salary, May 2026"),
    ],
    "what_is_left_of_a_list": [
        ("list my card payments in May", "Number of payments, Spending by card, May 2026"),
        ("exclude fuel", "Number of payments, Spending by card except Fuel, May 2026"),
        ("the total of what is left?", "Spending by card except Fuel, May 2026"),
    ],
    "how_much_of_the_rest": [
        ("groceries in May?", "Groceries, May 2026"),
        ("only Fresh Mart", "Paid to Fresh Mart (Groceries), May 2026"),
        ("how much of the rest was at Green Grocers?", "Paid to Green Grocers except Fresh Mart, May 2026"),
    ],
    "instalments_of_whoever_is_spoken_of": [
        ("How much did I pay Mr Rao in May?", "Paid to Mr Rao, May 2026"),
        ("number of instalments this year", "Payments, Mr Rao, 1 January to 15 June 2026"),
    ],
    "the_last_time_ever": [
        ("How much did I pay at Petrol Point in May?", "Paid to Petrol Point, May 2026"),
        ("when was I last there?", "Last time, Paid to Petrol Point"),
    ],
    "a_refund_forgotten_again": [
        ("How much did I spend at Fresh Mart in May?", "Paid to Fresh Mart, May 2026"),
        ("was any of it refunded?", "Refunded from Fresh Mart, May 2026"),
        ("ok forget the refund, how many times did I pay there?", "Payments, Fresh Mart, May 2026"),
    ],
    "less_a_part": [
        ("What did I spend in May?", "Spending, May 2026"),
        ("less rent", "Spending except Rent, May 2026"),
        ("less fuel as well", "Spending except Rent and Fuel, May 2026"),
    ],
    "the_rest_of_a_part": [
        ("groceries in May?", "Groceries, May 2026"),
        ("only Fresh Mart", "Paid to Fresh Mart (Groceries), May 2026"),
        ("the others?", "Groceries except Fresh Mart, May 2026"),
    ],
    "the_rest_of_a_way_of_paying": [
        ("How much did I pay by card in May?", "Spending by card, May 2026"),
        ("and the rest?", "Spending other than by card, May 2026"),
    ],
    "more_than_what_is_named": [
        ("How much did I spend on fuel in May?", "Fuel, May 2026"),
        ("is that more than I spent on groceries?", "Difference"),
    ],
    "a_count_in_money": [
        ("How many times did I eat out in May?", "Payments, Eating out, May 2026"),
        ("and only by card, in rupees", "Eating out by card, May 2026"),
    ],
    "a_part_that_is_counted": [
        ("How much did I pay Fresh Mart in May?", "Paid to Fresh Mart, May 2026"),
        ("how many were by card?", "Payments, Fresh Mart by card, May 2026"),
        ("what do these add up to?", "Paid to Fresh Mart by card, May 2026"),
    ],
    "two_ways_of_paying": [
        ("What did I spend on eating out this year?", "Eating out, 1 January to 15 June 2026"),
        ("just by card", "Eating out by card, 1 January to 15 June 2026"),
        ("now by UPI", "Eating out by UPI, 1 January to 15 June 2026"),
        ("which was more?", "The larger, 1 January to 15 June 2026"),
    ],
    "what_was_spent_of_an_income": [
        ("How much salary did I get in May?", "Salary, May 2026"),
        ("how much of that did I spend?", "Spending, May 2026"),
    ],
    "the_one_of_that_name": [
        ("What have I paid Fresh Mart this year?", "Paid to Fresh Mart, 1 January to 15 June 2026"),
        ("and Spice Route?", "Paid to Spice Route, 1 January to 15 June 2026"),
        ("the mart one again, but in May", "Paid to Fresh Mart, May 2026"),
    ],
    "everything_of_the_one": [
        ("Biggest payment of May?", "Largest payment, May 2026"),
        ("who was that to?", "With"),
        ("how much have I ever paid them?", "Paid to Mr Rao, 10 May 2025 to 15 June 2026"),
    ],
    "a_place_among_what_was_shown": [
        ("How much did I spend in May?", "Spending, May 2026"),
        ("split it category wise", "Rent, May 2026"),
        ("how much was the third one on that list", "Groceries, May 2026"),
        ("show my 3 biggest payments of May", "Mr Rao, 3 May 2026"),
        ("who was the second one to?", "With"),
        ("and how much was the third?", "Rahul Sharma, 8 May 2026"),
        ("top categories in May", "Most spending by category, May 2026"),
        ("how much was the 4th one?", "Uncategorised, May 2026"),
    ],
    "whom_the_payment_was_with": [
        ("biggest payment in May?", "Largest payment, May 2026"),
        ("who was that to?", "With"),
        ("how many times have I paid them this year?", "Payments, Mr Rao, 1 January to 15 June 2026"),
    ],
    "whom_a_place_of_a_rank_was_with": [
        ("top 3 shops in May", "Most spending except Rent by payee, May 2026"),
        ("who came third?", "Number 3 of the most spending except Rent by payee, May 2026"),
        ("what did I pay them in June?", "Paid to Fresh Mart, 1 to 15 June 2026"),
    ],
    "the_one_that_is_named_first": [
        ("groceries by card in May?", "Groceries by card, May 2026"),
        ("and by UPI?", "Groceries by UPI, May 2026"),
        ("how much more was the card one", "Difference"),
    ],
    "one_as_a_share_of_the_other": [
        ("How much on fuel in May?", "Fuel, May 2026"),
        ("and eating out?", "Eating out, May 2026"),
        ("second is what percent of the first?", "Eating out as a share of fuel, May 2026"),
    ],
    "a_share_of_what_is_named": [
        ("groceries in May?", "Groceries, May 2026"),
        ("how much of it at Green Grocers?", "Paid to Green Grocers (Groceries), May 2026"),
        ("and at Fresh Mart?", "Paid to Fresh Mart, May 2026"),
        ("that's what % of my May groceries", "Paid to Fresh Mart as a share of groceries, May 2026"),
    ],
    "shares_of_the_same_whole": [
        ("What did I spend on food in May?", "Groceries and Eating out, May 2026"),
        ("what % of that was groceries?", "Groceries as a share of groceries and Eating out, May 2026"),
        ("and eating out's share of it?", "Eating out as a share of groceries and Eating out, May 2026"),
    ],
    "everything_else": [
        ("groceries in May?", "Groceries, May 2026"),
        ("and everything else?", "Spending except Groceries, May 2026"),
    ],
    "the_sum_without_the_biggest": [
        ("What did May cost me in total?", "Spending, May 2026"),
        ("what was the biggest thing in it?", "Largest payment, May 2026"),
        ("ok take Mr Rao's out, then what's May?", "Spending except Mr Rao, May 2026"),
    ],
    "the_smallest_of_the_groups": [
        ("groceries in May?", "Groceries, May 2026"),
        ("break that down by shop", "Fresh Mart, May 2026"),
        ("the smallest of these, how much was it", "7-Eleven 24, May 2026"),
    ],
    "all_of_it_for_longer": [
        ("What did I spend over the past 7 days?", "Spending, 9 to 15 June 2026"),
        ("how much of that was City Cinema?", "Paid to City Cinema, 9 to 15 June 2026"),
        ("stretch that total to the past 30 days, all categories", "Spending, 17 May to 15 June 2026"),
    ],
    "the_visit_before": [
        ("When did I last go to Fresh Mart?", "Last time, Paid to Fresh Mart"),
        ("how much did they charge me then?", "Fresh Mart, 10 June 2026"),
        ("and the visit just before that, how much", "Fresh Mart, 24 May 2026"),
    ],
    "which_of_its_kind_it_was": [
        ("When did I last fill petrol?", "Last time, Fuel"),
        ("which pump was that", "With"),
    ],
    "two_who_were_asked_about": [
        ("How much did I pay Fresh Mart in May?", "Paid to Fresh Mart, May 2026"),
        ("and Spice Route?", "Paid to Spice Route, May 2026"),
        ("who got more of these two this year", "The larger, 1 January to 15 June 2026"),
    ],
    "time": [
        ("How much did I spend on groceries in May?", "Groceries, May 2026"),
        ("and in April?", "Groceries, April 2026"),
        ("and the month before?", "Groceries, March 2026"),
        ("and the whole of last year?", "Groceries, 2025"),
    ],
    "things": [
        ("How much did I spend on groceries in May?", "Groceries, May 2026"),
        ("what about eating out?", "Eating out, May 2026"),
        ("only card", "Eating out by card, May 2026"),
        ("how many payments was that?", "Payments, Eating out by card, May 2026"),
        ("and at Fresh Mart?", "Payments, Fresh Mart by card, May 2026"),
        ("and how much?", "Paid to Fresh Mart by card, May 2026"),
    ],
    "shapes": [
        ("How much did I spend in May?", "Spending, May 2026"),
        ("by category", "Rent, May 2026"),
        ("which merchant was the biggest?", "Most spending by payee, May 2026"),
        ("except rent", "Most spending except Rent by payee, May 2026"),
    ],
    "defaults": [
        ("How much did I spend on fuel?", "Fuel, 1 to 15 June 2026"),
        ("and the month before?", "Fuel, May 2026"),
    ],
    "sums_of_what_was_asked": [
        ("groceries in May?", "Groceries, May 2026"),
        ("and fuel?", "Fuel, May 2026"),
        ("and rent?", "Rent, May 2026"),
        ("what do all three come to?", "Groceries, Fuel and Rent, May 2026"),
    ],
    "parts_in_money_and_in_percent": [
        ("How much did I spend on eating out in May?", "Eating out, May 2026"),
        ("How much of that was by card?", "Eating out by card, May 2026"),
        ("What percentage is that?", "Eating out by card as a share of eating out, May 2026"),
    ],
    "which_of_them": [
        ("spending by month this year", "Spending, January 2026"),
        ("which of them was the highest?", "Most spending by month, 1 January to 15 June 2026"),
    ],
    "a_total_after_ranks": [
        ("which category did I spend the most on in May?", "Most spending by category, May 2026"),
        ("what was my total that month?", "Spending, May 2026"),
        ("take the rent out, please", "Spending except Rent, May 2026"),
    ],
    "differences_of_the_last_two": [
        ("groceries in April?", "Groceries, April 2026"),
        ("and in May?", "Groceries, May 2026"),
        ("what is the difference between the two?", "Groceries, May 2026 against April 2026"),
    ],
    "the_former": [
        ("What have I paid Fresh Mart this year?", "Paid to Fresh Mart, 1 January to 15 June 2026"),
        ("and Spice Route?", "Paid to Spice Route, 1 January to 15 June 2026"),
        ("how many payments was the former?", "Payments, Fresh Mart, 1 January to 15 June 2026"),
    ],
    "the_first_question": [
        ("groceries in May?", "Groceries, May 2026"),
        ("and fuel?", "Fuel, May 2026"),
        ("go back to what I asked first and give me April instead", "Groceries, April 2026"),
    ],
    "the_one_before": [
        ("When did I last pay Petrol Point?", "Last time, Paid to Petrol Point"),
        ("and the one before it, on which date?", "Last time but 1, Paid to Petrol Point"),
    ],
    "the_mean_of_what_was_asked": [
        ("groceries in March?", "Groceries, March 2026"),
        ("April?", "Groceries, April 2026"),
        ("May?", "Groceries, May 2026"),
        ("average of these 3", "Groceries per month, 1 March to 31 May 2026"),
    ],
    "left_out_too": [
        ("What was my total spending in May?", "Spending, May 2026"),
        ("leave the rent aside", "Spending except Rent, May 2026"),
        ("and fuel as well", "Spending except Rent and Fuel, May 2026"),
        ("right, the same for April", "Spending except Rent and Fuel, April 2026"),
    ],
    "shares_of_what_was_asked": [
        ("How much did I spend on groceries in May?", "Groceries, May 2026"),
        ("what share of it was Green Grocers?", "Paid to Green Grocers (Groceries) as a share of groceries, May 2026"),
        ("and Fresh Mart?", "Paid to Fresh Mart as a share of groceries, May 2026"),
    ],
    "refunds_go_on": [
        ("List my refunds in 2026.", "Refunded, 1 January to 15 June 2026"),
        ("how many are from Fresh Mart?", "Refunds from Fresh Mart, 1 January to 15 June 2026"),
        ("and their sum?", "Refunded from Fresh Mart, 1 January to 15 June 2026"),
    ],
    "a_question_announced_as_new_inherits_nothing": [
        ("How much did I pay by card in May?", "Spending by card, May 2026"),
        ("new q. fuel this year total", "Fuel, 1 January to 15 June 2026"),
        ("How much did I pay by card in May?", "Spending by card, May 2026"),
        ("Enough of cards. What did all the fuel of May cost us?", "Fuel, May 2026"),
    ],
    "a_question_in_full_inherits_nothing": [
        ("eating out after midnight in May", "Eating out between 00:00 and 04:59, May 2026"),
        ("fuel june total", "Fuel, 1 to 15 June 2026"),
    ],
    "that_month_of_another_year": [
        ("How much did I spend on groceries in May?", "Groceries, May 2026"),
        ("And last year?", "Groceries, May 2025"),
    ],
    "the_second_of_two_questions": [
        ("How much did I spend in May? And the month before?", "Spending, May 2026"),
        ("only groceries", "Groceries, April 2026"),
    ],
    "a_year_corrected": [
        ("groceries may 2025", "Groceries, May 2025"),
        ("sorry, 2026", "Groceries, May 2026"),
        ("Forgive me, one mixes things up. No, I meant April.", "Groceries, April 2026"),
    ],
    "days_of_the_month_spoken_of": [
        ("spend may 1-15", "Spending, 1 to 15 May 2026"),
        ("16-31", "Spending, 16 to 31 May 2026"),
    ],
    "days_of_the_week_of_the_month_spoken_of": [
        ("What did I spend on Saturdays and Sundays in May?", "Spending on weekends, May 2026"),
        ("And from Monday to Friday?", "Spending on weekdays, May 2026"),
    ],
    "as_much_of_the_month_before": [
        ("What have I spent this month so far?", "Spending, 1 to 15 June 2026"),
        ("To be fair to June, what had I spent by the same date in May?", "Spending, 1 to 15 May 2026"),
    ],
    "second_of_those_ranked": [
        ("Who did I pay the most in May?", "Most spending by payee, May 2026"),
        ("I thought as much. And who came second?", "Number 2 of the most spending by payee, May 2026"),
        ("top payees april", "Most spending by payee, April 2026"),
        ("2nd one is?", "Number 2 of the most spending by payee, April 2026"),
    ],
    "back_to_an_earlier_question": [
        ("groceries in May?", "Groceries, May 2026"),
        ("when was I last at City Cinema?", "Last time, Transactions, City Cinema"),
        ("Coming back to the groceries, how was April?", "Groceries, April 2026"),
    ],
    "without_whom_the_story_names": [
        ("How much did I spend on groceries in May?", "Groceries, May 2026"),
        (
            "My cousin works at that Green Grocers place. What is it without them?",
            "Groceries except Green Grocers, May 2026",
        ),
    ],
    "without_the_part_asked_about": [
        ("How much did I spend on groceries in May?", "Groceries, May 2026"),
        ("how much of it was at Green Grocers?", "Paid to Green Grocers (Groceries), May 2026"),
        ("and without them?", "Groceries except Green Grocers, May 2026"),
    ],
    "as_many_together_as_are_said": [
        ("groceries in February?", "Groceries, February 2026"),
        ("March?", "Groceries, March 2026"),
        ("April?", "Groceries, April 2026"),
        ("and May?", "Groceries, May 2026"),
        ("what do these four months make together", "Groceries, February 2026, March 2026, April 2026 and May 2026"),
    ],
    "what_a_sum_makes_every_month": [
        ("What did I pay Fresh Mart from January to April 2026?", "Paid to Fresh Mart, 1 January to 30 April 2026"),
        ("That makes how much every month?", "Paid to Fresh Mart per month, 1 January to 30 April 2026"),
    ],
    "payments_counted_by_another_word": [
        ("fuel in May?", "Fuel, May 2026"),
        ("how many charges is that", "Payments, Fuel, May 2026"),
    ],
    "a_date_after_a_sum": [
        ("paid to Petrol Point so far", "Paid to Petrol Point, 10 May 2025 to 15 June 2026"),
        ("last time?", "Last time, Paid to Petrol Point"),
        ("when did I first pay Petrol Point?", "First time, Paid to Petrol Point"),
        ("and most recently?", "Last time, Paid to Petrol Point"),
    ],
    "refunds_of_what_was_asked": [
        ("Fresh Mart in May", "Paid to Fresh Mart, May 2026"),
        ("refunded how much", "Refunded from Fresh Mart, May 2026"),
    ],
    "both_in_one_period": [
        ("fresh mart may", "Paid to Fresh Mart, May 2026"),
        ("green grocers may", "Paid to Green Grocers, May 2026"),
        ("both combined since feb, till may end", "Paid to Fresh Mart and Green Grocers, 1 February to 31 May 2026"),
    ],
    "shown_and_asked_about": [
        ("groceries apr may total", "Groceries, April 2026 and May 2026"),
        ("split it by shop, whos the top", "Most groceries by payee, 1 April to 31 May 2026"),
    ],
    "the_biggest_of_what_was_asked": [
        ("How much did I pay Fresh Mart by card in 2026?", "Paid to Fresh Mart by card, 1 January to 15 June 2026"),
        ("the biggest card bill, how much was it?", "Largest payment, Fresh Mart by card, 1 January to 15 June 2026"),
    ],
    "how_far_apart_the_two_were": [
        ("groceries vs fuel in April, which cost more?", "The larger, April 2026"),
        ("Same for May.", "The larger, May 2026"),
        ("By how much was fuel ahead there?", "Difference"),
    ],
    "more_days_and_the_whole_year": [
        ("groceries for the past 30 days?", "Groceries, 17 May to 15 June 2026"),
        ("make it 60", "Groceries, 17 April to 15 June 2026"),
        ("groceries in May?", "Groceries, May 2026"),
        ("Sorry, make it the whole year.", "Groceries, 1 January to 15 June 2026"),
    ],
    "which_of_so_many": [
        ("spending by month from March to May 2026", "Spending, March 2026"),
        ("Which of the three was highest?", "Most spending by month, 1 March to 31 May 2026"),
    ],
    "put_together_in_two_clauses": [
        ("groceries in May, how much?", "Groceries, May 2026"),
        ("and fuel?", "Fuel, May 2026"),
        ("ok so the two of them put together, what does that come to", "Groceries and Fuel, May 2026"),
    ],
    "left_out_in_short": [
        ("spend may", "Spending, May 2026"),
        ("w/o rent and fuel", "Spending except Rent and Fuel, May 2026"),
    ],
    "the_year_before_of_a_date": [
        ("When did I last pay Fresh Mart in 2026?", "Last time, Paid to Fresh Mart"),
        ("And which date the year before?", "Last time, Paid to Fresh Mart"),
    ],
    "shares_of_months_in_a_row": [
        ("fuel in May and June 2026?", "Fuel, May 2026 and 1 to 15 June 2026"),
        (
            "What percentage of all my spending in those two months is it?",
            "Fuel as a share of spending, 1 May to 15 June 2026",
        ),
    ],
    "one_with_another": [
        ("What have I paid Petrol Point this year?", "Paid to Petrol Point, 1 January to 15 June 2026"),
        (
            "And one visit with another, what is the average?",
            "Average payment, Petrol Point, 1 January to 15 June 2026",
        ),
    ],
    "left_out_before_it_is_asked": [
        ("Kindly give me the spending of May, head by head", "Rent, May 2026"),
        ("The rent not counted, which head took the most?", "Most spending except Rent by category, May 2026"),
    ],
    "a_new_question_keeps_the_period_alone": [
        ("How much did I spend on groceries in May?", "Groceries, May 2026"),
        ("How much did I spend on rent?", "Rent, May 2026"),
        ("How much did I spend in March?", "Spending, March 2026"),
    ],
    "as_many_days_before": [
        ("What did I spend in the last 7 days?", "Spending, 9 to 15 June 2026"),
        ("and the 7 days before that?", "Spending, 2 to 8 June 2026"),
        ("and the previous 7 days?", "Spending, 26 May to 1 June 2026"),
    ],
    "the_weekend_before": [
        ("What did I spend on the weekend of 16 May?", "Spending, 16 to 17 May 2026"),
        ("and the weekend before?", "Spending, 9 to 10 May 2026"),
        ("and the one before that?", "Spending, 2 to 3 May 2026"),
    ],
    "the_same_months_of_a_year": [
        ("groceries from April to May", "Groceries, 1 April to 31 May 2026"),
        ("the same two months of last year?", "Groceries, 1 April to 31 May 2025"),
        ("and in the same months of 2026?", "Groceries, 1 April to 31 May 2026"),
    ],
    "a_question_in_full_of_the_month_before": [
        ("How many payments did I make in May?", "Payments, May 2026"),
        ("how many payments were there the month before?", "Payments, April 2026"),
        ("how much was the month before that?", "Spending, March 2026"),
    ],
    "the_previous_month_after_a_year": [
        ("groceries this year", "Groceries, 1 January to 15 June 2026"),
        ("and in the previous month?", "Groceries, May 2026"),
    ],
    "several_left_out_at_once": [
        ("What did I spend in May?", "Spending, May 2026"),
        ("take out rent and what I sent to Rahul Sharma", "Spending except Rent and Rahul Sharma, May 2026"),
        ("And April, with the same two left out?", "Spending except Rent and Rahul Sharma, April 2026"),
    ],
    "payments_left_out_by_their_amount": [
        ("What did I spend in May?", "Spending, May 2026"),
        ("Leave out every payment above 5,000. How much remains?", "Spending of at most ₹5,000.00, May 2026"),
        ("and without anything below 1,000?", "Spending of at least ₹1,000.00, May 2026"),
    ],
    "the_sum_of_those_shown": [
        ("my top 3 shops in May", "Most spending except Rent by payee, May 2026"),
        ("and the three together?", "The first 3 together, Spending except Rent, May 2026"),
    ],
    "the_top_of_groups": [
        ("spending by category in May", "Rent, May 2026"),
        ("the top three?", "Most spending by category, May 2026"),
    ],
    "the_month_that_came_first": [
        ("groceries this year by month", "Groceries, January 2026"),
        ("the worst one of the 6, how much?", "Groceries, May 2026"),
        ("how much of that month's was Green Grocers?", "Paid to Green Grocers, May 2026"),
    ],
    "the_lowest_of_months": [
        ("groceries this year by month", "Groceries, January 2026"),
        ("the dearest of those months?", "Most groceries by month, 1 January to 15 June 2026"),
        ("and the cheapest?", "Least groceries by month, 1 January to 15 June 2026"),
    ],
    "how_much_of_the_dearest_month": [
        (
            "How much are groceries per month on average, January to May?",
            "Groceries per month, 1 January to 31 May 2026",
        ),
        ("in the dearest of those five months, how much was it?", "Groceries, May 2026"),
    ],
    "the_other_shops": [
        ("How much did I pay Fresh Mart in May?", "Paid to Fresh Mart, May 2026"),
        ("and all the other grocery shops?", "Groceries except Fresh Mart, May 2026"),
    ],
    "where_the_last_payment_was": [
        ("How many days since I last bought petrol?", "Days since: Fuel"),
        ("where was that?", "With"),
        ("and for how much?", "Petrol Point, 2 June 2026"),
    ],
    "who_got_the_payment_in_a_place": [
        ("my 3 biggest payments in May", "Mr Rao, 3 May 2026"),
        ("which is the second?", "Petrol Point, 2 May 2026"),
        ("who got that?", "With"),
    ],
    "the_smaller_of_two_compared": [
        ("Compare groceries and eating out for April", "The larger, April 2026"),
        ("now the same for May", "The larger, May 2026"),
        ("which of the two was smaller?", "Least groceries and Eating out by category, May 2026"),
    ],
    "which_of_two_named_apart": [
        ("groceries in May?", "Groceries, May 2026"),
        ("eating out?", "Eating out, May 2026"),
        ("which was higher?", "The larger, May 2026"),
    ],
    "the_largest_of_three_named_apart": [
        ("groceries in May?", "Groceries, May 2026"),
        ("eating out?", "Eating out, May 2026"),
        ("fuel?", "Fuel, May 2026"),
        ("which of the three was the largest?", "Most groceries, Eating out and Fuel by category, May 2026"),
    ],
    "weekends_and_weekdays": [
        ("What did I spend on weekends in May?", "Spending on weekends, May 2026"),
        ("and on weekdays?", "Spending on weekdays, May 2026"),
        ("which was more?", "The larger, May 2026"),
    ],
    "a_share_of_two_together": [
        ("card in May?", "Spending by card, May 2026"),
        ("upi?", "Spending by UPI, May 2026"),
        (
            "so out of those two together card is what %",
            "Spending by card as a share of spending by UPI and card, May 2026",
        ),
    ],
    "the_months_of_a_row": [
        ("groceries in March", "Groceries, March 2026"),
        ("April", "Groceries, April 2026"),
        ("May", "Groceries, May 2026"),
        ("which month was highest?", "Most groceries by month, 1 March to 31 May 2026"),
    ],
    "spending_after_income": [
        ("what came in in May?", "Income, May 2026"),
        ("and spending?", "Spending, May 2026"),
    ],
    "a_remark_before_the_question": [
        ("how much on groceries in May", "Groceries, May 2026"),
        ("thats a lot. n how many payments was that", "Payments, Groceries, May 2026"),
    ],
    "the_same_month_before": [
        ("groceries in May", "Groceries, May 2026"),
        ("and last May?", "Groceries, May 2025"),
    ],
    "a_day_of_the_month_spoken_of": [
        ("What did I spend on 2 May?", "Spending, 2 May 2026"),
        ("and on the 3rd?", "Spending, 3 May 2026"),
        ("and the whole week?", "Spending, 27 April to 3 May 2026"),
    ],
    "those_listed_and_no_others": [
        ("my last 3 payments above 500", "Fresh Mart, 10 June 2026"),
        ("add those up", "3 latest payments, Payments"),
    ],
    "what_went_out_less_what_came_in": [
        ("income in May?", "Income, May 2026"),
        ("and out?", "Spending, May 2026"),
        ("what is the difference?", "Savings, May 2026"),
        ("so by how much did I overspend?", "Spending less income, May 2026"),
    ],
    "without_the_largest_payment": [
        ("groceries in May?", "Groceries, May 2026"),
        ("which was the biggest purchase?", "Largest payment, Groceries, May 2026"),
        ("and what is left without it?", "Groceries without the largest payment, May 2026"),
    ],
    "two_days_of_the_week": [
        ("spending on Saturdays in May", "Spending on Saturdays, May 2026"),
        ("and Sundays", "Spending on Sundays, May 2026"),
        ("what is the difference?", "Difference"),
    ],
    "the_other_end": [
        ("How many times did I pay Fresh Mart in May?", "Payments, Fresh Mart, May 2026"),
        ("When did I make the largest of them?", "Largest time, Paid to Fresh Mart"),
        ("And when was the smallest one?", "Smallest time, Paid to Fresh Mart"),
    ],
    "the_larger_of_two_that_were_counted": [
        ("How many times did I pay Petrol Point this year?", "Payments, Petrol Point, 1 January to 15 June 2026"),
        ("on which date was the larger one?", "Largest time, Paid to Petrol Point"),
    ],
    "the_places_behind_how_much_the_first_was": [
        ("who did I pay the most in May?", "Most spending by payee, May 2026"),
        ("how much did they get in total?", "Paid to Mr Rao, May 2026"),
        ("and the second?", "Number 2 of the most spending by payee, May 2026"),
        ("and which is the next after it?", "Number 3 of the most spending by payee, May 2026"),
        ("total of the three", "The first 3 together, Spending, May 2026"),
        ("and how much was the first?", "Mr Rao, May 2026"),
    ],
    "fewer_of_those_shown": [
        ("show my 5 biggest payments of May", "Mr Rao, 3 May 2026"),
        ("nah just 3", "Mr Rao, 3 May 2026"),
        ("total of those", "3 largest payments, Payments"),
    ],
    "as_many_as_were_shown_before": [
        ("list my four largest payments of May", "Mr Rao, 3 May 2026"),
        ("to whom was the first of them?", "With"),
        ("what is the total of those four?", "4 largest payments, Payments"),
    ],
    "the_first_of_three_that_were_named": [
        ("what did I pay Fresh Mart in May?", "Paid to Fresh Mart, May 2026"),
        ("and Green Grocers", "Paid to Green Grocers, May 2026"),
        ("and Spice Route", "Paid to Spice Route, May 2026"),
        (
            "who got the most of them?",
            "Most paid to Fresh Mart, Green Grocers and Spice Route by payee, May 2026",
        ),
    ],
    "put_back": [
        ("what did I spend in May?", "Spending, May 2026"),
        ("without rent and fuel", "Spending except Rent and Fuel, May 2026"),
        ("how much is left?", "Spending except Rent and Fuel, May 2026"),
        ("now include rent again", "Spending except Fuel, May 2026"),
        ("with everything again", "Spending, May 2026"),
    ],
    "everything_else_except_it": [
        ("rent in May", "Rent, May 2026"),
        ("and everything else except rent", "Spending except Rent, May 2026"),
    ],
    "the_rest_of_weekends": [
        ("How much did I spend in May on weekends?", "Spending on weekends, May 2026"),
        ("and the rest?", "Spending on weekdays, May 2026"),
    ],
    "a_month_behind_a_difference": [
        ("groceries in May?", "Groceries, May 2026"),
        ("and April?", "Groceries, April 2026"),
        ("how much less was it in April?", "Groceries, May 2026 less April 2026"),
        ("and March?", "Groceries, March 2026"),
        ("which of the three was the highest?", "Most groceries by month, 1 March to 31 May 2026"),
    ],
    "those_three_bills": [
        ("what did I pay Petrol Point in May?", "Paid to Petrol Point, May 2026"),
        ("and in June?", "Paid to Petrol Point, 1 to 15 June 2026"),
        ("what do those two bills come to together?", "Paid to Petrol Point, May 2026 and 1 to 15 June 2026"),
    ],
    "those_two_days": [
        ("what did I spend on 2 May?", "Spending, 2 May 2026"),
        ("and on the 3rd?", "Spending, 3 May 2026"),
        ("what did I spend on those two days?", "Spending, 2 May 2026 and 3 May 2026"),
    ],
    "the_whole_year_of_an_average": [
        ("what was my average purchase of groceries in May?", "Average payment, Groceries, May 2026"),
        (
            "and if you take the whole year from January up to today?",
            "Average payment, Groceries, 1 January to 15 June 2026",
        ),
    ],
    "received_and_sent": [
        ("how much did Acme Software send us in May?", "Received from Acme Software, May 2026"),
        ("when was the last one?", "Last time, Received from Acme Software"),
        ("and the first one?", "First time, Received from Acme Software"),
        ("how much has Fresh Mart received in May?", "Paid to Fresh Mart, May 2026"),
    ],
    "who_that_is": [
        ("groceries in May?", "Groceries, May 2026"),
        ("who is Rahul Verma", "Number of payments, Received from Rahul Verma, May 2026"),
    ],
    "said_of_whom_it_is": [
        ("what did I pay Mr Rao in May?", "Paid to Mr Rao, May 2026"),
        ("was it?", ""),
        ("hes the landlord lol", ""),
        ("and in April?", "Paid to Mr Rao, April 2026"),
    ],
    "the_other_way_of_two_ends": [
        ("largest payment for groceries in May?", "Largest payment, Groceries, May 2026"),
        ("and the smallest?", "Smallest payment, Groceries, May 2026"),
        (
            "the difference between the two?",
            "Largest payment, Groceries, May 2026 less Smallest payment, Groceries, May 2026",
        ),
    ],
}


@pytest.mark.parametrize("chain", CHAINS)
async def test_a_follow_up_keeps_what_it_does_not_change(chain: str, chat: Chat) -> None:
    """Without a label a remark that asks nothing: it is asked back, and nothing is forgotten over it."""
    for question, label in CHAINS[chain]:
        answer = await chat.ask(question)
        assert answer.status == ("answered" if label else "clarify"), (question, answer.answer)
        assert not label or answer.figures[0].label == label, question


TOLD: dict[str, list[tuple[str, str]]] = {
    # Of Fresh Mart in May: 1,500, 500, and 200 that came back; all groceries: 2,873.95, those of April 1,900.
    "a_correction_takes_the_first_thing_back": [
        ("fuel in May?", "Fuel, May 2026"),
        ("not fuel, groceries", "Groceries, May 2026"),
        ("no not May, April", "Groceries, April 2026"),
        ("May, not April", "Groceries, May 2026"),
        ("sorry, not groceries. fuel", "Fuel, May 2026"),
    ],
    "a_correction_of_one_of_two": [
        ("fuel vs groceries in May", "Fuel is the larger, May 2026"),
        ("not fuel, restaurants", "Groceries is the larger, May 2026: Groceries ₹2,873.95; Eating out ₹1,500.00"),
    ],
    "what_is_only_left_out_is_no_correction": [
        ("spending in May", "Spending, May 2026"),
        ("not rent and fuel", "Spending except Rent and Fuel, May 2026"),
    ],
    "the_later_of_two_limits": [
        ("groceries in May", "Groceries, May 2026"),
        ("above 1200", "Groceries above ₹1,200.00, May 2026"),
        ("above 600 then", "Groceries above ₹600.00, May 2026: ₹2,250.50"),
        ("total", "Groceries above ₹600.00, May 2026: ₹2,250.50"),
    ],
    "a_change_in_percent": [
        ("groceries in May?", "Groceries, May 2026"),
        ("vs April", "Groceries, May 2026"),
        ("as a percent", "(+51.3 %)"),
    ],
    "somebody_else_in_all": [
        ("groceries in April", "Groceries, April 2026"),
        ("thanks. how much in all have I sent to Rahul Sharma", "Rahul Sharma, 10 May 2025 to 15 June 2026: ₹2,500.00"),
        ("groceries in April", "Groceries, April 2026"),
        ("how much did I pay Petrol Point in all", "Petrol Point, 10 May 2025 to 15 June 2026: ₹6,100.00"),
    ],
    "the_same_days_of_last_month": [
        ("groceries this month", "Groceries, 1 to 15 June 2026"),
        ("and the same days last month?", "Groceries, 1 to 15 May 2026"),
        ("same period April", "Groceries, 1 to 15 April 2026"),
    ],
    "till_the_same_date_last_month": [
        ("groceries this month", "Groceries, 1 to 15 June 2026"),
        ("till the same date last month?", "Groceries, 1 to 15 May 2026"),
    ],
    "trips_to_shops_are_no_travel": [
        ("groceries in May", "Groceries, May 2026"),
        ("number of trips?", "Payments, Groceries, May 2026: 5 payments"),
        ("the average trip", "Average payment, Groceries, May 2026"),
    ],
    "the_last_two_and_their_sum": [
        ("groceries in May", "Groceries, May 2026"),
        ("most expensive one?", "The largest payment, Groceries, May 2026: 10 May 2026"),
        ("show me the last 2", "The 2 latest payments"),
        ("how much were they together", "₹623.45 in all"),
    ],
    "ranks_by_number_instead": [
        ("top 2 places I paid in May", "Mr Rao: ₹20,000.00"),
        ("by number of visits instead?", "Fresh Mart: 3 payments"),
        ("by amount again", "Mr Rao: ₹20,000.00"),
    ],
    "the_third_alone": [
        ("which category did I spend most on in May", "Rent"),
        ("third?", "Number 3: Groceries: ₹2,873.95"),
    ],
    "the_first_of_what_was_paid": [
        ("how much did I pay Fresh Mart in May?", "Paid to Fresh Mart, May 2026"),
        ("when was the first one", "10 May 2026: ₹1,500.00 to Fresh Mart"),
        ("how much was it?", "10 May 2026 Fresh Mart ₹1,500.00"),
    ],
    "how_much_it_was": [
        ("how many payments to Fresh Mart in May?", "Payments, Fresh Mart, May 2026: 3 payments"),
        ("how much was it?", "Paid to Fresh Mart, May 2026: ₹2,000.00"),
        ("how much was it?", "Paid to Fresh Mart, May 2026: ₹2,000.00"),
        ("when did I first pay Mr Rao?", "3 January 2026"),
        ("how much was it?", "3 January 2026 Mr Rao ₹20,000.00"),
    ],
    "what_a_sum_went_on": [
        ("what did I spend on 2 May?", "Spending, 2 May 2026"),
        ("on what", "Fuel ₹3,000.00"),
        ("and 10 May", "Spending, 10 May 2026: ₹1,500.00"),
        ("whats that for", "Groceries ₹1,500.00"),
    ],
    "all_year": [
        ("Fresh Mart in May", "Paid to Fresh Mart, May 2026"),
        ("all year", "Paid to Fresh Mart, 1 January to 15 June 2026"),
        ("i mean the number", "Payments, Fresh Mart, 1 January to 15 June 2026: 12 payments"),
    ],
    "all_months_added": [
        ("groceries in March", "Groceries, March 2026"),
        ("april", "Groceries, April 2026"),
        ("may", "Groceries, May 2026"),
        ("all three months added", "Groceries, March 2026, April 2026 and May 2026"),
    ],
    "what_one_of_them_costs": [
        ("groceries in May", "Groceries, May 2026"),
        ("what does one shop cost", "Average payment, Groceries, May 2026"),
        ("by payee", "Groceries"),
        ("which one is the dearest", "Fresh Mart"),
    ],
    "other_than_money_to_people": [
        ("my biggest payment in May", "₹20,000.00"),
        ("other than rent and money to people", "except Rent and Transfers to people, May 2026: ₹3,000.00"),
    ],
}


@pytest.mark.parametrize("chain", TOLD)
async def test_a_follow_up_tells_what_is_meant(chain: str, chat: Chat) -> None:
    for question, words in TOLD[chain]:
        answer = await chat.ask(question)
        assert answer.status == "answered" and words in answer.answer, (question, answer.answer)


FIGURES: dict[str, tuple[list[str], int]] = {
    # Fuel: nothing in April, 3,000 in May; no other group rose as much.
    "the_group_that_rose_most": (["spending by category in May", "which one grew most vs April?"], 300_000),
    # Groceries of May: 1,500 and 500 at Fresh Mart, 750.50 at Green Grocers, 123.45 at 7-Eleven.
    "without_the_largest": (
        ["groceries in May?", "which was the biggest purchase?", "what is left without it?"],
        137_395,
    ),
    "five_cut_to_three": (["my 5 biggest payments of May", "just 3", "total of those"], 2_550_000),
    "saturdays_less_sundays": (
        # Saturdays: 2 May fuel 3,000, 16 May 750.50, 30 May 123.45;
        # Sundays: 3 May rent 20,000, 10 May 1,500, 17 May 900, 24 May 500.
        ["spending on Saturdays in May", "and Sundays", "what is the difference?"],
        2_290_000 - 387_395,
    ),
    "largest_less_smallest": (
        ["largest payment for groceries in May?", "and the smallest?", "the difference?"],
        137_655,
    ),
}


@pytest.mark.parametrize("chain", FIGURES)
async def test_a_conversation_comes_to_what_its_payments_say(chain: str, chat: Chat) -> None:
    questions, minor = FIGURES[chain]
    answers = [await chat.ask(question) for question in questions]
    assert abs(answers[-1].figures[0].value_minor or 0) == minor, answers[-1].answer


async def test_the_one_before_goes_on_to_the_tenth(chat: Chat) -> None:
    """Farther back than a sentence names payments, and then no farther than places are counted."""
    day = (await chat.ask("When did I last pay Fresh Mart?")).figures[0].value
    for _ in range(9):
        before = (await chat.ask("and the one before it, on which date?")).figures[0].value
        assert before is not None and day is not None and str(before) < str(day)
        day = before
    assert (await chat.ask("and the one before it, on which date?")).status == "clarify"


async def test_what_only_the_last_question_would_explain_is_asked_back_without_it(chat: Chat) -> None:
    """A day of no month, an account of no other, more figures than were asked for: none of them is guessed."""
    for question in ("16-31", "the other one", "what do these five months make together"):
        assert (await chat.ask(question)).status in ("clarify", "out_of_scope"), question
    await chat.ask("groceries in May?")
    assert (await chat.ask("what do these five months make together")).status == "clarify"
    assert (await chat.ask("what share of my spending was fuel in March and in May?")).status == "clarify"


@pytest.mark.parametrize("then", ["what else did I pay that day", "what did I pay on that same day otherwise"])
async def test_what_else_was_paid_on_a_day_leaves_out_what_was_told(then: str, chat: Chat) -> None:
    """The payment to Fresh Mart was all that was paid on that day."""
    await chat.ask("when did I last pay Fresh Mart by card in May?")
    assert (await chat.ask(then)).answer.startswith("Nothing found: Spending except Fresh Mart, 10 May 2026.")


async def test_the_other_one_of_two_accounts(analyst: Analyst, database: Database) -> None:
    async with database.unit() as session:
        bank, lata = await make_bank(session), await make_customer(session, name="Lata Sen")
        employer = await make_account(session, bank, await make_customer(session), floor_minor=-(10**9))
        first = await make_account(session, bank, lata)
        second = await make_account(session, await make_bank(session), lata)
        await pay(session, employer, first, 100_000, occurred_at=at(5, 1))
        await pay(session, employer, second, 250_000, occurred_at=at(5, 1))
    chat = Chat(analyst, customer_principal(lata))
    asked = await chat.ask(f"What is the balance of {first.name}?")
    assert (asked.figures[0].value_minor, asked.status) == (100_000, "answered"), asked.answer
    assert (await chat.ask("and the other one?")).figures[0].value_minor == 250_000


async def test_show_me_those_lists_the_payments_behind_the_figure(chat: Chat) -> None:
    await chat.ask("How much did I spend on eating out in May?")
    answer = await chat.ask("show me those")
    assert {row["counterparty"] for row in answer.rows} == {"Spice Route"}
    assert answer.figures[0].value == len(answer.rows) == 2


async def test_yes_takes_what_was_offered(chat: Chat) -> None:
    offer = await chat.ask("how much did I spend on flights last year")
    assert offer.status == "clarify" and "Travel" in offer.answer
    assert (await chat.ask("yes")).answer.startswith("Nothing found: Travel, 2025")


async def test_a_name_answers_the_question_which_one(chat: Chat) -> None:
    asked = await chat.ask("how much did I send Rahul in May?")
    assert asked.status == "clarify" and set(asked.follow_ups) == {"Rahul Sharma", "Rahul Verma"}
    answer = await chat.ask("Rahul Sharma")
    assert (answer.figures[0].label, answer.figures[0].value_minor) == ("Paid to Rahul Sharma, May 2026", 250_000)


async def test_half_a_name_says_which_of_the_two_was_meant(chat: Chat) -> None:
    assert (await chat.ask("how much did I send Rahul in May?")).status == "clarify"
    answer = await chat.ask("Sharma, not Verma")
    assert (answer.figures[0].label, answer.figures[0].value_minor) == ("Paid to Rahul Sharma, May 2026", 250_000)


async def test_memory_outlives_the_process(settings: Settings, database: Database, chat: Chat) -> None:
    first = await chat.ask("How much did I spend on groceries in May?")
    async with Analyst.open(settings, database) as another:
        answer = await another.ask("and in April?", chat.principal, conversation_id=first.conversation_id, today=TODAY)
    assert answer.figures[0].label == "Groceries, April 2026"


async def test_whose_price_rose_is_told_behind_another_question(database: Database, analyst: Analyst) -> None:
    async with database.unit() as session:
        holder, bank = await make_customer(session), await make_bank(session)
        own = await make_account(session, bank, holder, floor_minor=-(10**9))
        for name, prices in (("Reel Stream", (9_900, 12_900)), ("Tune Box", (5_000, 4_000))):
            shop = await make_account(session, bank, await make_customer(session, name=name))
            for month, price in enumerate(prices, start=4):
                await pay(session, own, shop, price, occurred_at=at(month, 3), category="subscriptions")
    chat = Chat(analyst, customer_principal(holder))
    await chat.ask("which categories went up in May?")
    rose = await chat.ask("which of my subscriptions got more expensive?")
    assert [figure.value for figure in rose.figures if figure.unit == "text"] == ["Reel Stream"]
    fell = await chat.ask("and which went down?")
    assert [figure.value for figure in fell.figures if figure.unit == "text"] == ["Tune Box"]
    assert "down by ₹10.00" in fell.answer


async def test_langgraph_keeps_its_tables_in_our_schema(database: Database, chat: Chat) -> None:
    answer = await chat.ask("How much did I spend in May?")
    async with database.app.connect() as connection:
        rows = await connection.execute(
            text("SELECT count(*) FROM agents.checkpoints WHERE thread_id = :id"), {"id": str(answer.conversation_id)}
        )
        assert rows.scalar_one() == 1  # one write per question
        elsewhere = await connection.execute(text("SELECT to_regclass('public.checkpoints')"))
        assert elsewhere.scalar_one() is None


async def test_somebody_elses_conversation_is_not_found(analyst: Analyst, household: Household, chat: Chat) -> None:
    answer = await chat.ask("How much did I spend in May?")
    for stranger, conversation_id in ((household.dev, answer.conversation_id), (household.meera, uuid4())):
        with pytest.raises(NotFound):
            await analyst.ask("and in April?", stranger, conversation_id=conversation_id)


async def test_a_conversation_is_listed_renamed_and_forgotten(
    analyst: Analyst, database: Database, household: Household, chat: Chat
) -> None:
    answer = await chat.ask("How much did I spend on   groceries in May?")
    id = answer.conversation_id
    async with database.unit() as session:
        [listed] = [c for c in await conversations.list_conversations(session, household.meera) if c.id == id]
        assert listed.title == "How much did I spend on groceries in May?"
        await conversations.rename(session, household.meera, id, "Food")
        whole = await conversations.read(session, household.meera, id)
        assert whole.title == "Food" and [turn.answer for turn in whole.turns] == [answer]
        await conversations.delete(session, household.meera, id)
    await analyst.forget(id)
    async with database.unit() as session:
        with pytest.raises(NotFound):
            await conversations.require(session, household.meera, id)
        left = await session.execute(
            text("SELECT count(*) FROM agents.checkpoints WHERE thread_id = :id"), {"id": str(id)}
        )
        assert left.scalar_one() == 0


@pytest.mark.parametrize("question", ["", "   ", "x" * (QUESTION_MAX + 1)])
async def test_a_question_of_no_or_too_many_words_is_refused(question: str, chat: Chat) -> None:
    with pytest.raises(InvalidRequest):
        await chat.ask(question)


@pytest.mark.parametrize(
    ("asked", "then"),
    [
        (["fuel in May?", "groceries in April?"], "total of the two"),
        (["fuel in May?", "groceries in April?"], "which of the two was more?"),
        (["my salary in May", "and the rent"], "what is the difference?"),
        (["spending in May by category"], "the top one, how much in April?"),
        (["spending in May by category"], "how many payments to the top one?"),
    ],
)
async def test_what_two_turns_cannot_make_together_is_asked_back(asked: list[str], then: str, chat: Chat) -> None:
    for question in asked:
        assert (await chat.ask(question)).status == "answered", question
    answer = await chat.ask(then)
    assert (answer.status, answer.figures) == ("clarify", [])
