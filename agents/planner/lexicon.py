"""The phrases that say what is asked: one table of patterns, each with the cue it gives.

A cue is a word of the small language that `parse` reads; a question is a sequence of cues, names, periods and amounts.
Words that are in no table are not skipped: see `FILLER`.
"""

import re
from enum import StrEnum, auto
from functools import cache

from agents.planner import neutral
from agents.planner.calendar_words import NUMBERS
from agents.planner.categories import PLACES
from agents.planner.mentions import Mention
from core.insights.buckets import WEEK_DAYS, WEEKEND_DAYS, WORKING_DAYS
from core.insights.query import Dimension, Measure
from core.periods import Unit


class Cue(StrEnum):
    HOW_MUCH = auto()
    WHICH = auto()
    WHO = auto()
    WHERE = auto()
    WHEN = auto()
    DAYS_AGO = auto()
    WHY = auto()
    YES_NO = auto()
    SHOW = auto()
    MEASURE = auto()
    """Value: the Measure."""
    SAVINGS_RATE = auto()
    TOTAL = auto()
    PAYMENTS = auto()
    NOUN = auto()
    """Value: the Dimension that the noun names, as in "which merchants"."""
    GROUP = auto()
    """Value: the Dimension to break down by, as in "by merchant"."""
    PACE = auto()
    """Value: the Unit of "a month", "per day"."""
    EACH = auto()
    """Value: the Unit of "each month", "daily"."""
    TREND = auto()
    BREAKDOWN = auto()
    TOP = auto()
    """Value: how many, or 1."""
    LATEST = auto()
    """Value: how many of the latest, or 1."""
    FIRST = auto()
    MOST = auto()
    LEAST = auto()
    MORE = auto()
    LESS = auto()
    COMPARE = auto()
    DIFFERENCE = auto()
    USUAL = auto()
    SHARE = auto()
    SHARE_OF = auto()
    EXCEPT = auto()
    ONLY = auto()
    SPACED = auto()
    """How far apart payments are in time."""
    SO_OFTEN = auto()
    """How often somebody was paid: "more than once", "at least five times"."""
    OR = auto()
    BOTH = auto()
    WEEKDAYS = auto()
    """Value: the weekdays meant."""
    HOURS = auto()
    """Value: first and last hour of the day, included."""
    STATUS = auto()
    BALANCE = auto()
    ACCOUNTS = auto()
    ALERTS = auto()
    FLAGGED = auto()
    ALERT_STATUS = auto()
    ANAPHORA = auto()
    THAT_TIME = auto()
    AGAIN = auto()
    """The start of a follow-up: "and", "what about"."""
    TO_ME = auto()
    MEMORY = auto()
    """Value: nothing; "do you remember", "something about"."""
    SINCE_WHEN = auto()
    """For how long somebody has been paid: when it began."""
    REFUNDS = auto()
    RECURRING = auto()
    """Value: whether the next one is asked for."""
    OPENING = auto()
    """Of a balance: the one at the start."""
    COVERAGE = auto()
    """How far back the data go."""
    NEUTRAL = auto()
    """A phrase that changes nothing."""
    YES = auto()
    GREETING = auto()


CueMention = Mention[tuple[Cue, object]]

_N = "|".join(re.escape(word) for word in sorted(NUMBERS, key=len, reverse=True) if word not in ("a", "an"))
_PAYMENT = r"(?:payments?|bill|transactions?|txns?|trxns?|transfers?|purchases?|debits?|orders?|entries|expenses?|expenditures?|spends|bookings|spendings?|movements?|debit transactions?)"
_OCCASIONS = r"(?:rides|trips|visits|meals|recharges|top-?ups|refills|fills|fill-?ups|withdrawals|salaries|paychecks|paycheques|bills|tickets|bookings|stays|sessions|appointments|deliveries|refunds|cheques)"
_MERCHANT = r"(?:merchants?|payees?|shops?|stores?|vendors?|retailers?|brands?|compan(?:y|ies)|business(?:es)?|places?|outlets?|counterpart(?:y|ies)|recipients?|beneficiar(?:y|ies)|senders?|payers?|sources?|websites?|sellers?)"

_WHEN_ONLY = (
    r"(?: so far| in total| altogether)?[?.! ]*(?:$|,? (?:(?:in|for|during|over|between|from) )?(?:the )?(?:whole of )?"
    r"(?:last|past|previous|this|current|since|until|till|yesterday|today|20\d\d|q[1-4]|each|every|per"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*)\b)"
)
"""Behind "how much cash" nothing but a time is said: then cash itself is asked about, and no money that was spent."""

_NOUNS: dict[Dimension, str] = {
    Dimension.CATEGORY: r"categor(?:y|ies)|catagor(?:y|ies)|types?|kinds?|areas?|heads?|buckets?|things?|spending type",
    Dimension.COUNTERPARTY: rf"{_MERCHANT}|person|people|persons|whom",
    Dimension.ACCOUNT: r"accounts?|customers?|clients?|account holders?",
    Dimension.BANK: r"banks?",
    Dimension.CHANNEL: r"channels?|payment (?:methods?|modes?|types?|channels?)|modes?(?: of payment)?|methods?(?: of payment)?|instruments?",
    Dimension.STATUS: r"status(?:es)?",
    Dimension.WEEKDAY: r"day of (?:the )?week|days of (?:the )?week|weekday(?= (?:do|did|had|has|is|was|i|spend|most|brings|brought|sees|saw|gets|got|gives|gave)\b)|day of week",
    Dimension.HOUR: r"hours?(?: of (?:the )?day)?|time of (?:the )?day|times of (?:the )?day",
    Dimension.DAY: r"days?|dates?",
    Dimension.WEEK: r"weeks?",
    Dimension.MONTH: r"months?",
    Dimension.QUARTER: r"quarters?",
    Dimension.YEAR: r"years?",
}
_GROUPED = _NOUNS | {
    Dimension.COUNTERPARTY: "|".join((_NOUNS[Dimension.COUNTERPARTY], *(rf"{place}s?" for place in sorted(PLACES))))
}
""" "By pump" and "by restaurant" are by whom was paid, where alone these are categories."""
_ADVERBS = {
    Unit.DAY: "daily|day[- ]to[- ]day|day by day|day[- ]?wise|every day|each day",
    Unit.WEEK: "weekly|week by week|week[- ]?wise|every week|each week",
    Unit.MONTH: "monthly|month by month|month[- ]?wise|every month|each month|month to month",
    Unit.QUARTER: "quarterly|quarter by quarter|quarter[- ]?wise|every quarter|each quarter",
    Unit.YEAR: "yearly|annually|annual|year by year|year[- ]?wise|every year|each year",
}
_CALENDAR = (Dimension.DAY, Dimension.WEEK, Dimension.MONTH, Dimension.QUARTER, Dimension.YEAR)
_BY_TIME = r"(?:by|grouped by|broken down by|split by|across|according to)"
_BY = r"(?:by|per|for each|for every|for all|grouped by|broken down by|split by|split (?:up )?across|across|in each|from each|at each|to each|on each|each|against each|according to|based on|over the)"

