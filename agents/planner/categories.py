"""Everyday words for categories. A word stands for the whole category; what is narrower is only ever suggested."""

import re

from agents.planner.mentions import Mention, cover
from agents.planner.words import stem
from core.categories import CATEGORIES

_EVERYDAY: dict[str, str] = {
    "groceries": "grocery store, grocery stores, grocery shops, grocery runs, food shop, foodstuff, household provisions, food items, fruits and vegetables, veg and fruit, ration items, rations, grocery, groceries, supermarket, supermarkets, kirana, provisions, food shopping, ration, vegetables and fruits",
    "eating_out": "eating out, food out, eat out, ate out, eaten out, eat, ate, eaten, dined, dining out, dining, dine out, dined out, restaurant, restaurants, takeaway, "
    "takeaways, take away, takeout, take out, take-out, food delivery, eating outside, ate outside, eat outside, dhaba, dhabas, canteen, bistro, bistros, diner, diners, restos, foodservice, dining expenditure,  meals out, meal out, meals, meal, eateries, "
    "food outside, food from outside, food eaten outside, outside meals, meals outside, bars and restaurants, cafes and restaurants, restaurants and cafes, outside food, ordering in, fast food",
    "rent": "apartment rent, flat rent, room rent, home rent, landlord, renting, rent, rental, house rent, rents",
    "household": "home stuff, house stuff, stuff for the house, stuff for home, home furnishing, home decor, interiors, household, furniture, home improvement, furnishings, home goods, household goods, household items",
    "utilities": "public utilities, utility payments, utility bill payments, utility services, utilities, utility, utility bills, utility bill",
    "telecom": "telephone, telephone bill, telephone bills, cell phone, cellphone, cell phone bill, mobile bills, mobile phone, mobile phone bill, internet bills, broadband bill, broadband bills, wifi bill, wi-fi, net bill, phone recharge, telecommunications, phone and internet, phone, mobile, phone bill, phone bills, mobile bill, mobile recharge, recharge, recharges, "
    "internet, broadband, wifi, internet bill, telecom, mobile and internet",
    "fuel": "fuel, pump, pumps, petrol, diesel, gasoline, filling station, filling stations, tank, fill the tank, filled the tank, fill my tank, filled my tank, full tank, fuelling, refuelling, petrol filling, petrol bunk, petrol bunks, petrol station, petrol stations, petrol pump, petrol pumps, gas station, gas stations, refuelling",
    "public_transport": "public transport, bus fare, bus fares, train fare, train fares, metro fare, metro fares, train tickets, bus tickets, railway, railways, subway, tram, commute, local train, local trains, buses, metro, trains, bus, train, transit, commuting, bus and train",
    "taxi": "auto, autos, auto fare, auto fares, autorickshaw, autorickshaws, taxicab, taxicabs, cabbing, rickshaws, rideshare, ride sharing, ride-hailing, taxi, taxis, cab, cabs, cab fare, cab fares, taxi fare, taxi fares, auto rickshaw, rickshaw, ride hailing, ride, rides, cab ride, cab rides, taxi ride, taxi rides",
    "vehicle": "vehicle repair, vehicle repairs, car repair, bike repair, bike repairs, garage, garages, mechanic, mechanics, car servicing, vehicle servicing, vehicle service, servicing, vehicle, car maintenance, car repairs, car service, vehicle maintenance",
    "clothing": "clothe, clothing items, shopping clothes, clothes shopping, wardrobe, dresses, dress, outfits, wearables, clothing, clothes, apparel, fashion, garments, clothes and shoes",
    "electronics": "electronic, electronic items, electronic things, electronic gadgets, gadgetry, electronics, gadgets, electronic goods",
    "shopping": "shopping, general shopping, online shopping",
    "entertainment": "the movies, movie, movie tickets, cinema tickets, movie theatre, theatre, theater, films, film, cinemas, amusement, recreation, entertainment, movies, cinema, fun, leisure, movies and shows, going out, outings",
    "subscriptions": "subscription, subscriptions, ott, streaming, streaming services, streaming apps, memberships",
    "travel": "travel, travelling, traveling, trip, trips, holiday, holidays, vacation, vacations",
    "gifts": "gifting, present, charities, charitable giving, giving, alms, offerings, gifts, gift, donation, donations, charity, gifts and donations, donate, presents",
    "health": "medication, medications, drugstore, chemists, clinic, clinics, medicals, hospitalisation, medical shop, medical store, medicine shop, doctor visits, doctor fees, physician, healthcare expenses, health, healthcare, medical, medicine, medicines, pharmacy, pharmacies, doctor, doctors, hospital, hospitals, "
    "chemist, medical bills, medical expenses, health care",
    "fitness": "gymnasium, gym fees, workout, working out, sport, fitness, gym, gyms, gym membership, sports, yoga",
    "personal_care": "parlour, parlor, beauty parlour, barber, barbers, hairdresser, hairdressers, hair cut, hair cuts, salons, personal care, grooming, salon, haircut, haircuts, beauty, spa",
    "education": "education, tuition, school fees, school, college fees, courses, tuition fees, coaching",
    "childcare": "childcare, child care, daycare, nursery, creche",
    "pets": "my pet, animals, pets, pet, pet care, vet, vets, veterinarian",
    "insurance": "insurance, premium, premiums, insurance premium, insurance premiums, insurances, policy premiums, policy premium, insurance policy, insurance policies, health policy, policy, policies",
    "loan": "loan instalment, loan installment, loan installments, emi payments, emi payment, emi debit, borrowings, loan dues, loan servicing, debt repayment, debt repayments, loan, loans, emi, emis, loan payment, loan payments, loan repayment, loan repayments, mortgage, loan emi, "
    "home loan, car loan, instalments, installments, loan instalments",
    "investment": "investing, invested, invest, mutual fund sip, mutual fund sips, invested money, investment, investments, sip, sips, mutual fund, mutual funds, stocks and funds",
    "fees": "fee, fees, bank fees, bank charges, charges, service charges, bank fee, statement fee, statement fees",
    "tax": "tax, taxes, income tax",
    "salary": "pay packet, paychecks, salary credit, salary credits, monthly pay, take-home pay, take home pay, remuneration, salary, salaries, wages, wage, paycheck, paychecks, pay check, payslip, paycheque, pay cheque, payroll, employer, employers",
    "pension": "pension, pensions, pension payments, retirement pay",
    "interest": "interest, interest credited, bank interest, interest income, savings interest",
    "business_income": "business income, client payments, freelance income, freelancing",
    "cash": "cash taken out, cash drawn, drew cash, took out cash, take out cash, cash from atm, cash from the atm, atm cash, cash-out, cash outs, cash, cash withdrawal, cash withdrawals, atm withdrawal, atm withdrawals, atm, atms, cash machine, cash machines, cashpoint, withdrawals, withdrawal, withdraw, "
    "withdrew, withdrawn, cash deposit, cash deposits",
    "transfer": "sent to friends, money to friends, money to people, money sent to people, money sent to friends, sending money to people, money given to people, money i sent to people, transfers to family, transfers to people, payments to people, other people, friends, friends and family, family and friends, individuals, transfers to friends, peer to peer",
    "own_transfer": "own transfers to savings, own transfers, own transfer, own accounts, between my accounts, transfers between my accounts",
    "services": "services",
    "uncategorised": "uncategorised, uncategorized, without category, without a category, unclassified, no category",
}

