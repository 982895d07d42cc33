"""Other ways to write the same: shorthand, units glued to numbers and word orders that the tables lack."""

import re

from agents.planner.hindi import in_english
from agents.planner.words import words

_SHORT: dict[str, str] = {
    # time
    "lst": "last", "prev": "previous", "curr": "current", "qtr": "quarter", "mnth": "month", "mnths": "months",
    "mth": "month", "wk": "week", "wks": "weeks", "yr": "year", "yrs": "years", "yday": "yesterday", "yest": "yesterday",
    # payments and amounts
    "pmt": "payment", "pmts": "payments", "pymt": "payment", "txn": "transaction", "txns": "transactions",
    "trans": "transactions", "trnx": "transactions", "txs": "transactions", "tx": "transactions", "exp": "expenses",
    "grocs": "groceries", "subs": "subscriptions", "amt": "amount", "amts": "amounts", "bal": "balance",
    "ac": "account", "acct": "account", "accts": "accounts", "acc": "account", "accs": "accounts", "accnt": "account",
    # what is asked of them
    "tot": "total", "cnt": "count", "diff": "difference", "avrg": "average", "avrage": "average", "nos": "number",
    "pct": "percent", "pc": "percent", "spnd": "spend", "approx": "about", "chg": "change",
    # small words
    "pls": "please", "plz": "please", "abt": "about", "b4": "before", "frm": "from", "btwn": "between",
    "wrt": "about", "hw": "how", "mch": "much", "mny": "many", "wat": "what", "wht": "what", "u": "you",
    "tkts": "tickets", "hv": "have", "ths": "this", "tht": "that", "jst": "just", "shud": "should", "dis": "this",
    "bw": "between", "n": "and", "whats": "what is", "wheres": "where is", "whos": "who is", "hows": "how is",
    "dont": "do not", "didnt": "did not", "thx": "thanks", "wkend": "weekend",
}  # fmt: skip
"""One word, and what it is short for."""

_DIGITS = "one two three four five six seven eight nine".split()
_HOURS = (*_DIGITS, "ten", "eleven", "twelve")
_TEENS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
_ORDINAL_DAYS = (
    *((20 + n, f"twenty[ -]{word}") for n, word in enumerate(_TEENS[:9], start=1)),
    (30, "thirtieth"), (31, "thirty[ -]first"), *enumerate(_TEENS, start=1),
)  # fmt: skip
_UNITS = {"d": "days", "w": "weeks", "wk": "weeks", "m": "months", "mo": "months", "y": "years", "yr": "years"}
_SHORT_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec"
_MONTHS = rf"{_SHORT_MONTHS}|january|february|march|april|june|july|august|september|october|november|december"
_QUARTER = r"(?:q[1-4]|h[12]|(?:first|second|third|fourth|1st|2nd|3rd|4th) (?:quarter|half))"
_THING = r"(?P<thing>(?:(?:the|my|all) )?[\w&']+(?: (?:and|or|&) [\w&']+)?)"
_WHOSE = r"(?P<thing>(?:[\w&']+ ){1,2}[\w&]+'s)"
_FROM_IT = r"(?: (?:of|from) (?:that|it|this|them|those|the total|the figure))?(?=$|[ ?.,!])"
_PUT = "take|leave|strip|cut|knock|keep|taking|leaving|stripping|keeping|set|setting|put|putting"
_DROP = (
    "drop|dropping|strip out|stripping out|knock off|cut out|subtract|subtracting|discount|discounting|"
    "omit|omitting|skip|skipping|ignore|net of|disregard|disregarding|remove|removing|sans"
)
_PAYEES = "suppliers?|vendors?|shops?|stores?|places?|people|merchants?|payees?|companies|apps?"
_PUTTING = "leaving|leave|setting|set|putting|put|taking|take|keeping|and"