_OFF_LIMITS: dict[str, str] = {
    "claim": r"(?<!i )(?<!we )(?<!they )\b(?:raise|file|initiate|lodge|register|open) (?:a |an |the |my )?(?:chargebacks?|disputes?|complaints?|grievances?|fir|claims?)\b|^(?:(?:please|kindly|just|now|can you|could you) )*get (?:it|that|this|them|my money|the money|that money|this money) back\b"
    r"|\b(?:who(?:m)?|where|how)(?: else)? (?:do|can|could|should|must|shall|would|may) (?:i|we) (?:go (?:and |to )?)?(?:complain|report|write|talk|speak|call|ring|contact|reach|approach|turn|escalate|dispute|object|appeal)\b(?! (?:to )?(?:the )?most\b)",
    "action": r"^(?:(?:please|pls|kindly|hey|hi|hello|ok|now|just|finlens|can you|could you|would you|will you|can i|could i|may i|i want to|i'd like to|i would like to|i need to|help me(?: to)?|go ahead and|let's|let me) ,?)*"
    r"(?:send|transfer|pay|wire|move|block|unblock|freeze|unfreeze|cancel|close|open(?! (?:fraud )?(?:alerts?|cases?)\b)|activate|deactivate|change|update|delete|remove|erase|add(?! up)|set up|setup|raise|dispute|buy|sell|apply|stop|reverse|increase(?! in\b)|decrease(?! in\b)|reduce|book|schedule|order|report a|lock|reset|create|make a|issue|withdraw|deposit|top up|recharge|categorise|categorize|mark|dismiss|confirm(?= (?:the |this |that |these |my )?(?:alerts?|cases?|payments?|transactions?|frauds?|it)\b)|approve|reject|export|email|mail|print|download|notify|remind(?! (?:me|us) (?:what|how|when|who|whom|which|where|of)\b)|write|tell me a|translate|play|call)(?! (?:me |the |my |us )?(?:by|as|statement of))\b",
    "topic": r"\b(?:(?:rates? of interest|interest rates?) (?:do|does|are|is) (?:you|the bank|charged|offered)|what (?:rates? of interest|interest rates?)|(?:highest|best|better|more|good) returns?(?= (?:over|in|next|on|from)\b)|(?:price|rate|cost) per (?:kilo|kg|litre|liter|unit|piece|gram)s?|(?:which|what) (?:of the )?(?:items|products)(?= (?:on|in|from|were|did)\b)|(?:best|lowest|cheapest|good) (?:home |car |gold |personal |education )?(?:loan|interest|fd|deposit) (?:rates?|offers?)|am i eligible|eligib\w+|credit score|cibil|pre-?approved|loan offers?|(?:(?:jokes?|riddles?|limericks?|poems?|haikus?|shayari)(?= (?:about|on|for|please|pls|with)\b|$))|how old are you|(?:did|do) you (?:have|eat|spend|earn|buy|like|drink|watch|cost)(?! (?:my|any|all|a record|data|access|the|records|of|from|it|about)\b)|stock markets?|share markets?|sensex|nifty|gold (?:rates?|prices?)|exchange rates?|inflation|weather|cricket|election)\b",
    "future": r"\b(?:will (?:i|my|we|it|the|there|this)|(?:am|are|is|i'm) (?:going to|gonna) (?:spend|pay|be|have|need|cost|get|run|earn|receive|save)|next (?:week|month|year|quarter|fy|financial year|weekend|\d+ \w+)|tomorrow|forecasts?|predict\w*|projections?|projected|upcoming|expected to|(?:can|could) i afford|afford|by the end of (?:this|the|next) \w+|run out)\b",
    "advice": r"\b(?:should (?:i|we)|shall i|recommend\w*|(?<!please )(?<!kindly )(?<!to )advi[sc]e(?! (?:me )?(?:of |on |about )?(?:the|my|what|how|total|amount|balance|us)\b)|(?:some|your|any|investment|financial) advi[sc]e|tips?|how (?:can|do|could|to|should) (?:i |we )?(?:save|reduce|cut|invest|improve|spend less|budget|earn more)|best way|is it (?:wise|good|better|ok|okay|safe) to|worth it|how to)\b",
    "others": r"\bhow much (?:salary|pay|wages|pension|income) (?:does|do|did) (?!i\b|we\b|my\b|our\b)[\w' ]{2,40}? (?:get|earn|make|draw|receive|have)\b|\b(?:(?<!my )(?<!our )(?:richest |wealthiest |top |biggest )?(?:customers|account holders|depositors|clients) (?:of|at|with|in) (?:your|the|this|my) bank|how much (?:balance|money) (?:she|he|they) (?:has|have)|(?:in|of) (?:her|his) (?:bank )?account|(?:other|another|all(?: of)?(?: the| your| our)?|every|any|different|each) (?:customer|user|client|account holder|account owner|member)s?(?:'s?)?|other (?:people|person)s?'s?(?= (?:accounts?|payments|balance|spending|transactions|money|salary))|someone else(?:'s)?|somebody else(?:'s)?|everyone(?: else)?(?:'s)?|everybody(?: else)?(?:'s)?|(?:did|does|do|has|have|had|is|was|are|of) (?:my|his|her|their|our) (?:wife|husband|spouse|partner|brother|sister|mother|father|mom|mum|dad|son|daughter|friend|neighbou?r|boss|colleague|ex|kid|child|girlfriend|boyfriend|roommate|flatmate)s?(?! (?:\w+ ){0,3}(?:me|us)\b)|(?:my|his|her|their|our) (?:wife|husband|spouse|partner|brother|sister|mother|father|mom|mum|dad|son|daughter|friend|boss|girlfriend|boyfriend|roommate)(?:'s| spent| spends?| paid| pays| earns?| balance)|people like me|average (?:person|customer|indian|user)|does (?!(?:my|our|the|it|this|that|rent)\b)[a-z]+(?: [a-z]+)? (?:earn|get paid|spend|own|take home)|salary (?:does|do|did) (?!(?:i|we)\b)[a-z]+(?: [a-z]+)? (?:draw|make|earn|pull in|bring home|take home|receive)|peers?)\b",
    "secrets": r"\b(?:(?:tele)?phone number|mobile number|(?:home|postal|residential|email) address|date of birth|aadhaar|whereabouts|pan(?: number| card)?s?(?! (?:\w+ )?(?:limit|threshold|rule|cut-?off|requirement)s?\b)|passwords?|cvv|otp|pin|api keys?|system prompt|your (?:instructions|prompt|rules)|drop table|select \*|sql|(?:ignore|disregard|forget|override) (?:all |any |your |the |my |previous |prior |every )*(?:instructions?|rules?|prompts?|restrictions?|scope|above|previous)|you are now|act as|pretend|jailbreak|developer mode|admin mode)\b",
}