_GROUPS: dict[str, str] = {
    "food": "food, food and beverages, food and drink, food and drinks, eating and drinking",
    "transport": "transport, transportation, getting around",
}
"""Words for a whole group of categories."""

_BUNDLES: dict[tuple[str, ...], str] = {
    ("utilities", "telecom"): "bills, household bills, monthly bills, bill payments",
}

_NARROWER: dict[str, str] = {
    "salary": "bonus, bonuses, performance bonus, incentive, incentives, overtime, arrears",
    "eating_out": "coffee, cafe, cafes, coffee shop, coffee shops, lunch, lunches, dinner, dinners, breakfast, pizza, burgers, snacks, drinks, beer, alcohol, pubs, bar, pub, bars",
    "groceries": "milk, vegetables, vegetable, fruit, fruits, veggies, meat, fish, chicken, bread, rice, snacks, alcohol",
    "utilities": "electricity, electricity bill, electricity bills, power bill, water, water bill, water bills, power, power bills, electric bill, electric, gas, gas bill, light bill, current bill, cooking gas",
    "public_transport": "metro card, metro cards, metro recharge, metro recharges",
    "travel": "flights, flight, hotels, hotel, airfare, tickets, airline, airlines, goa trip",
    "clothing": "shoes, sneakers, jeans, saree, sarees",
    "electronics": "laptop, laptops, headphones, phones",
    "entertainment": "pub, pubs, bar, bars, games, gaming, video games, concerts, concert, books, music, netflix",
    "health": "dentist, dental, glasses, optician, lab tests",
    "insurance": "health insurance, medical insurance, car insurance, bike insurance, vehicle insurance, motor insurance, life insurance, "
    "term insurance, travel insurance, home insurance, pet insurance, phone insurance",
    "pets": "pet food, dog, dog food, cat food, cat",
    "vehicle": "car wash, tyres, toll, tolls, fastag, parking, parking fees, car, bike",
    "taxi": "uber rides, airport cab",
    "childcare": "kids, children, diapers, baby",
    "gifts": "wedding gifts, birthday gifts, temple",
    "education": "exam fees, books, tuition classes",
    "fees": "late fees, atm fees, penalty, penalties",
    "tax": "council tax, property tax, house tax",
    "household": "sofa, curtains, cleaning, maid, house help",
    "subscriptions": "tv, cable, newspaper, newspapers, magazines, apps",
    "loan": "credit card bill, credit card bills, credit card bill payment, credit card bill payments, car emi, house loan, personal loan, education loan",
}
"""Things inside a category: its total would be too much, so it is offered and never taken."""

