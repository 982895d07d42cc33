"""Desk words: how those who work on alerts speak of them, of whom and of when, in the words that the tables know."""

import re
from collections.abc import Callable

_OF_ALERTS = re.compile(r"\balerts?\b|\balerted\b|\bflagged\b")
_THEY = (
    r"(?: (?:of (?:his|hers|theirs|ours)|that|which|we|you|they|i)){1,3}"
    r"(?: (?:have|has|had|ever|was|were|is|are|been|got|get|gets))*"
)
_RAISED = (
    r"(?:flagged(?: up)?|alerted(?: on)?|put (?:an )?alerts? on|(?:raised|raising|triggered|tripped|caused) (?:an )?alerts?(?: on| for)?"
    r"|(?:got|getting|earned|drew) (?:an )?alerts?)"
)
_ONE_OF_THEM = r"(?:one|a|an|the|which|a single|just one|only one|first)(?: \w+)? (?:accounts?|customers?|clients?|persons?|people|names?)"
_LETTER = r"(?<![\w'])[a-e](?![\w'])"
_HOME = (
    r"(?:,? (?:and |then |and then )?(?:back|home|round)(?: (?:home|again|round|to (?:[a-e]|the start|base))(?!\w))*)?"
)
_CUSTOMERS = r"(?:(?:the|our|all|all our|the bank's|this bank's) )?(?:customers|clients|account holders)(?: of (?:ours|this bank|the bank))?"
_QUEUE = (
    r"\b(?:(?:the|our|my|your) )?(?:(?:review|alerts?|work|case|fraud|analyst|analysts') )?"
    r"(?:queues?|backlog|work ?list|case ?load|in-?tray)\b"
)
_RANKED = r"oldest|newest|latest|last|first|earliest|biggest|largest|highest|riskiest|most recent|top|worst"
_BEFORE_HITS = (
    r"many|of|our|any|all|open|new|the|these|those|fewer|more|dismissed|confirmed|most|high[- ]risk|unresolved"
    r"|structuring|smurfing|velocity|burst|pass[- ]through|odd[- ]hours?|new[- ]payee"
)

_ASKERS = r"(?:office|manager|boss|team|branch|board|auditors?|head|management|compliance|regulator|rbi|director|chief|committee)"
_TURNS_UP = (
    r"(?:(?:is|was|are|has been|appears?|appeared|sits?|stands?)|(?:turn|show|come|crop|pop|end)(?:s|ed)? up|came up)"
)
_NUMBER_OF_CUSTOMERS = (
    r"^(?:(?:and|so|what is|what's|give me|tell me|i need|please|the|our|total|current|just) )*"
    r"(?:how many|number of|count of|no\.? of) (?:active )?(?P<who>customers|clients|account holders)"
    r"(?: (?:do|does|have|has|are|is|we|us|you|there|the|our|this|my|bank|banking|with|at|in|on|of|books?|right|now|currently"
    r"|presently|present|today|total|all|altogether|active|moment|as|hold|holds|holding|having|who|that|an?|own|bank's"
    r"|(?<!the )accounts?))*$"
)
_DECIDED = r"(?:decided|reviewed|resolved|judged|handled|examined|settled|closed|looked (?:at|into)|ruled (?:on|upon)|dealt with|acted (?:on|upon)|touched)(?: (?:about|on|upon|them|it))?"
_SETTLED = r"(?:decided|reviewed|resolved|settled|closed|handled|actioned|dealt with|disposed of)"
_FEW = "two|three|four|five|six|seven|eight|nine|ten|[2-9]|10"
_RECEIVER = r"(?:payees?|recipients?|beneficiary|receiver|receiving party)"


def _to_them(said: re.Match[str]) -> str:
    """ "Where she is the payee": to her."""
    who = said["who"]
    return f"to {_OBJECTIVE.get(who, who)}"


def _who_paid_most(said: re.Match[str]) -> str:
    """ "The 5 biggest payers": of the customers, who are the ones that pay."""
    number = said["n"] or said["m"]
    return f"top {number} customers by spending" if number else "which customer spent the most"