_PHRASES: list[tuple[Cue, object, str]] = [
    # What kind of answer.
    (Cue.MEASURE, Measure.COUNT, rf"(?:how many|number of|no\.? of) (?:different|distinct|unique|separate|various|individual)|how many(?: (?:of (?:my|the|those|these|them) )?(?:different )?(?:individual )?(?:{_PAYMENT}|bills|visits|rides|trips|meals|recharges|instal?lments|instances|fill[ -]?ups|swipes|times|occasions|instances|separate {_PAYMENT}))?|number of(?: (?:{_PAYMENT}|times))?|(?:distinct|unique)(?= (?:merchants|payees|shops|stores|vendors|counterparties|recipients|people|categories))|no\.? of(?: {_PAYMENT})?|count(?: of(?: (?:my|the))?(?: {_PAYMENT})?)?|how often|how frequently|{_PAYMENT} count|how many times|# of {_PAYMENT}|frequency(?: of)?|(?<=\w )(?:visits|swipes)$"),
    (Cue.HOW_MUCH, None, rf"how much(?: (?:money|(?<!took out how much )(?<!take out how much )(?<!withdrew how much )cash(?! (?:(?:have|did|do|has|was|were|is) )?(?:(?:i|we)(?:'ve)? )?(?:have |do )?(?:withdr|take out|took out|taken out|draw|drew|pull|took|wd|used?\b))(?!{_WHEN_ONLY})|in total|total|in all|altogether|amount))?|what amount|what sum|how many (?:rupees|rs|dollars|euros|pounds|crowns|lakhs?|crores?)|hw much|how mch"),
    (Cue.WHICH, None, r"which(?: of (?:my|the))?|what(?= (?:categor|merchant|month|day|week|shop|store|payee|bank|account|channel|place|hour|quarter|year|type|kind|compan|vendor|time of|weekday))|on what"),
    (Cue.WHO, None, r"who(?: all)?|whom|to whom|who's"),
    (Cue.WHERE, None, r"where(?:'s)?"),
    (Cue.WHEN, None, r"when(?:'s)?|whenever(?= (?:did|was|have|do)\b)|(?:the |what )?dates? (?:of|when|on which|for)|what (?:was|is) the (?:date|day|time) (?:of|when|that|on which)|(?:on )?(?:what|which) (?:date|day)(?= (?:did|was|were|do|does|is|has|have|had|i|we|my|the)\b(?!.*(?:most|least|highest|biggest|largest|lowest)))|(?:at )?what time"),
    (Cue.DAYS_AGO, None, r"days since|how (?:many days|long) (?:ago|back)|how (?:long|many days) since|(?:how many )?days (?:have )?(?:passed|elapsed|gone by) since|how long has it been since|how many days (?:have passed |has it been |is it |are there )?since|days since"),
    (Cue.SPACED, None, r"(?:how many days|number of days|how much time|how long|(?:what|which)(?: is| was)? the time|(?:the |my )?(?:average|typical|usual|mean|normal) (?:number of )?(?:time|gap|interval|days|wait|spacing))(?: (?:is there|are there|was there|were there|do i leave|passes|pass|passed|went by|go by|lie|lies|lay))? (?:in )?between(?! (?:the )?\d)|(?:the )?(?:gap|interval|time|days)(?: in days)? between (?:my |the |two |each )*(?=(?:last two|last 2|consecutive|successive)\b)|every how many days|once (?:in|every) how many days|how many days apart|how far apart in (?:time|days)|(?:consecutive|successive)|(?:average|typical|mean) interval(?: of)?"),
    (Cue.WHY, None, r"why|how come|for what reason|what (?:is|was|are|were|'s) the reasons?(?: for| behind| that| why)?|what'?s wrong with|what is wrong with|what (?:drove|caused|triggered|set off|tripped|pushed up)|explain|reasons? (?:for|behind|why)"),
    (Cue.YES_NO, None, r"^(?:(?:and|so|but|ok|hey|hi) )*(?:did|do|does|have|has|had|was|were|is|are|am)(?= (?:i|my|we|our|the|that|it|this|there|those|these|any|anyone|anybody|he|she|they)\b)"),
    (Cue.SHOW, None, r"name(?= (?:the|my)\b)|show(?: me| us)?|list(?: out| down)?|rank(?= (?:my|the|our|all)\b)|display|see|view|pull up|find(?: me)?|fetch|let me see|details? (?:of|for|on|about)|itemi[sz]ed?|give me a list of|the list of|a list of|list of|what (?:are|were)|look up|search(?: for)?|enumerate|breakup of|share(?= (?:the|my|me|with|us|all|details?|a list|number)\b)(?: with)?(?: (?:me|us))?"),
    (Cue.TREND, None, r"trends?|over time|evol(?:ve[ds]?|ution)|histor(?:y|ically)|develop(?:ed|ment)|pattern|through the (?:months|year)|going (?:up|down)|getting (?:higher|lower|worse|better)|progress(?:ion)?|timeline|graph|chart|plot"),
    (Cue.BREAKDOWN, None, r"break ?down|break(?:ing)? (?:it|that|this|them|these|those) (?:down|up)|broken down|break ?up|split(?: up)?|distribution|composition|itemi[sz]ation|bifurcation|summar(?:y|ise|ize)|overview"),
    # Measures.
    (Cue.MEASURE, Measure.COUNT, r"how many bills(?= (?:were|was|are|is)(?: there)? (?:in|of|behind|for) (?:that|this|it|those|them))|(?:head ?count|tally|quantity|volume count|ticket count|txn count)(?: of)?(?: (?:the |my )?(?:payments|transactions))?"),
    (Cue.SHARE, None, r"(?:what |my )?(?:share of wallet|wallet share)(?: of)?"),
    (Cue.MEASURE, Measure.AVERAGE, r"per(?= (?:[\w']+ ){0,2}(?:run|visit|trip|order|bill|meal|ride|purchase|time|shop|go|outing)\b)"),
    (Cue.SINCE_WHEN, None, r"(?:since how (?:long|many days|many months)|for how long|since when|how long)(?: (?:have|has|had|do|did|am|are) (?:i|we)(?: been)?| i have been| i am| i've been)?(?: (?:visiting|paying|using|buying (?:from|at)|going to|shopping at|a customer (?:of|at)|with|subscribed to))?"),
    (Cue.MEASURE, Measure.SPEND, r"spen[dt]s?|spending|spendings|spended|expenses?|expenditures?|outgoings?|outflows?|outgo|money out|money going out|gone out|went out|goes out|go out|left my account|(?<=that )left(?= (?:in|during|on|last|this|my)\b)|(?<=which )left(?= (?:in|during|on|last|this|my)\b)|went|go(?:es|ing)? on|went (?:on|to|towards|into)|gone (?:on|to|towards?|into|for)|go(?:es|ing)? (?:to|towards?|into)|(?:is|was) going to|(?:went|gone|going|goes|go) out (?:of|from) (?:my|the|our) (?:bank )?accounts?|leav(?:e|es|ing)(?= (?:the |my |all |most )?(?:most|money|cash)\b)|sink|sunk|pump(?:ed)?(?= (?:into|in)\b)|lay out|laid out|put down|cough up|hand(?:ed)? over|los(?:e|t)(?= (?:to|on)\b)|damage(?= (?:on|for|at|from|in|last|this)\b)|dent|shell(?:ed)? out|fork(?:ed)? out|splash(?:ed)?(?: out)?|bl(?:ow|ew|own)|burn(?:ed|t)?(?: through)?|splurged?|squander(?:ed)?|part(?:ed)? with|purchased?|b[ou]ught|buy|fill(?:ed|ing)? up(?: on| with)?|top(?:ped|ping)? up(?: on| with)?|tank(?:ed)? up|refuel(?:led|ed)?|refill(?:ed)?|deducted|lavish(?:ed)?|fritter(?:ed)? away|wast(?:e|ed)|expended|disburs(?:ed?|ements?)|(?<!which )(?<!what )(?<!the )(?<!one )shop(?:ped)?|order(?:ed)?|debited|charged|billed|incurred|outlay|dish(?:ed)? out|cough(?:ed)? up|consum(?:e|ed|ption)|drop(?:ped)?(?= (?:on|at))|cost(?:s|ing)?(?: me)?|(?:set|sets|setting) (?:me|us) back|g[eo]t(?:s|ting)? through|run through|ran through|run up|ran up"),
    (Cue.MEASURE, Measure.SPEND, r"pa(?:y|id|ys|ying|yed)(?: out| off| for| towards)?|sen[dt]|transferred|transfer(?= (?:to)\b)|gave|given?(?= to| in| for| as| away)?|remitted|visit(?:ed)?|stayed|go to|went to|gone to|use[ds]?"),
    (Cue.MEASURE, Measure.INCOME, r"earn(?:ed|ings?|s)?|incomes?|inflows?|incoming(?: money| payments?| transfers?)?|money in(?= ?(?:[?.!,]|$|and|or|vs|versus|last|this|by|per|each|from|during|for))|money coming in|c(?:o|a)mes? in(?:to)?(?: (?:my|the|our) (?:bank )?accounts?)?|gross inflows?|coming in(?:to)?|comes in(?:to)?|rec(?:ei|ie)v(?:e[ds]?|ing)|recd|receipts|got(?= (?:from|paid|in|last|this|for|as|back)\b)|get paid|got paid|was i paid|am i paid|were i paid|credited|credits?(?! card)|deposited|deposits?|(?<=how much i )made|(?<=much have i )made|(?<=money have i )made|(?<=much did i )make|(?<=money did i )make|(?:paid|sent|gave|given|transferred)(?: any)?(?: money)? (?:to )?(?:me|us)\b|(?:pay|send|transfer)s? (?:to )?(?:me|us)\b|gives? (?:to )?me(?= (?:money|cash|back)\b)|paying me|paid into(?: (?:my|our) (?:bank )?accounts?)?|(?:money|amounts?|cash|was|been|got) paid in|were paid in(?! (?:the |this |last |total\b|all\b|full\b|cash\b|q[1-4]|h[12]|20\d\d|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))|g[eo]t(?= (?:from|back|via|through|in total|in all|paid)\b)|revenues?|takings|proceeds|entered my account|hit my account|arrived"),
    (Cue.MEASURE, Measure.NET, r"after (?:all )?(?:of )?(?:my )?(?:spending|expenses|expenditure|outgoings)|(?<!that )(?<!which )(?:left|remain(?:s|ed|ing)?)(?= (?:over |of |from |in |after |with me|with us))|net(?: savings?| cash ?flow| flow| amount| income| position| result)?|cash ?flow|sav(?:e|ed|ings?)|put aside|set aside|left over|leftover|surplus|deficit|income (?:minus|less|versus|vs\.?|and) (?:all )?(?:of )?(?:my |the )?(?:spend(?:ing)?|expenses|expenditure)|(?:in|plus) or (?:in|minus)|net worth change|(?:money |cash |what )?(?:came |come |comes |coming )?in (?:less|minus|against|vs\.?|versus) (?:the |my )?(?:money |cash |what )?(?:went |goes |going )?out|(?:income|inflows?|earnings|receipts) (?:less|minus|net of) (?:my |the )?(?:outflows?|outgoings|expenses|spending|payments)"),
    (Cue.SAVINGS_RATE, None, r"savings? rate|rate of savings?|(?:what )?(?:share|percentage|percent|%|proportion|part|fraction) of (?:my )?(?:income|salary|earnings) (?:did|do|have|was|is|that) (?:i |was )?(?:saved?|left|put aside|keep|kept)|how much of my (?:income|salary|earnings) (?:did|do|have) i (?:saved?|keep|kept)"),
    (Cue.MEASURE, Measure.AVERAGE, r"(?:the )?averages? (?:per|a|for each|for every) (?:bill|payment|transaction|purchase|visit|order|meal|trip|time|ticket)|(?:per|for each|each) (?:bill|payment|transaction|purchase|visit|order|meal|trip|time)|averages?|avg\.?|mean|typically|on an? average|on average|in an average"),
    (Cue.MEASURE, Measure.MEDIAN, r"median|middle value"),
    (Cue.MEASURE, Measure.VOLUME, r"volumes?|money moved|amount moved|turnover|value of (?:all )?(?:transactions|payments)|transaction value|payment value|moved|process(?:ed)?|throughput|gross flow"),
    (Cue.TOTAL, None, r"add(?:s|ed)? up(?: to)?|amounts? to|comes? to|came to|(?:grand |sum )?totals?|sum(?: total)?|altogether|in all|all told|in total|combined|(?:across |in |of )?(?:all|every)(?: of)?(?: the| my)? (?:categor(?:y|ies)|heads)|overall total|aggregate|cumulative(?:ly)?|amount(?: of money)?|put together|the whole"),
    (Cue.PAYMENTS, None, _PAYMENT),
    (Cue.MEASURE, Measure.ALERT_PRECISION, r"(?:the )?(?:precision|hit rate|accuracy|true positive rate|confirmation rate)(?: of (?:the |our |my |all )?(?:fraud )?alerts?)?|alert precision"),
    # Superlatives and ranks.
    (Cue.MEASURE, Measure.LARGEST, r"(?:single )?(?:largest|biggest|highest|peak|maximum|max|most expensive|priciest|costliest|greatest|heaviest|huge(?:st)?|worst|top)(?: single| individual| ever)?"),
    (Cue.MEASURE, Measure.SMALLEST, r"(?:single )?(?:smallest|lowest|minimum|min|least expensive|cheapest|tiniest|littlest)(?: single| individual| ever)?"),
    (Cue.TOP, "n", rf"(?:my |the )?(?:top|first|biggest|largest|highest|most expensive|main|leading)[ -](?P<n>\d{{1,3}}|{_N})(?: (?:biggest|largest|highest|most expensive|costliest))?|(?:the |my )?(?P<m>\d{{1,3}}|{_N}) (?:biggest|largest|highest|most expensive|costliest|top|main|heaviest|most (?:frequent|visited|used|common)|busiest)"),
    (Cue.TOP, "low", rf"(?:bottom|smallest|lowest|cheapest|(?<!at )least)[ -](?P<n>\d{{1,3}}|{_N})|(?P<m>\d{{1,3}}|{_N}) (?:smallest|lowest|cheapest)"),
    (Cue.LATEST, "n", rf"(?:my |the )?(?:last|latest|most recent|recent|previous|newest|past)(?: (?P<n>\d{{1,3}}|{_N}))?(?= (?:\w+ )?(?:{_PAYMENT}|{_OCCASIONS}|things|items)\b)|latest|newest|most recent(?:ly)?|last time|the last one|recent(?= (?:activity|ones))"),
    (Cue.FIRST, None, rf"first time|earliest|oldest|(?:my |the )(?:very )?first(?= (?:\w+ )?{_PAYMENT}\b)|first"),
    (Cue.FIRST, None, r"(?:did|have) (?:i|we) first"),
    (Cue.LATEST, "n", rf"(?:(?<=show )|(?<=list )|(?<=see )|(?<=me )|(?<=display ))(?:only |just )?(?:my |the )?(?:last|latest|most recent|recent|newest) (?P<n>\d{{1,3}}|{_N})(?= ?(?:ones?|of (?:them|those|these|it)|please|only|now|instead)*$)"),
    (Cue.LATEST, "n", r"last|previous"),
    (Cue.LATEST, "n", r"(?:did|have) (?:i|we|they|he|she) last"),
    (Cue.MOST, None, r"(?:the )?most(?: (?:money|often|frequently|frequent|on|payments|transactions|times))?|more than (?:any|all) others?|the biggest chunk|mostly|mainly|primarily|maximum amount"),
    (Cue.LEAST, None, r"(?:the )?least(?: (?:money|often|frequently))?|fewest"),
    # Groups.
    *((Cue.GROUP, dimension, rf"{_BY if dimension not in _CALENDAR else _BY_TIME} (?:(?:the|my|different|individual|various) )?(?:{nouns})|(?:{nouns})[- ]?wise") for dimension, nouns in _GROUPED.items()),
    (Cue.THAT_TIME, None, r"(?:in |during |for |over )?(?:that|the same) (?:day|week|month|quarter|half[ -]?year|year|period|stretch|time)"),
    *((Cue.NOUN, dimension, nouns) for dimension, nouns in _NOUNS.items()),
    *((Cue.PACE, unit, rf"(?:per|a|an|in a|in an|for a|/ ?|during a) (?:(?:single|given|typical|average|normal|calendar|whole|full|entire) )?{unit.value}|p\.?{unit.value[0]}\.?") for unit in _ADVERBS),
    *((Cue.EACH, unit, rf"(?:for |in |during |on )?(?:each|every) (?:(?:single|calendar) )?{unit.value}|{adverbs}") for unit, adverbs in _ADVERBS.items()),
    # Comparisons and shares.
    (Cue.COMPARE, None, r"compar(?:e[ds]?|ing|ison)(?: (?:to|with|against|between|of))?|versus|vs\.?|v/s|as against|against|relative to|as opposed to|than|rather than|in comparison (?:to|with)|side by side|differ(?:s|ed)? from|when compared (?:to|with)"),
    (Cue.DIFFERENCE, None, r"differences?(?: between| in)?|(?:the )?gap(?: between)?|exceed(?:s|ed)?|by how (?:much|many)|chang(?:e[ds]?|ing)(?: in| of)?|(?:by )?how (?:much|many)(?: rupees| rs| dollars| euros| pounds| bucks)? (?:more|less|higher|lower|extra|fewer|dearer|cheaper|bigger|smaller|larger|greater|costlier|pricier|steeper|heavier)(?: (?:money|rupees|rs|dollars|euros|pounds|bucks))?|increas(?:e[ds]?|ing)(?: in| of)?|hike(?: in| of)?|decreas(?:e[ds]?|ing)(?: in| of)?|gr(?:e|o)w(?:n|s|th)?|ris(?:e|en|ing)|rose|f(?:e|a)ll(?:en|ing)?|(?:gone|went|go|come|came) up or down|(?:gone|went|go|come|came) (?:up|down)|jump(?:ed)?|drop(?:s|ped)?(?: by)?|reduced|shr[au]nk|climbed|soared|surged|shot up|dipped|month[- ](?:on|over)[- ]month|(?<!to )(?<!for )(?<!from )(?<!does )(?<!did )(?<!my )(?<!our )mom(?!'s| cost| got| get)|year[- ](?:on|over)[- ]year|yoy|week[- ](?:on|over)[- ]week|wow|quarter[- ](?:on|over)[- ]quarter|qoq"),
    (Cue.MORE, None, r"more(?: money)?|higher|greater|bigger|larger|extra|up(?= (?:from|on|compared|vs|versus|against))|overspen(?:d|t|ding)"),
    (Cue.LESS, None, r"less(?: money)?|lower|fewer|smaller|cheaper|down(?= (?:from|on|compared|vs|versus|against))"),
    (Cue.USUAL, None, r"(?:a |my |the )?typical(?! (?:day|week|month|quarter|year|weekend|\w+day)\b)|(?:(?:more|less|higher|lower|bigger|smaller|different) )?(?:than|from|to|compared (?:to|with)|vs\.?|versus|above|below|for|over|under) (?:my |the |what i |i |what is |what's |it |its )?(?:own )?(?:(?:monthly|weekly|daily|yearly|usual|typical) )?(?:usual(?:ly)?|normal(?:ly)?|typical(?:ly)?|average|norm|generally|ordinary)(?: (?:spend(?:ing)?|amount|level|range|pay|is|for me|month|months|week))?(?: for me)?|(?:the |my )?usual(?:ly)?(?: amount| level| spend(?:ing)?)?|normal(?:ly)?|unusual(?:ly)?(?: (?:high|low|large|big))?|abnormal(?:ly)?|out of the ordinary|a lot(?: for me)?|too much|high for me|too high|typical(?= for me)"),
    (Cue.SHARE, None, r"(?:what|which|how much|how many)(?: is the| was the)? (?:share|percentage|percent|per ?cent|%|proportion|fraction|part|portion|chunk|slice|piece|ratio|weight) (?:of)?|(?:slice|ratio) of|(?:share|percentage|percent|per ?cent|%|proportion|fraction|portion) of|as a (?:share|percentage|percent|proportion|%) of|share(?! (?:the|my|me|with|us|all|details?|a list|number)\b)|percentage|percent|%|proportion|in percent"),
    # Conditions.
    (Cue.EXCEPT, None, r"^after(?= (?:the |my |our )?[a-z]+(?: and [a-z]+)? (?:what|which)\b.*\b(?:biggest|largest|highest|top|main|most|costliest)\b)|(?<=everything )but|(?<=all )but|(?<=anything )but|(?<=anywhere )but|bar(?= (?:the|my)\b)|except(?: for| on)?|excluding|exclude|excl\.?|other than|apart from|besides|without|leaving (?:out|aside)|not (?:counting|including|on|for|at)|leav(?:e|es|ing)(?: (?:out|aside))?|take away|taking away|minus|less the|ignoring|barring|without (?:counting|including|considering)|not including|but not|aside from|not(?! (?:yet|so))"),
    (Cue.SO_OFTEN, None, rf"(?:at least|more than|over|only|just|exactly) (?:once|twice|thrice|(?:\d{{1,3}}|{_N}) times)"),
    (Cue.ONLY, None, r"only|just|solely|alone|purely|exclusively"),
    (Cue.OR, None, r"or|plus|as well as|along with|together with"),
    (Cue.BOTH, None, r"both|together|either|respectively|each of"),
    (Cue.WEEKDAYS, WEEKEND_DAYS, r"(?:on|at|during|over|in) (?:the )?week ?ends?|week ?ends|weekend(?= (?:spend|spending|expenses|payments|transactions|purchases|shopping|eating))|every weekend"),
    (Cue.WEEKDAYS, WORKING_DAYS, r"(?:on |during |in )?(?:the )?week ?days|(?:on )?working days|work ?days|(?:on|during) (?:a )?weekdays?|weekday(?= (?:spend|spending|expenses|payments|transactions|purchases))"),
    *((Cue.WEEKDAYS, (day,), rf"(?:on )?(?:every |each |all )?{day}s|(?:every|each) {day}") for day in WEEK_DAYS),
    (Cue.HOURS, (0, 4), r"(?:after|past) midnight|in the middle of the night|in the small hours"),
    (Cue.HOURS, (0, 5), r"(?:late )?at night|overnight|during the night"),
    (Cue.HOURS, (5, 11), r"in the mornings?|mornings|before noon"),
    (Cue.HOURS, (12, 16), r"in the afternoons?|afternoons"),
    (Cue.HOURS, (17, 21), r"in the evenings?|evenings"),
    (Cue.STATUS, "failed", r"fail(?:s|ed|ing)?|declined|rejected|bounced|unsuccessful|did(?: not|n't) go through|refused"),
    (Cue.STATUS, "pending", r"pending|not yet (?:posted|settled)|on hold|awaiting|uncleared"),
    (Cue.STATUS, "success", r"successful|(?:did(?: not|n't)|never) fail|completed|settled|cleared|(?:that|which) went through"),
    # Other topics.
    (Cue.BALANCE, None, r"balances?|(?:what|how much)(?: money)? (?:was|is|were|lay|sat)(?: there)?(?= in (?:the |my |our )?(?:\w+ )?(?:accounts?|a/c)\b)|how much (?:money )?did (?:i|we) (?:have|hold)(?= (?:left|in|on|with|at|altogether|across|then)\b)|(?:the )?(?:state|status|condition)(?= of (?:my |our |the )?(?:\w+ )?(?:bank )?accounts?)|(?:what|how much)(?: money)? did (?:(?:all )?(?:of )?(?:my|our|the) )?accounts? (?:hold|have|stand at|show)(?: together)?|how much (?:money )?(?:do i have|have i got|do i own|is (?:there )?(?:in|left)|i have(?= (?:left|now|in (?:total|my|the|all)|on (?:me|hand)|available|altogether|across|currently|at|with)\b|$|[ ,.?!]*$)|is available|remains?)(?: (?:left|now|in total|available|altogether))?(?: (?:in|on|across) (?:my |the )?(?:bank )?accounts?)?|what do i have(?: left)?(?: in (?:the |my )?(?:bank|accounts?))?|available (?:funds|money|balance)|funds|(?:in|on) my (?:bank )?accounts? (?:right )?now|what(?: is|'s| do i have| have i got)?(?: left)? in (?:the|my) (?:bank|accounts?|kitty)(?: accounts?)?|(?:closing|ledger|book|current) balance|cash position|money at hand|cash in hand|(?:left|remaining) in (?:the|my) (?:bank|accounts?)|net worth|money do i have(?! (?:spent|paid|sent|received|earned))"),
    (Cue.OPENING, None, r"opening|starting(?= balance)"),
    (Cue.REFUNDS, None, r"(?:any |all |my |the )?(?:refunds?|chargebacks?|reversals?|money back|returned money)(?: and (?:refunds?|reversals?))?(?: (?:received|credited|i got|i received|from shops|from merchants|(?:has|have) (?:come|been (?:received|credited|paid))(?: (?:in|back))?(?: to (?:me|my account))?))?|(?:was|were|been|got|get) (?:refunded|reimbursed|paid back)(?: to me)?|refunded(?: to me)?"),
    (Cue.RECURRING, False, r"(?:payments?|bills?|charges?|costs?)(?: of mine| i have)?(?: that)? (?:recur|repeat)s?|what recurs|(?:recurring|repeating|regular|standing|periodic)(?: (?:orders?|instructions?|payments?|bills?|charges?|expenses?|debits?|outgoings?|transactions?|costs?|commitments?|spends?))|recurring|(?:what|which|how many)(?: active)?(?= (?:subscriptions|memberships) (?:do i (?:have|pay for)|am i (?:paying for|on)|are (?:active|running)))|active(?= subscriptions)|(?:what|which) are (?:all )?(?:of )?(?:my|our|the)(?= (?:\w+ )?(?:subscriptions|memberships)\b)|^(?:(?:please |kindly )?(?:list|show|give|tell|name)(?: me| us)?(?: out)? )?(?:all )?(?:of )?(?:my|our|all|the)(?: (?:current|active|running|present|paid))*(?= (?:subscriptions|memberships)(?: please)?$)|monthly (?:commitments|obligations)|(?:pay|paid|paying|charged|billed)(?: for)? regularly|regularly (?:pay|paid|paying|charged|billed)(?: for)?"),
    (Cue.RECURRING, True, r"when(?:'s| is| are)?(?: the| my)? next|(?:is|are) (?:next )?due(?: next)?|next due date(?: (?:of|for))?|due(?: (?:date|next|on))?(?: (?:of|for))?|renew|renews|renewing"),
    (Cue.ACCOUNTS, None, r"how many (?:customers|clients|accounts|account holders)(?= ?$)|how many (?:customers|clients|accounts|account holders)(?: (?:do (?:we|i) have|are there|have we got|does (?:the|our|my) bank have))|(?:which|what|how many|list(?: of)?|show(?: me)?|all)(?: (?:bank|are|of))?(?: (?:my|the|all))* accounts(?: do i (?:have|hold|own))?|my accounts|accounts do i (?:have|hold)"),
    (Cue.ALERTS, None, r"(?:fraud |new |risk )*alerts?|(?:payments|transactions) (?:that )?(?:were |was |got |have been )?alerted|flagged (?:payments|transactions|transfers)|suspicious (?:payments|transactions|activity|transfers)|(?:payments|transactions|transfers) (?:that )?(?:were|was|are|got|have been)? ?(?:flagged|suspicious)|suspected fraud|fraud(?:ulent)? (?:cases|payments|transactions|transfers)|frauds?"),
    (Cue.FLAGGED, None, r"flagged|suspicious|suspected|fraudulent|(?:a )?fraud(?: alert)?|an alert|risky|raised|marked|held(?: for review)?|trigger(?:ed)?|alerted|odd|strange|weird|riskiest|riskier|high[- ]risk"),
    (Cue.COVERAGE, None, r"(?:how far back|since when|from when|what period|what dates|which dates|how much history|how old)(?: (?:do|does|is|are|goes?|go|you|i|my|the|we|have|data|records|history|cover(?:ed)?|reach|transactions|known|there))*"),
    # Talk about what was said before.
    (Cue.ANAPHORA, "those", rf"all (?:two|three|four|[234])(?: of (?:them|those|these))?(?: together)?|the (?:two|three|four)(?: of (?:them|those|these))?(?= (?:was|were|is|are|had|has)\b)|(?:those|these) (?:{_PAYMENT}|bills|visits|trips|rides|meals|charges|withdrawals|ones)|those(?: (?:payments|transactions|ones|purchases))?|these(?: (?:payments|transactions|ones|purchases))?|them|they|he|she|him|her|(?:of )?(?:these|those) (?:two|three|four)|the (?:rows|payments|transactions|details?|entries) behind (?:it|that|this)"),
    (Cue.ANAPHORA, "that", r"the (?:former|latter|original)(?: one| question)?"),
    (Cue.ANAPHORA, "that", r"(?<=of )(?:that|it|this)|(?:in |for |during |over )?(?:that|the same|this same) (?:month|period|week|year|quarter|day|duration|timeframe|time frame)|(?:is|was) (?:that|it|this)|that (?:one|amount|figure|payment|total|transaction|spend|number)|that(?! (?:i|we|was|were|is|are|cost|costs|went|came|have|had|has|my|mention|include|contain))|it|this (?:one|payment|transaction|figure|amount)|(?:the )?same(?: (?:thing|question|again|one|figure|calculation))?|(?<!are )(?<!were )(?<!is )(?<!was )(?<!been )there"),
    (Cue.AGAIN, None, r"^(?:(?:ok|okay|so|hmm|well|alright|right|fine|cool|thanks|thank you|great) ?,? )*(?:and|what about|how about|what of|also|then|now|and what about|and how about|but|same for|and for|what if|(?:coming |going |getting |returning |go |let's go )?back to)\b"),
    (Cue.NEUTRAL, None, r"by (?:that|this) (?:method|means|mode|way|route|channel)|in (?:that|this) (?:way|manner)"),
    (Cue.NEUTRAL, None, "|".join(neutral.PHRASES)),
    (Cue.TO_ME, None, r"(?:to|into) (?:me|us|myself|my accounts?)"),
    (Cue.ALERT_STATUS, "open", r"(?:still |yet )?(?:open|unresolved|undecided)"),
    (Cue.ALERT_STATUS, "confirmed", r"confirm(?:ed)?(?: as (?:real |actual )?fraud)?"),
    (Cue.ALERT_STATUS, "dismissed", r"dismiss(?:ed)?(?: as (?:a )?false alarms?)?|(?:a )?false alarms?"),
    (Cue.GREETING, None, r"^(?:hi|hello|hey|good (?:morning|evening|afternoon)|namaste|thanks|thank you|thx|bye|ok thanks)(?: (?:there|finlens|so much|a lot|very much))?$"),
    (Cue.YES, None, r"^(?:yes|yeah|yep|yup|ok|okay|sure|right|correct|exactly|that one|please do|yes please|go ahead|haan|ji)[ .!,]*(?:please)?$"),
    (Cue.MEMORY, None, r"(?:do you )?remember|recall|something (?:about|with|like)|that (?:payment|transaction|thing)(?= (?:around|about|for a|for the|when|near|during|i made))|memory"),
]  # fmt: skip