_PHRASES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"(?<!for )(?<!or )(?<!and )\btake away (?!food|orders?|from|payments?|meals?)", "excluding "),
        (r"\b(?P<who>i|we) drop(?:ped)?(?= (?:at|on|in|there|each|every|per)\b)", r"\g<who> spend"),
        (r"\b(?:go(?:ing)? back to |back to |return to )?(?:what i asked (?:at )?first|(?:my|the) (?:very )?first question|the question i began with|what i (?:began|started) with|(?<!is )(?<!was )(?<!to )(?:that|the) first one(?= for| but|,| please|$)|the first (?:one|thing) i asked)\b", "the original"),
        (rf"\bthan (?:in )?the (?P<month>{_MONTHS}) before\b", r"than in \g<month> last year"),
        (r"\bthan my average (?=(?:\w+ ){1,3}(?:payment|bill|order|purchase|transaction|ride|meal|ticket|visit|one)\b)", "than the mean "),
        (r"\bgive me the (?=gap|difference|change|total|sum)", "what is the "),
        (r"\bhow many (?:percent|per cent|%)", "what percent"),
        (rf"\b(?:(?:the|my|our) )?(?:[\w']+ )?week,? \(?(?:that is,? |i\.?e\.?,? |from )?(?P<range>\d{{1,2}}(?:st|nd|rd|th)? (?:to|-|till|until) \d{{1,2}}(?:st|nd|rd|th)? (?:{_MONTHS})(?: 20\d\d)?)\)?", r"from \g<range>"),
        (r"(?P<what>\b(?:half|quarter|week|month|year)\b[^()?,]{0,40}?) \((?=[^)]*(?:\bto\b|-))(?:[\w'/ -]{1,40})\)", r"\g<what>"),
        (r"\b(?:across|in|for|of|at|over) (?:the|our|my) (?:whole|entire|full) bank\b", ""),
        (r"\b(?:the )?most (?P<state>failed|declined|rejected|bounced) (?P<what>payments|transactions|transfers)\b", r"the most \g<what> \g<state>"),
        (r",? (?:not counting|excluding|without|ignoring|leaving out)(?: the)?(?: money| what| transfers?| amounts?)?(?: that)?(?: i)? (?:moved|moves?|transferred|shifted|transfers?) (?:between|among) (?:them|my (?:own )?accounts|accounts)\b", ""),
        (r"\b(?P<how>how long ago|how many days ago), in (?:days|number of days),?", "how many days ago"),
        (r"\bnet (?=salary|pay\b|wages)", ""),
        (r",? ?\b(?:i mean |i meant )?(?:(?:by|going by|in|counting(?: by)?|judged by) (?:the )?(?:number|count|no\.?)(?: of (?:payments|transactions|bills|orders|them))?|counting (?:the )?(?:payments|transactions|bills|orders)),? (?:not|and not|rather than|instead of) (?:by |in |the )*(?:rupees|rs|money|value|amounts?)\b,?", " number of payments "),
        (r",? (?:once|after|when|if) (?:you|we|i|one) (?:knock|take|strip)s? off (?:whatever|what|the money|anything) (?:they|it|he|she|was|were) (?:refunded|returned|gave back|sent back)\b", ""),
        (r"\b(?:if (?:one|you|we|i)|let us|let's) (?:sets?|leaves?|takes?|puts?|strips?) (?:aside|out|away) (?:both )?", "excluding "),
        (r"\b(?:hurts?|dented|dents?|emptied|drained|hit) (?:my|our) (?:wallet|pocket|purse|pockets)\b", "cost me"),
        (r"\bin duplicate\b", "twice"),
        (r"\b(?:could|can|would|will) you (?:please )?(?:count|include|take|consider) only\b", "only"),
        (r"\bafter (?P<what>(?:the |my )?[\w']+),? (?P<next>(?:what|who|which)(?: one| category| shop| payee)?) (?:comes|is|was|came) (?:next|second)\b", r"without \g<what> \g<next> is highest"),
        (r"\b(?:still )?(?:waiting (?:for|on)|awaiting|pending) (?:a |our |any )?(?:decision|review|action|verdict)\b|\bnot (?:yet )?(?:decided|reviewed|looked at)(?: yet)?\b", "open"),
        (r"\b(?P<left>left|remaining|remained|saved|over)(?P<more>(?: \w+){0,3}?) (?:at|by|towards) (?:the )?(?:end of (?:the|that|each|my) month|month[- ]?end|month's end)\b", r"\g<left>\g<more>"),
        (r"\b(?:is|was|were|are) there (?:any|a) (?P<unit>day|week|month)s?(?P<when>[^,.?]{0,25}?) (?:when|in which|that|where) (?P<who>i|we)\b", r"how many \g<unit>s\g<when> \g<who>"),
        (r"\b(?:tell me |give me |what is |what's )?the names? of the (?P<what>\w+?)s? (?:that |which |where )?(?P<who>i|we)(?: have| had|'ve)?\b", r"which \g<what> did \g<who>"),
        (r"\b(?:did |has |have )?(?:my|our|the) (?:bank |account )?balances? (?:change[ds]?|gr[oe]wn?|ris[en]+|rose|go(?:ne)? up|went up|fall(?:en)?|fell|drop(?:ped)?|go(?:ne)? down|went down|increased?|decreased?)\b", "was net savings"),
        (rf"\b(?:the )?(?:two|three|four|five) (?:days|dates|months),? (?=\d|(?:{_SHORT_MONTHS}))", ""),
        (r"\bwhich (?:app|website|site|platform)s?(?: (?:or|and|/) (?:app|shop|store|merchant|website)s?)?\b|\bwhich (?:shop|store|merchant)s?(?: (?:or|and|/) (?:app|website|site)s?)\b", "which merchant"),
        (r"\bwith (?:the |their |its )?(?:monthly|yearly|annual) (?:amounts?|costs?|prices?|charges?)\b", ""),
        (r",? (?:and|or|i\.?e\.?|that is|meaning),? (?:did )?not spen[dt]\b,?", ""),
        (r"\b(?P<has>has|have|had) gone(?= (?:by|through|via)\b)", r"\g<has> been spent"),
        (r"\b(?:was|is) an? (?:[\w']+ )?(?:mon|tues|wednes|thurs|fri|satur|sun)day\b", ""),
        (rf"\b(?P<half>(?:first|1st) half of (?:{_MONTHS})(?: 20\d\d)?),? \(?(?:that is,? |i\.?e\.?,? |from )?(?:the )?1(?:st)? (?:to|-|till|until|through) (?:the )?15(?:th)?\)?(?! of)", r"\g<half>"),
        (rf"\b(?P<half>(?:second|2nd) half of (?:{_MONTHS})(?: 20\d\d)?),? \(?(?:that is,? |i\.?e\.?,? |from )?(?:the )?16(?:th)? (?:to|-|till|until|through) (?:the )?(?:3[01]|28|29)(?:st|th)?\)?(?! of)", r"\g<half>"),
        (r"\b(?P<who>i|we|my|our)(?P<have> have| had|'ve)? (?:refuel(?:led|ling)?|tank(?:ed)? up)\b", r"\g<who>\g<have> bought fuel"),
        (r"\bwho (?:received|got|was paid) (?=(?:my|our|the)(?: [\w-]+){1,3} (?:payment|transfer|purchase|debit)\b)", "who was paid "),
        (r"\b(?:past|previous|preceding|last) (?P<n>\w+) (?:whole|full|complete|completed|entire|calendar) months\b", r"last \g<n> months"),
        (r"\bcalendar (?=(?:quarter|month|week)s?\b)", ""),
        (r"\b(?P<which>which (?:month|week|day|date|quarter|year|weekday)\b[^?]*?) (?:was|is|has been) (?:the |my |our )?(?:most expensive|costliest|dearest|priciest|biggest|highest|heaviest|worst|peak)(?: one| month| week| day)?\b", r"\g<which> was the highest"),
        (r"\bpaid by (?:all )?(?:the|our) (?:customers|clients|account holders)(?: of (?:our|the|this) bank)?\b", "paid"),
        (r"\b(?:to|at) (?:(?:the|those|any) )?(?:payees|people|merchants|shops|places|persons|companies)(?: to)? (?:whom|who|that|which|where)? ?(?:i|we)(?: have| had|'d|'ve)? (?:never|not) (?:paid|sent (?:money )?to|bought from|used|dealt with|visited)(?: anything| money)?(?: to)?(?: (?:before|earlier|previously|until then))(?: (?:that|then|this|it))?", "to new payees"),
        (rf"\b(?P<never>(?:never|not|hadn't|haven't|didn't|don't)\b[^,.?]*?) (?:before|prior to|until|till) (?=(?:this|last|the last|20\d\d|{_MONTHS})\b)", r"\g<never> before in "),
        (rf"\b(?P<one>{_QUARTER}) (?P<link>and|vs\.?|versus|with|against|or|to|than|over|from|&) (?P<other>(?:the )?{_QUARTER})(?P<of> (?:(?:of|in|for) )?(?:(?:the|this|last|current|previous) )*(?:(?:fy|financial year|fiscal year)(?: ?'?\d[\d/-]*)?|(?:{_MONTHS})(?: 20\d\d)?|20\d\d|this year|last year))\b", r"\g<one>\g<of> \g<link> \g<other>\g<of>"),
        (r"\b(?P<what>payments?|transfers?|amounts?|sums?) to (?:a|an|any|some|another) (?:one )?(?:person|individual|friend)\b", r"\g<what> as transfers to people"),
        (r"\b(?P<gave>sent|paid|gave|given|transferred|send|pay|give|transfer)(?: out)? to (?:(?:other|different|various) )?(?:people|friends|family|individuals|persons)\b(?! (?:whom|who|that|i|we|on|for))", r"\g<gave> as transfers to people"),
        (r"\b(?P<who>i|we)(?: have|'ve)? (?:moved?|transfer(?:red)?|put|shift(?:ed)?|sen[dt]|swept|park(?:ed)?)(?: money| cash| funds)?(?: away| over| across)? (?:in ?to|to|in) (?:my |our )?(?:own )?(?:savings|(?:other|second|savings?) (?:bank )?(?:account|a/c))(?: accounts?| a/c)?\b(?! (?:rate|with|scheme))", r"\g<who> spent on own transfers"),
        (r"\bthe most (?:that )?(?:i|we)(?: have|'ve)?(?: ever)? (?:paid|spent|shelled out|coughed up|given|gave|sent)(?= (?:at|to|on|for|with)\b)(?!.*\bin (?:a|any|one) (?:\w+ )?(?:day|week|month|quarter|year)\b)", "my biggest payment"),
        (r"\b(?P<which>largest|biggest|smallest|highest|last|latest|first|single|recent)(?P<more> (?:single|debit|card|ever))* charge(?P<s>s?)\b(?! (?:me|us|my|our|for)\b)", r"\g<which>\g<more> payment\g<s>"),
        (r"\b(?:gas|petrol|diesel|fuel) (?:for|in|into) (?:the|my|our) (?:car|bike|scooter|truck|van|vehicle|cab)s?\b", "fuel"),
        (r"\bnet (?=(?:\w+ )?(?:spend|spending|spent|expenses|expenditure|outgo)\b)", ""),
        (r", (?:right|just|immediately) (?:behind|after|below) (?:the |my )?[\w']+(?=$|[?.,])", ""),
        (r"\b(?:refunded|returned|paid back|given back)(?P<me> to (?:me|us))? by (?:the )?(?:merchants?|shops?|stores?|companies|sellers)\b", r"refunded\g<me>"),
        (rf"\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,? (?=(?:the )?(?:\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{_MONTHS})|(?:{_MONTHS}) \d{{1,2}})\b)", ""),
        (rf"\bthe (?:\d+|two|three|four|five|six|seven|eight|ten|twelve) (?:days|weeks|months)(?: running| going| starting)?(?: from)? (?=(?:\d{{1,2}}(?:st|nd|rd|th)? (?:{_MONTHS})|(?:{_MONTHS}) \d{{1,2}}))", "from "),
        *((rf"\b{word} (?:o'?clock )?in the (?P<half>morning|afternoon|evening)\b", rf"{n} in the \g<half>") for n, word in enumerate(_HOURS, start=1)),
        (r"\bversus (?:the )?(?:whole|entire|full|rest of the) (?:week|month|year|lot|total)\b", ""),
        (r"\baccount(?:s|ed)? for\b", "made up"),
        (r"\b(?P<how>how much|how many) (?P<did>did|do) (?P<who>i|we) (?:manage|happen|contrive|get) to\b", r"\g<how> \g<did> \g<who>"),
        (r"(?<=\w )(?:right now|now|nowadays|these days|currently|at present)(?= .*\bthan\b(?! (?:usual|normal|average|typical|before$)))", "last month"),
        (r"(?<!\w)w/o(?!\w)", "without"),
        (r"(?<![\w/])w/?(?= )", "with"),
        (r"(?:, )?\bfrom the (?:first|1st|start|beginning)(?: of (?:it|the month))? (?:till|to|until|up to) (?:today|date|now)\b", " so far"),
        (r"\bto be (?:fair|just|honest|frank)(?: (?:to|with|about) [\w']+)?,?", ""),
        (r"\bone (?P<thing>[\w']+) (?:with|and|against) another\b", "on average"),
        (r"^(?P<and>(?:and |so )?)(?:the )?last time$", r"\g<and>when was the last time"),
        (r",? if (?:it is|it's|that is|that's) (?:not |no )(?:too much |too |much |any |a )?(?:trouble|bother|problem|inconvenience)\b", ""),
        (r"^(?P<and>(?:and |so )?)(?:the )?last time (?P<who>i|we)\b", r"\g<and>when did \g<who> last"),
        (r"(?:^|(?<=[,.] ))(?:tell me )?(?:just )?one thing,? ", ""),
        (r"\b(?:he|she) (?:has )?(?:sent|paid|gave|given|transferred)(?= ?$| (?:me|us)\b)(?: me| us)?", "received"),
        (r"\b(?P<thing>[\w&']+) (?:also |too )?(?:remove|exclude)(?: (?:please|it|that))*$", r"excluding \g<thing>"),
        (r"\bconcern(?:s|ed|ing)?(?= (?:upi|card|netbanking|cash|cheque|neft|imps|rtgs|payments?|transfers?|a |the )\b)", "are by"),
        (r"\bhow much(?= (?:payments|transactions|times|orders|rides|bills|visits|trips|withdrawals)\b)", "how many"),
        (r"\bhow much (?:rupees|lakhs?|crores?|thousands?)\b", "how much"),
        (r"\b(?:i am|i'm) having\b", "i have"), (r"\bwe are having\b", "we have"),
        (r"^# of\b|(?<= )# of\b", "number of"),
        (r"\b(?:ex|excl)\.? (?=(?:rent|emi|loan|salary|tax|bills|insurance|investments?|transfers?)\b)", "excluding "),
        (rf"\bfrom (?P<first>{_MONTHS}) (?:start|beginning)\b", r"from \g<first>"),
        (rf"\b(?P<to>to|till|until|upto) (?P<last>{_MONTHS}) end\b", r"\g<to> \g<last>"),
        (r"\b(?:from|by|via|with) the machine\b", "from the atm"),
        (r"\b(?P<what>[\w&']+(?: [\w&']+)?),? (?:does not|doesn't|do not|don't|is not|isn't|not) (?:to be |be )?count(?:ed)?\b", r"excluding \g<what>"),
        (r"\b(?:that |which |the )?(?P<what>[\w&']+(?: [\w&']+)?) (?:you|u) (?:do not|don't|need not|should not) count\b", r"excluding \g<what>"),
        (r"\b(?:has|have|had) (?:been )?(?:eaten|eating|ate)(?: up)? the most\b", "cost the most"),
        (r"\b(?:one below the other|one after the other|one by one|line by line|top to bottom)\b,?", ""),
        (r"\b(?:with (?:the )?total at the bottom|(?:and|&|n) (?:the|their|its) (?:sum|total)|(?:and|&|n) what (?:they|it all|these|all of them) (?:cost|came to|come to|add up to|total)(?: in all| altogether| together)?)$", "and the total"),
        (r"\b(?:out of the way|out of line|off the charts|on the higher side|looking (?:very |too |a bit |quite )?high)(?=$| (?:compared|against|for|than)\b)", "higher"),
        (r"\b(?P<who>has|have|had) given (?=(?:me|us)\b)", r"\g<who> paid "),
        (r"\bat th(?:is|e) (?:speed|rate|pace)\b", "at this rate"),
        (r"\bby how many (?:rupees|rs|paise|thousands?)\b", "by how much"),
        (r"\bdid (?P<one>[\w&' ]{2,40}?) (?:cross|beat|overtake|outdo|outstrip|exceed|pass) (?P<other>(?:the |my )?(?!rs|₹|\d)[a-z][\w&']*)(?= |$|[?,.])", r"did \g<one> exceed \g<other>"),
        (r"\bdid (?P<what>[\w&' ]{2,30}?) (?:eat|swallow|gobble|consume)(?: up)?\b", r"did \g<what> take"),
        (r"\b(?:all |everything |whatever )?(?:that |what )?(?:came|comes|has come) in (?:minus|less) (?:all |everything |whatever )?(?:that |what )?(?:went|goes|has gone) out\b", "net savings"),
        (r"^(?:so )?(?:please )?(?:tell|let) me (?:know )?first,? ", ""),
        (r"\bdid he (?:send|give|pay|transfer|return)(?: (?:me|us))?\b", "did i receive from him"),
        (r"\bdid (?:she|they) (?:send|give|pay|transfer|return)(?: (?:me|us))?\b", "did i receive from them"),
        (r"\b(?:did|do|have|has|had) (?:they|he|she) (?:ever )?charged?(?: me| us)?\b", "did i pay them"),
        (r"\bwhose (?=(?:is|was|were|are) (?:it|that|this|they|those)\b)", "who "),
        (r"\b(?:beats?|outdo(?:es)?|outstrip(?:s|ped)?|surpass(?:es|ed)?|outweigh(?:s|ed)?)\b", "exceed"),
        (r",? after (?:all|everything)(?: the bills)? (?:was|were|had been|is|has been) paid\b", ""),
        (r"\bnow (?=(?:is |are |was )?(?:by )?how much (?:more|less|higher|lower)\b)", "this month "),
        (r"\b(?P<how>how much (?:more|less|higher|lower)\b[^?.]*?) now (?=than\b)", r"\g<how> this month "),
        (r"^(?:no|yes|oh)(?:,? (?:no|yes|oh))+,? ", ""),
        (r"^(?:oh|ah|hm+|um+|haan|arre),? ", ""),
        (rf"\b(?:in |for |during )?the quarter (?=(?:of |from )?(?:{_MONTHS})\b)", "in "),
        (r"\b(?P<bill>bills?\b[^?.]*?) came in\b", r"\g<bill> came"),
        (r"\b(?:at |from )?(?P<time>\d{1,2}(?::\d\d)? ?(?:am|pm)) (?:or|and) (?:later|after|beyond|past)\b", r"after \g<time>"),
        (r"\b(?:at |till )?(?P<time>\d{1,2}(?::\d\d)? ?(?:am|pm)) (?:or|and) (?:earlier|before)\b", r"before \g<time>"),
        (r"\b(?P<what>trip|dinner|lunch|party|rent|movie|gift|cab|hotel) share(?=,|$| how| when)", r"\g<what>"),
        (r"\bat present\b|\bpresently\b", "now"),
        (r"\b(?:was|is|were|has been) (?:the |our |my )?busiest(?: (?:one|day|date))?(?: by (?:the )?(?:number|count)(?: of (?:payments|transactions))?)?", "had the most payments"),
        (
            r"\bof (?:all )?(?:the |our )?alerts (?:that |which )?(?:(?:my|our|the) \w+ |we |they |you )?(?:has |have |had |were )?(?:been )?"
            r"(?:decided|reviewed|closed|judged|settled|looked at)(?: so far)?,? (?:what|which) (?:share|percentage|percent|fraction|proportion|part) "
            r"(?:(?:have |has )?(?:turned|turn) out (?:to be |as )?|were |was |is |are |proved (?:to be )?)(?:real |actual |true |genuine )?(?:frauds?|confirmed(?: as fraud)?)\b",
            "precision of alerts",
        ),
        (
            r"\b(?:what |which )?(?:share|percentage|percent|fraction|proportion|part) of (?:the |our |all )?(?:decided|reviewed|closed) alerts (?:that )?"
            r"(?:(?:have |has )?(?:turned|turn) out (?:to be |as )?|were |was |is |are |proved (?:to be )?)(?:real |actual |true |genuine )?(?:frauds?|confirmed(?: as fraud)?)\b",
            "precision of alerts",
        ),
        (r"\b(?:share|percentage|ratio|split)(?: of)? (?:the )?confirmed (?:vs\.?|versus|against|to|and|over) (?:the )?dismissed(?: alerts)?\b", "precision of alerts"),
        (r"\b(?P<what>payments|transactions|debits|transfers)(?P<between>(?: \w+){0,2}) (?:leave|leaves|left|leaving|go(?:es)? out(?: of| from)|went out(?: of| from)|going out(?: of| from)) (?:any of )?(?:my|our) (?:bank )?accounts?\b", r"\g<what>\g<between> made"),
        (r"^(?:the |which is the |what was the |what is the )?busiest day (?:for |of |by |in |with )?(?:the )?(?P<way>outgoing |incoming )?(?P<what>payments|transactions)\b", r"which day had the most \g<way>\g<what>"),
        (r"^(?:counting|considering|taking|looking at) (?=(?:only |all |just |the )*(?:payments|transactions|transfers|debits)\b)", "of "),
        (r"\b(?:only|just|simply) (?=(?:tell|give|show|say|let)\b)", ""),
        (r"^(?P<and>(?:and |so )?)(?:the )?last time (?P<who>they|it|he|she)\b", r"\g<and>when did \g<who> last"),
        (r"\b(?P<state>open|unresolved|undecided) (?:as of |as on |right )?(?:today|now|at (?:the|this) moment)\b", r"\g<state>"),
        (r"\bthe payments? (?:behind|underlying|under) (?=(?:(?:our|the|my|an?|any|all) )*(?:\w+ ){0,2}alerts?\b)", ""),
        (r"\b(?:at (?:stake|risk)|tied up|exposed)(?= (?:in|by|through|with|of|across|from) (?:(?:all|our|the|any|every|these|those) )*(?:\w+ ){0,2}alerts?\b)", "total value"),
        (r"\bhow much (?:money )?(?:is|was|sits|lies)(?: there)? in (?=(?:those|these|them)\b)", "what is the total of "),
        (r"\bhow many of (?:our|the|my) (?=(?:customers|clients|account holders)\b)", "how many "),
        (rf"\bfirst half of (?P<month>{_MONTHS})(?P<between>\b.*?)\bsecond half(?! of)", r"first half of \g<month>\g<between>second half of \g<month>"),
        (rf"\bsecond half of (?P<month>{_MONTHS})(?P<between>\b.*?)\bfirst half(?! of)", r"second half of \g<month>\g<between>first half of \g<month>"),
        (r"\bshortfall\b", "deficit"),
        (r"\bthat same (?=month|day|week|quarter|year)", "that "),
        (r"\bhow much (?:lighter|thinner|leaner|slimmer|weaker|poorer|shorter)\b", "how much less"),
        (r"\bhow much (?:fatter|thicker|heavier|steeper|richer|stronger|wider|worse|taller|plumper)\b", "how much more"),
        (r"\b(?:highest|most|biggest|largest|greatest|maximum|top) (?:amount|sum|total|spend|spending|figure) (?:that )?(?P<who>i|we)(?: have|'ve| had)?(?: ever)? (?P<verb>spent|paid|spend|pay)(?P<what>[^?.,]*?) in (?:any |a |one )(?:one |single |given )?(?:calendar )?(?P<unit>day|week|month|quarter|year)\b", r"how much is the biggest spending \g<unit>\g<what>"),
        (r"\b(?:total|amount|sum|size|value) (?:of|for|in) (?=(?:my |our |the )?(?:\w+est|most expensive) (?:\w+ )?(?:day|week|month|quarter|year|weekday)\b)", "how much is "),
        (r"\b(?:costliest|dearest|heaviest|priciest|steepest|heftiest|most expensive) (?=\w+ (?:day|date|week|month|quarter|year)\b)", "biggest spending "),
        (r"\b(?:cheapest|lightest|least expensive|leanest|thriftiest) (?=\w+ (?:day|date|week|month|quarter|year)\b)", "smallest spending "),
        (r"\bhow (?:dear|costly|expensive|heavy|big|large|high) (?=(?:was|is|has|were)\b)", "how much "),
        (r"\bmoney (?:leave|left|leaves|leaving|went out of|go out of) (?:me|us|my account|our account|my accounts|my hands|my pocket)\b", "money spent"),
        (r"\b(?:rather than|instead of|and not|not) (?:by |the |an? )?(?:mean|average|median|money|value|amount|rupees)\b", ""),
        (r"\b(?:,? ?counting (?:each|every) (?:one )?as one|counted one by one)\b", " number of payments"),
        (r"(?:\b(?:less|minus|net of|after|after deducting|deducting|taking off) (?:any |all |the )?(?:refunds?|returns|money back|(?:what|whatever|anything) (?:they|it|he|she|was|i)(?: \w+)? (?:gave|returned|paid|sent|got|given|refunded|sent)(?: back)?))", ""),
        (r"\b(?P<bill>bills?|charges?|invoices?) (?:that )?(?:we|i)(?: have|'ve)? (?:got|received|had)\b", r"\g<bill> i paid"),
        (r"\b(?P<n>\d[\d,.]*k?) and upwards?\b", r"\g<n> and above"),
        (r"\b(?:in|within|of) the range (?:of |from )?(?=(?:rs\.? ?|₹ ?)?\d)", "between "),
        (r"\b(?:leaving|setting|putting|taking) the (?:top|first|largest|biggest|highest)(?: one)? (?:aside|out|away|apart),? ", ""),
        (r"\b(?:eating(?: up)?|burning|draining|swallowing|guzzling|sucking) (?:up |away )?(?:most of )?my money\b", "costing me the most"),
        (r"\b(?:eating|food) (?:places?|joints?|outlets?|spots?)\b|\bplaces? to eat\b|\beateries\b|\beatery\b", "restaurants"),
        (r"\b(?:credit|debit) ?(?:or|and|/) ?(?:credit|debit) cards?\b", "card"),
        (r"\bfrom (?P<time>\d{1,2}(?::\d\d)? ?(?:am|pm|a\.m\.|p\.m\.)) (?:onwards?|on|and later|or later)\b", r"after \g<time>"),
        (r"\b(?:still |currently |presently )?running(?= (?:subscriptions|memberships))|(?<=subscriptions )(?:that are |which are )?(?:still |currently )?running\b", "active"),
        (r"\bsubtract(?:ing)? (?:everything|all|what|whatever)(?: that| which)? (?:went|goes|has gone) out\b.*", "less money out"),
        (rf"\b(?P<month>{_MONTHS}) month\b", r"\g<month>"),
        (r"\b(?:ltm|ttm)\b", "last 12 months"),
        (r"\bper cents?\b", "percent"),
        *((rf"\b(?:the )?{word} (?:day )?of (?=(?:{_MONTHS})\b)", f"{n} ") for n, word in _ORDINAL_DAYS),
        *((rf"\btwenty[ -]twenty[ -]{word}\b", f"202{n}") for n, word in enumerate(_DIGITS, start=1)),
        (r"\bup to and including\b", "to"),
        (r"\bsave and except\b", "except"),
        (r"\bmost cash\b", "most money"),
        (r",? (?:and )?not the (?:mean|average|median|total|sum|value|amount|money)\b,?", ""),
        (r"\bimmediately (?=following|preceding|before|after|previous|prior)", ""),
        (r"\b(?:fell|falls?) (?:on|in|within|during|under)\b", "were on"),
        (r"(?P<whose>'s|\b(?:my|the|that|our|this)) (?:rs\.? ?|₹ ?)?(?P<sum>\d{1,3}(?:,\d{2,3})+)(?= (?:paid |sent |given )?to\b(?! (?:rs\.? ?|₹ ?)?\d))", r"\g<whose> payment of rs \g<sum>"),
        (r"\bon (?:a|any) (?P<day>(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b", r"on \g<day>s"),
        (r"\b(?:(?:has|have|had) been|was|were|is|are) (?:on|at) the receiving end(?: of)?\b", "was paid"),
        (r",? (?:and )?(?:moves|movements|transfers|money moved|what moved|anything moved) (?:between|among) (?:their|my|our|one's|customers') (?:own )?accounts (?:left out|excluded|not counted|aside|apart|not included|ignored),?", ""),
        (r"\bmidnite\b", "midnight"),
        (r"\bbtw (?=\d|midnight|noon|the \d)", "between "),
        (r"\b(?P<side>between|from|and|to|till|until|before|by) midnight\b", r"\g<side> 12 am"),
        (r"\b(?P<side>between|from|and|to|till|until|before|after|by|past) noon\b", r"\g<side> 12 pm"),
        (r"\b(?P<hour>\d{1,2})(?::00)?(?: o'?clock)? (?:in the|this|every) mornings?\b", r"\g<hour> am"),
        (r"\b12 (?:at |in the )?(?:mid)?night\b", "12 am"),
        (r"\b12 noon\b", "12 pm"),
        (r"\b(?P<hour>[1-4])(?::00)?(?: o'?clock)? at night\b", r"\g<hour> am"),
        (r"\b(?P<hour>\d{1,2})(?::00)?(?: o'?clock)? (?:at night|(?:in the|this|every) (?:evening|afternoon)s?)\b", r"\g<hour> pm"),
        (r"(?P<head>\b(?:excluding|except(?: for)?|without|leav(?:e|ing) out|ignoring|minus|not counting|apart from|other than|besides|barring)\b[^.?;]{0,60}?)\btransfers\b(?! (?:to|from|between)\b)", r"\g<head>transfers to people"),
        (r"\bhow much of (?:my|our|the) (?P<when>(?:[\w']+ ){0,3}?)(?:salary|income|earnings|pay)(?P<more>(?: [\w']+){0,4}?) (?:did|do|have|has|was|is) (?:(?:i|we) )?(?:not spen[dt]|sav\w+|ke(?:ep|pt)|left)", r"how much did i save \g<when>\g<more>"),
        (r"\b(?:in|over|during|for|within) the (?:\w+ )?(?:days|weeks|months|fortnight|period|stretch|span) (?=from|between)\b", ""),
        (r"\((?:mon|monday) ?(?:to|-|till) ?(?:sun|sunday)\)", ""),
        (rf"(?<=\w) ?\((?:{_MONTHS}) ?(?:-|to|till) ?(?:{_MONTHS})(?: 20\d\d)?\)", ""),
        (r"\bmost of (?:my|our|the) (?:cash|money|dough|funds)\b", "the most"),
        (r"\btrips? to (?:the )?(?=(?:movies?|cinema|theatre|shops?|stores?|supermarket|market|restaurants?|gym|doctor|pharmacy|chemist|salon|mall|pump|petrol|atm|barber)\b)", "visits to "),
        (r"\bfill(?:ed|ing)? (?:up )?(?:the|my|our|her) (?:car|tank|bike|scooter)(?: up)?\b", "bought fuel"),
        (r"\bhow many (?P<day>(?:mon|tues|wednes|thurs|fri|satur|sun)days)\b", r"how many days on \g<day>"),
        (r", (?:the |my )?\w+ (?:n|and) all(?=$|[?.!])", ""),
        (r"\bhow (?:big|large) (?=is|was|are|were)\b", "how much "),
        (r"\bwho (?:received|recieved|got) (?P<what>.*\b(?:i|we) (?:made|paid|sent|gave)\b)", r"who did i pay \g<what>"),
        (r"\bthe most (?:that )?(?:i|we)(?: have|'ve)?(?: ever)? (?:paid|spent|pay|spend|dropped) (?:out )?(?:in one go|at once|in a single (?:payment|go|transaction)|at one time)", "my biggest payment"),
        (r"\blight bills?\b", "electricity bill"),
        (r"\b(?:by|in|as a|counting) (?:the )?numbers?(?= |$|,)(?! of)", "number of payments"),
        (r"\bunder the heads?(?: of)?\b", "on"),
        (r"\bthis (?P<unit>month|week|year|quarter) (?P<link>or|and|vs\.?|versus|than) last\b(?! (?:month|week|year|quarter))", r"this \g<unit> \g<link> last \g<unit>"),
        (r"\bthis time(?= (?:than|compared|against|over|vs)\b.*\blast month)", "this month"),
        (r"\b(?:take|took|taken|taking) (?:(?:any )?(?:money|cash) )?out (?:of|from|at) (?:the |a |an |my )?(?:cash machines?|atms?|cash ?points?|hole in the wall)\b", "withdraw cash at the atm"),
        (r"\bcash (?P<between>(?:did|have|has|do) (?:i|we|you) )(?:take|taken|took) out\b", r"cash \g<between>withdraw"),
        (r"\bcash ?points?\b", "atm"),
        (r"\b(?:move|moved|moving|shift|shifted|transfer|transferred|transferring) (?:money )?(?:between|among|across) (?:my |our )?(?:own )?accounts\b", "spend on own transfers"),
        (r"\bleccy\b", "electricity"),
        (r"\bw[ie]?k?e?nds\b", "weekends"),
        (r"\bgas money\b", "fuel"),
        (r"\bsat(?:urdays?)? ?(?:and |& ?|/|- ?|, ?)?sun(?:days?)?\b(?! (?:pharma|tv|direct))", "weekends"),
        (r"\b(?:greatest|largest|highest|biggest|maximum) number of (?P<what>\w+)", r"most \g<what>"),
        (r"\b(?P<which>which|what|the|my|a) grocer(?:'?s)?\b", r"\g<which> grocery shop"),
        (r"\b(?:got|get|gets|getting|gone|went|go|run|ran) through (?=(?:last|this|in|on|during|the|so|over|our|my)\b)", "spent "),
        (r"^(?:please |kindly )?(?:set|put|hold|place|stack|pit) (?=.* (?:against|beside|next to|alongside) )", "compare "),
        (r"\b(?:what is|what's|what was|what has been|what are)(?P<rest> (?:the|my|our)) (?:highest|biggest|largest|peak|maximum|max|top) (?P<unit>month|week|dai|year|quarter)ly (?=spend|expen|outgo|total|bill|out)", r"how much is\g<rest> biggest spending \g<unit>, "),
        (r"\bwhat (?:is|was|has been) the most (?:that )?(?P<who>i|we)(?: have|'ve)? (?P<verb>\w+)(?P<what>[^?.,]*?) in (?:any|a|one)(?: one| single| given)?(?: calendar)? (?P<unit>day|week|month|quarter|year)\b", r"how much is the biggest spending \g<unit>\g<what>"),
        (r"\bpeak (?P<unit>month|week|quarter|year)ly (?:outgo|spend(?:ing)?|expenses?|outflow)", r"how much is the biggest spending \g<unit>"),
        (r"\btop[ -]?ups?\b", "recharges"),
        (r"\b(?P<come>came|come|comes|coming) (?:to me|to us|my way|into my (?:account|hand|pocket)s?)\b", r"\g<come> in"),
        (r"\b(?:ate|eats?|eaten|eating|swallow(?:ed|s)?|gobbled?|guzzled?|consumed?)(?: up| into)? (?=(?:the |a )?(?:most\b(?! (?:often|frequently|regularly|times))|biggest|largest|lion|big|huge|chunk|into|my money)\b)", "took "),
        (r"\b(?:ppl|persons|folks)\b", "people"),
        (r"\b(?:money|stuff|amounts?|cash|things|what|whatever) (?:that )?i(?:'ve| have)? (?:sent|send|gave|give|paid|transferred)(?: out)? to (?:people|friends|family|individuals)\b", "transfers to people"),
        (r"\b(?:people|person|personal) (?:transfers?|payments?)\b", "transfers to people"),
        (r"\b(?:drawn|drew|draw|drawing|pulled|pull|took|taken|take) (?:out )?(?:my )?(?:cash|money)(?: out)?(?= .*\b(?:atm|cash machine|bank)s?\b)", "withdrawn cash"),
        (r"\bdrawn (?:from|at|out of)(?= (?:the |an )?(?:atm|cash machine)s?\b)", "cash withdrawn at"),
        (r"\bcash machines?\b", "atm"),
        (r"\b(?:so|very) kind as to\b", "please"),
        (r"\b(?P<unit>month|quarter|year|week) (?:just|that has just|that just|which has just) (?:gone|ended|past|passed|closed|finished|over)\b", r"last \g<unit>"),
        (r"\bthe last (?P<unit>month|quarter|year|week) ?(?=$|[?.,])", r"last \g<unit>"),
        (r"\b(?:1st|first) times?\b", "first time"),
        (r"\b(?:dear|cost|pric|heav|heft|steep|fatt|bigg)(?:l?iest|est)(?= (?:single |one |individual )?(?:payment|bill|meal|purchase|order|transaction|txn|debit|buy|item|ride|fare|thing|spend|expense|outgo|visit|trip|one)\b)", "biggest"),
        (r"\b(?:costliest|dearest|heaviest|priciest|steepest|heftiest|most expensive)(?= (?:day|date|week|month|quarter|year|weekday|category|shop|merchant|payee|place|restaurant|store|head)s?\b)", "biggest spending"),
        (r"\b(?:cheapest|lightest|least expensive|leanest|thriftiest)(?= (?:day|date|week|month|quarter|year|weekday|category|shop|merchant|payee|place)s?\b)", "smallest spending"),
        (r"\b(?:cheapest|tiniest|most trifling|most paltry|paltriest|puniest|teeniest|pettiest)(?= (?:single |one )?\w+)", "smallest"),
        (r"\b(?:dearer|costlier|pricier|steeper|heftier)\b", "higher"),
        (r"(?<!what )\bis (?P<unit>month|week|year)\b", r"this \g<unit>"),
        (r"\ball together\b", "altogether"),
        (r"\b(?:late )?nights? (?=(?:\w+ ){1,3}(?:after|past|before|between|from) \d)", ""),
        (rf"\b(?:{_PAYEES}) (?:like|such as|called|named) ", ""),
        (r"\bas (?:on|at|of) (?:today|now|date|this date|this moment)\b", "now"),
        (r"\bas (?:on|at) ", "as of "),
        (r"\b(?P<which>last|this|past) weak\b", r"\g<which> week"),
        (rf"\b(?:{_PUT}) {_THING} (?:out|off|aside|away|to one side){_FROM_IT}", r"excluding \g<thing>"),
        (rf"\b(?:{_PUT}) {_WHOSE} (?:out|off|aside|away|to one side){_FROM_IT}", r"excluding \g<thing>"),
        (r"(?<!\bi )(?<!\bwe )\b(?:take|leave|strip|knock|cut) out (?=(?:the|my|all|any|what|whatever|everything|that|those)\b(?! last))", "excluding "),
        (rf"\b(?:{_DROP}) (?!(?:at|in|on|to|by|for|into|per|each|an?|off|by) ){_THING}{_FROM_IT}", r"excluding \g<thing>"),
        (r", (?P<thing>[\w&' ]+? (?:and|or) [\w&' ]+?) (?:excluded|aside|apart|not included|left out)$", r" excluding \g<thing>"),
        (rf"\b(?!(?:{_PUTTING}) )(?!far )(?P<thing>[\w&']+) (?:excluded|aside|apart(?! from)|not included|not counted|left out)(?=$|[ ?.,!])",
         r"excluding \g<thing>"),
    )
)  # fmt: skip
"""A phrase, and the words that the tables know for it."""

_GLUED = re.compile(r"\b(?P<which>last|past|previous|trailing) (?P<n>\d{1,3}) ?(?P<unit>d|wk?|mo?|yr?)s?\b")


def written_out(text: str) -> str:
    """`text` in words that the tables know: "sept groc exp, last 30d" as "sept groceries expenses, last 30 days"."""
    text = in_english(text)
    for word, start, end in reversed(words(text)):
        if word in _SHORT:
            text = text[:start] + _SHORT[word] + text[end:]
    text = _GLUED.sub(lambda said: f"{said['which']} {said['n']} {_UNITS[said['unit']]}", text)
    for pattern, replacement in _PHRASES:
        text = pattern.sub(replacement, text)
    return text