def _how_many_settled(said: re.Match[str]) -> str:
    """ "How many have been closed": of alerts, which are confirmed or dismissed then."""
    return f"{said['so']}how many {said['of'] or 'alerts'} are confirmed or dismissed"


_OFTEN = {"once": "one", "twice": "two", "thrice": "three"}


def _so_often(said: re.Match[str]) -> str:
    """ "Flagged more than twice": with more than two alerts."""
    times = said["n"].removesuffix(" times")
    return f"with {said['how']} {_OFTEN.get(times, times)} alerts"


_OBJECTIVE = {"she": "her", "he": "him", "they": "them"}
_Replacement = str | Callable[[re.Match[str]], str]
_PHRASES: tuple[tuple[re.Pattern[str], _Replacement], ...] = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        # The bank by another name.
        (r"\b(?:our|the|my|this) branch'?s (?=(?:customers|clients|account holders)\b)", "our "),
        (r" (?:in|at|of|for|across) (?:our|my|this|the whole) branch\b", ""),
        (r"\b(?:the )?(?:customers|clients|account holders) (?:of|at|with|in) (?:our|this|the|my) (?:own )?bank\b", "our customers"),
        (r"\b(?P<whom>payees|merchants|shops|recipients|beneficiaries|receivers) of (?:our|the|all|all our) customers\b", r"\g<whom>"),
        (_NUMBER_OF_CUSTOMERS, r"how many \g<who> are there"),
        (r"\b(?P<has>has|have|holds?|keeps?) the most (?:money|funds|cash)(?: with us| at the bank| in (?:their|his|the) accounts?)?(?=$|[?.,])", r"\g<has> the highest balance"),
        (r"\bwho (?=(?:spends?|spent|is spending|has spent|have spent)\b)", "which customer "),
        (r"\b(?:who|which customer|which account) (?:has |had |have )?(?:made|sent|initiated) (?:the )?most (?:flagged|alerted|suspicious) (?:payments|transactions|transfers)\b", "which customer had the most alerts"),
        (r"\bwho (?:has |had |have )?(?P<did>sent|paid|transferred|gave) (?:the )?most(?: money| cash)? (?=to\b)", r"which customer \g<did> the most "),
        (r"\bwho (?:has |had |have )?(?=(?:made|makes|sent|sends|initiated|transferred) (?:the |our )?(?:[\w-]+ ){0,4}?(?:payment|transaction|transfer)s?\b)", "which customer "),
        (rf"(?:\bwho(?:'s| is| are| was| were)? )?(?:\b(?:the|our|my) )?(?:(?P<n>{_FEW}|\d{{1,2}}) )?\b(?:top|biggest|largest|highest|heaviest) (?:(?P<m>{_FEW}|\d{{1,2}}) )?(?:payers?|spenders?|senders?)\b(?! (?:of|to|into|for)\b)", _who_paid_most),
        (r"\bwho (?:(?:has|have|is|was) )?(?:pays?|paid|paying|puts?|sends?|sent)(?: money)? into (?P<who>[\w' ]+?)'s? (?:\w+ )?account\b", r"who paid \g<who>"),
        (r"\bhow many accounts (?:were|are|have been|has been|got) opened(?: (?:with us|at (?:the|our|this) bank|here))?(?=,? (?:in total|in all|altogether|so far|ever|till now)\b|$)", "how many accounts are there"),
        (r",? (?:(?:for|of|in|over) )?(?:the |our |this )?(?:whole|entire|full) bank\b|,? bank[- ]?wide\b", ""),
        # Who wants to know.
        (rf"^(?!which|what|who|how|show|list)(?:[\w']+ ){{0,3}}{_ASKERS} (?:wants?|needs?|asks?|asked|is asking|has asked|would like|requires?)(?: me| us)?(?: for| to (?:know|have|see))?(?: the)? ", ""),
        # Alerts by other names.
        (r" (?:that |which )?(?:i|we) (?:can )?see\b(?=$|[,.?])", ""),
        (rf"^(?P<so>(?:and |so )?)how many(?: (?P<of>of (?:them|those|these))| alerts| cases| of (?:the|our) alerts)?(?P<did> (?:have|has|had|were|was|are|is|got))(?: (?:been|already|now|ever))* {_SETTLED}(?! as\b)", _how_many_settled),
        (r"\bwhich alert reasons?(?P<is> (?:is|was|are|were|comes?|came|appears?))?(?: the)? (?:most common|commonest|most frequent|most often)\b", "most common reason for alerts"),
        (r"\bmost (?P<how>common|frequent|usual|often cited) alert reasons?\b", "most common reason for alerts"),
        (r"\b(?P<which>(?:which|what)) alert reasons?\b", r"\g<which> reason for alerts"),
        (r"\b(?P<what>alerts|(?:flagged|alerted) (?:payments|transactions|transfers))(?: (?:that|which))?(?: (?:have|has|had|did))? (?:come|came|fall|fell|fallen|occur(?:red)?|happen(?:ed)?|land(?:ed)?)(?= (?:in|on|at|during)\b)", r"\g<what>"),
        (r"\b(?:did|has|have|had|was|were|is|are) (?:anything|something|any payments?|any transactions?|any transfers?)(?: (?:get|got|been|ever|there))* (?:flagged|alerted)(?: up)?\b", "any flagged payments"),
        (r"\b(?P<most>biggest|largest|highest|smallest|lowest) (?:amount|sum|value) (?:(?:that |which )?(?:was|got|were|has been) )?(?:flagged|alerted)\b", r"\g<most> flagged payment"),
        (r"\b(?:which|what) (?:names?|part(?:y|ies)|persons?|individuals?|accounts?|customers?)\b(?=.*\breceiving end of\b)|\bwho(?:se name)?\b(?=.*\breceiving end of\b)", "which payee"),
        (rf"(?: {_TURNS_UP})?(?P<most> (?:the )?most(?: often| frequently)?)? (?:on|at) the receiving end of (?:the |our |all )*", r" is\g<most> in "),
        (r"\bwho (?:is|was|gets|got) paid (?:the |our )?(?P<what>(?:flagged|alerted|suspicious) \w+) (?:the )?most(?: often| frequently)?", r"which payee got the most \g<what>"),
        (r"\bwho (?:has |have )?(?:received?|receives|gets?|got|takes?|took) (?=the most (?:of )?(?:the |our )?(?:flagged|alerted|suspicious) )", "which payee got "),
        (rf"\bhow (?:deep|long|big|large|full|high) (?:is|was) {_QUEUE}", "how many open alerts are there"),
        (_QUEUE, "our alerts"),
        (r"\b(?:(?:the|those|these|our) )?flagged (?:ones|items|stuff|things)\b", "flagged payments"),
        (r"\bred flags\b|(?<!in all )(?<!in most )(?<!in some )(?<!in many )(?<!in both )\bcases\b", "alerts"),
        (rf"(?P<before>^|\b(?:{_BEFORE_HITS}) )(?:hits|flags)\b", r"\g<before>alerts"),
        (rf"\b(?P<which>(?:{_RANKED})(?: (?:open|confirmed|dismissed|unresolved|fraud|ever))*) (?:case|hit|flag)\b", r"\g<which> alert"),
        (rf"\b(?P<what>payments?|transactions?|transfers?){_THEY} {_RAISED}(?!\w)", r"flagged \g<what>"),
        (r"\b(?P<what>alerts|(?:flagged|alerted) (?:payments|transactions|transfers))(?P<that> that| which)?(?: (?:have|has|had|did))? (?:come|came|crop(?:ped)?|pop(?:ped)?|turn(?:ed)?|show(?:n|ed)?) up\b", r"\g<what> raised"),
        (r"\bunder (?:an )?alerts?\b", "in flagged payments"),
        (rf"\b(?:that |which )?(?:nobody|no ?one|no-one|none of us) (?:(?:has|have|had|yet|ever|so far) )*{_DECIDED}(?: yet| so far| until now)?(?!\w)", "still open"),
        (rf"\b(?:that |which )?(?:we|you|they|i) (?:(?:have|had) not|haven't|hadn't|did not|didn't)(?: yet)? {_DECIDED}(?: yet| so far)?(?!\w)", "still open"),
        (rf"\b(?:that |which )?(?:(?:have|has|had|are|is|were|was) )?(?:not|never)(?: yet)?(?: been)? {_DECIDED}(?: yet| so far)?(?!\w)|\b(?:yet|still) to be {_DECIDED}(?!\w)", "still open"),
        (r"\bflagged (?:money|funds|sums?|amounts?|value)\b", "money in flagged payments"),
        (r"(?<!\bin)(?<!\bpayments)(?<!\bfor) where (?=(?:the |a |some |any )?(?:payments?|transactions?|transfers?) (?:was|were|is|are|had been|went|goes?|got|came)\b)", " with "),
        (rf"\b(?P<which>which )?(?:the )?(?P<n>{_FEW}) (?P<who>customers|clients|account holders) (?:with|having|(?:who )?(?:have|had|got)) (?:the )?(?=(?:most|fewest)\b)", r"\g<which>top \g<n> \g<who> with the "),
        (r"\b(?:is there|are there|do we have|have we got|got|did we get) (?:anything|something)(?: open)? (?:on|against|about) (?=\w)", "any alerts on "),
        (r"\bby (?:total )?(?:value|amount|money|sum) (?:of|in) (?:(?:the|their|all|our) )*(?=(?:\w+ )?alerts\b)", "with the most money in "),
        (r"\bhow old is (?=(?:the |our |your )?(?:\w+ ){0,2}(?:alert|case)\b)", "how many days ago was "),
        (r"\b(?P<days>how many days ago was [^?.]*?\balert)(?:,? in days|,? counted in days)\b", r"\g<days>"),
        (r"\b(?:what (?:is|was)|what's|tell me|and) (?:its|that one's|that alert's) (?:risk |fraud )?(?:scores?|points)$", "what score did that one get"),
        (r"\b(?P<by>by|on) (?:the )?alert (?:counts?|volumes?|numbers?)\b", r"\g<by> number of alerts"),
        (r"\b(?:total )?exposure (?=(?:of|in|on|from|behind) )", "total value "),
        (r"\balert (?:volumes?|counts?)\b|\bvolumes? of (?:the )?alerts\b", "number of alerts"),
        (r"\b(?:rules?|typolog(?:y|ies)|scenarios?|detections?)(?: (?:that|which|is|are|was|were|has|have|had|been|gets?|got))* (?:fir(?:es?|ed|ing)|trigger(?:s|ed|ing)?|hits?|hitting|trip(?:s|ped|ping)?|go(?:es)? off|went off)\b", "reason for alerts is"),
        (r"\bwhich (?:one )?of (?:(?:all )?(?:our|my)|the|all the|these) (?=(?:customers|clients|account holders)\b)", "which "),
        (r"\b(?:(?:have|has|had|were|was|got|been) )*(?:flagged|alerted) (?P<how>more than|at least|over) (?P<n>once|twice|thrice|\w+ times)\b", _so_often),
        (r"\b(?:closed|cleared|marked|written off|resolved|judged) (?:off )?as (?:an? )?(?:false positives?|false alarms?|not fraud|no fraud|genuine|harmless|legit\w*)\b", "dismissed"),
        (r"\b(?:closed|marked|resolved|judged) as (?:real |actual |true )?fraud\b", "confirmed"),
        (r"\b(?:did |has |have )?(?:any ?thing|any money|any funds|money|funds) loop(?:s|ed)? (?:(?:right )?back|round)(?: (?:in)?to (?:its|the|their) \w+)?", "money going in a circle"),
        (r"\bby (?:the |their )?(?:number|count) of (?=(?:\w+ )?alerts\b)", "with the most "),
        # What a circle is.
        (r"(?P<circle>\bcircles?\b[^?.]*?),? \(?(?:i\.?e\.?|that is|meaning|in other words),? .*", r"\g<circle>"),
        (r"\bthe most in (?P<what>(?:flagged|alerted) (?:payments?|transactions?|transfers?))\b", r"the most money in \g<what>"),
        (r",? (?:taking|counting|considering|across|going by|looking at) all (?:of )?(?:the |our )?alerts?(?: that)?(?: (?:we've|we have|we|i've|i have|there (?:were|are|have been)))?(?: ever)?(?: (?:had|raised|seen|got))?(?=$|[,.?])", " of all time"),
        (rf"\b(?:where|in which|with|when|having) (?P<who>she|he|they|[\w' ]{{3,30}}?)(?: (?:is|was|are|were|as))? (?:the |a )?{_RECEIVER}(?=$|[,.?]| (?:in|on|this|last|since|during|so|ever|of all)\b)", _to_them),
        (r"(?<!which)(?P<what>\b(?:highest|biggest|maximum|top)) (?:risk |fraud )?(?P<unit>scores?|points)\b(?=(?:(?!\balerts?\b|\bflagged\b).)*$)", r"\g<what> alert \g<unit>"),
        # What customers hold.
        (rf"\bhow much (?:money |cash )?(?:do|does) (?:all )?(?:of )?{_CUSTOMERS} (?:hold|have|keep|own)(?: (?:with|at) (?:us|the bank|this bank))?(?: in (?:their|our) (?:bank )?accounts| on deposit)?(?=$|[,?.]| (?:now|in total|in all|altogether|all told|as of|today)\b)", "what is the total balance of our customers"),
        (r",? (?:everybody|everyone|all of them|all) (?:incl\.?|including|with) (?:the |all )?(?:businesses|shops|companies|merchants)(?: too| as well)?(?=$|[,?.])", ""),
        (r"\bbalances? held (?:by|with|at) ", "balance of "),
        # Circles by other names.
        (r"\b(?:money|funds|cash) (?:that )?(?:come|came|comes|coming|return(?:s|ed|ing)?|went|goes|going|go) (?:right )?(?:back|home)? ?to (?:where (?:it|they) (?:had )?(?:started|began|came from)|(?:its|the) (?:start|source|origin|sender))(?:,? (?:through|via|over) (?:\w+ )?(?:\w+ )?(?:\w+ )?(?:people|accounts|hands|others|customers))?", "money going in a circle"),
        (rf"{_LETTER}(?: to {_LETTER})+{_HOME}", "in a circle"),
        (r"\b(?:rings|loops|round[- ]trips|carousels)\b", "circles"),
        # Whom somebody will look at today: the day is that of the look.
        (rf"\bif (?:i|we)(?: \w+){{1,5}} {_ONE_OF_THEM}(?: \w+){{0,2}},? (?=who|what|which)", ""),
        (rf"\b(?P<who>(?:i|we) (?:\w+ ){{1,3}}{_ONE_OF_THEM}|{_ONE_OF_THEM} (?:should|do|must|can|could|shall|would) (?:i|we) (?:\w+ ){{1,3}}?) ?(?:first thing )?(?:today|tonight|this morning|this afternoon|right now|now)\b", r"\g<who>"),
        (r"\bwhose (?=(?:is|was|are|looks?|seems?)\b)", "who "),
    )
)  # fmt: skip
_WORSE = re.compile(
    r"\b(?:was|were|is|are|has been|had been|looks?|looked|got|turned out|went)(?: (?:much|far|a lot|any|even|really))?"
    r" (?:(?P<more>worse|busier|heavier|noisier|hotter|hairier)|(?:better|quieter|calmer|lighter|milder))(?= than\b)"
)


def in_table_words(text: str) -> str:
    """`text`, asked at a fraud desk, in words that the tables know: "what is open in the queue" as "... our alerts"."""
    for pattern, replacement in _PHRASES:
        text = pattern.sub(replacement, text)
    if not _OF_ALERTS.search(text):
        return text
    return _WORSE.sub(lambda said: f"had {'more' if said['more'] else 'fewer'} alerts", text)