def _alternatives(pattern: str) -> list[str]:
    """What a pattern holds between its outermost bars. Each is looked for by itself, for a pattern as a whole finds the
    first that fits, and the longest reading of a stretch is wanted."""
    parts, depth, start = list[str](), 0, 0
    for at, char in enumerate(pattern):
        depth += (char in "([") - (char in ")]")
        if char == "|" and depth == 0:
            parts.append(pattern[start:at])
            start = at + 1
    return [*parts, pattern[start:]]


_HOUR = r"(?P<{n}>\d{{1,2}})(?::?(?P<{n}m>00))? ?(?P<{n}half>am|pm|a\.m\.|p\.m\.|o'clock|hrs|hours|h)"
CLOCK = re.compile(
    rf"(?:(?:between|from) (?=.{{1,12}}(?:and|to|-|till|until) )|(?=.{{1,8}}(?:to|-|till) ?\d))"
    rf"(?P<a>\d{{1,2}})(?::00)? ?(?P<ahalf>am|pm|a\.m\.|p\.m\.)? ?(?:and|to|-|till|until) ?{_HOUR.format(n='b')}"
    rf"|(?P<side>after|before|past|since|until|till|by) {_HOUR.format(n='c')}"
)

PATTERNS: list[tuple[Cue, object, re.Pattern[str]]] = [
    (cue, value, re.compile(rf"(?<![\w&-])(?:{alternative})(?![\w&])"))
    for cue, value, pattern in _PHRASES
    for alternative in _alternatives(pattern)
]
REFUSALS: list[tuple[str, re.Pattern[str]]] = [(reason, re.compile(pattern)) for reason, pattern in _OFF_LIMITS.items()]