PLACES = frozenset(
    "pump bar pub club clinic dentist vet airline hotel chemist college nursery subscription shop store restaurant cafe eatery supermarket pharmacy hospital doctor gym salon spa school station".split()
)
"""Words of a category that are also words for those who are paid: "which restaurant"."""

CategoryMention = Mention[tuple[str, ...]]


def _table() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for slug, words in _EVERYDAY.items():
        table |= {form: (slug,) for word in words.split(",") for form in _forms(word.strip())}
    for group, words in _GROUPS.items():
        slugs = tuple(category.slug for category in CATEGORIES if category.group == group)
        table |= {word.strip(): slugs for word in words.split(",")}
    for slugs, words in _BUNDLES.items():
        table |= {word.strip(): slugs for word in words.split(",")}
    return table | {category.name.casefold(): (category.slug,) for category in CATEGORIES}


def _forms(word: str) -> tuple[str, ...]:
    """The word as it is, and its singular."""
    return (word, stem(word)) if word.endswith("s") and " " not in word else (word,)


WORDS: dict[str, tuple[str, ...]] = _table()
"""Every word or phrase that means one or more whole categories."""

NARROWER: dict[str, tuple[str, ...]] = {}
for _slug, _words in _NARROWER.items():
    for _word in _words.split(","):
        NARROWER[_word.strip()] = (*NARROWER.get(_word.strip(), ()), _slug)

_AND = re.compile(r" ?[&/+] ?")


def _spelt(word: str) -> str:
    """A pattern for `word` with "and" written in any way: "phone & internet"."""
    return re.escape(word).replace(r"\ and\ ", r"(?:\ and\ |\ ?[&/+]\ ?)").replace(r"\ ", "[ -]")


_WORD = re.compile(
    rf"(?<![\w'&-])(?P<word>{'|'.join(_spelt(w) for w in sorted(WORDS, key=len, reverse=True))})(?!(?!'s\b)['&]?\w)"
)


def read_categories(text: str) -> list[CategoryMention]:
    """The categories that a normalised question names."""
    found = _WORD.finditer(text)
    named = ((_meant_by(_AND.sub(" and ", match["word"])), match) for match in found)
    return cover(Mention("category", slugs, match.start(), match.end(), weight=5) for slugs, match in named)


def _meant_by(word: str) -> tuple[str, ...]:
    return WORDS.get(word) or WORDS[word.replace("-", " ")]
