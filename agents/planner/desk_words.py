"""Desk words: how those who work on alerts speak of them, of whom and of when, in the words that the tables know."""

import re

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
)

_PHRASES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        # The bank by another name.
        (r"\b(?:our|the|my|this) branch'?s (?=(?:customers|clients|account holders)\b)", "our "),
        (r" (?:in|at|of|for|across) (?:our|my|this|the whole) branch\b", ""),
        # Alerts by other names.
        (rf"\bhow (?:deep|long|big|large|full|high) (?:is|was) {_QUEUE}", "how many open alerts are there"),
        (_QUEUE, "our alerts"),
        (r"\b(?:(?:the|those|these|our) )?flagged (?:ones|items|stuff|things)\b", "flagged payments"),
        (r"\bred flags\b|(?<!in all )(?<!in most )(?<!in some )(?<!in many )(?<!in both )\bcases\b", "alerts"),
        (rf"(?P<before>^|\b(?:{_BEFORE_HITS}) )(?:hits|flags)\b", r"\g<before>alerts"),
        (rf"\b(?P<which>(?:{_RANKED})(?: (?:open|confirmed|dismissed|unresolved|fraud|ever))*) (?:case|hit|flag)\b", r"\g<which> alert"),
        (rf"\b(?P<what>payments?|transactions?|transfers?){_THEY} {_RAISED}(?!\w)", r"flagged \g<what>"),
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