@cache
def cue_words() -> frozenset[str]:
    """Words that occur in cues: alone they name no payee, whatever shop has them in its name."""
    return frozenset(word for _, _, phrase in _PHRASES for word in re.findall(r"(?<![\w\\])[a-z]{4,}", phrase))


FILLER = (
    frozenset(
        """
    a an the my our mine i i'm i've i'd im ive we us you your me please pls plz kindly thanks thank hey hi hello
    dear sir madam can could would may might do does did done have has had having be been being am is are was
    were will get got getting tell know want need like let give say find out check calculate compute work what
    what's whats is's s of on in at to for from with by as about during over within into through via towards
    toward around across between among and also so then now well ok okay right just really actually exactly
    roughly approximately basically precisely money cash amount amounts value figure figures number numbers sum
    spends rupees rupee rs inr any anything some all every each whole entire full complete total this that these
    those it its there here account's bank's if whether how many much times time period date dates ever yet
    already still so far go going goes make makes made making take takes took taken put keep happened happen
    happens bit quick quickly question wondering curious finlens assistant one ones thing things stuff kind sort
    idea into
    different distinct unique separate various individual state mention provide specify inform etc
    something everything included inclusive altogether aside manage managed fill filled take taken calendar
    """.split()
    )
    | neutral.WORDS
)
"""Words that change nothing once the cues, names, periods and amounts around them are read."""
