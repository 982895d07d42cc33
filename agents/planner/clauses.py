"""Several questions in one sentence, taken apart: "How much in May, and is that more than usual?"."""

import re

CLAUSES_MAX = 6

_STARTERS = (
    r"how (?:much|many|often|does|do|did|has|is|was)|what(?:'s| is| was| are| were| share| percentage| did)?|which|who(?:'?s)?|whom|where|when|why|"
    r"is (?:that|it|this)|was (?:that|it|this)|are (?:they|those|these)|did (?:i|we)|do (?:i|we)|have (?:i|we)|(?:did|has|have|does|is|was) (?:its|they|their|he|she|his|her)|(?:has|have|is|was) (?:any(?:thing|one|body)?|something|some)|show|list|compare|whether"
)
_STOP = (
    "".join(
        rf"(?<!\b{short})"
        for short in r"no nos rs mr ms mrs dr vs avg amt approx excl incl dept acc i\.e e\.g etc".split()
    )
    + r"\.+(?=\s)(?!(?<=\d\.) (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))|:-?[()]+"
)
"""A full stop, and not the one of an abbreviation or of "1. August"."""
_BREAK = re.compile(
    rf"(?<=\?)[?!\s]*(?=[^\s?!])|\s*(?:[;!]+|{_STOP})\s*(?=\S)|(?<!\btell me)(?<!\bshow me)(?<!\bgive me)(?<!\bknow):\s+(?=(?:{_STARTERS})\b)|,? (?:and|also|then|plus|&|n|but) (?:also |then )?(?=(?:{_STARTERS})\b)|, (?=(?:{_STARTERS})\b)|, (?:and )?(?=(?:on|in|to|at|for|by) (?:how many|which|whom|what)\b)",
    re.IGNORECASE,
)
_REASONS = (
    r"(?:so that|so as to|in order (?:that|to)|because|lest|whose|though|although|in view of|being|inasmuch as|given that|now that)\b"
    r"|so (?:i|we) (?:can|could|may|might|know|will|don't)\b|(?:since|as) (?:i|we|they|he|she|neither|nobody|my|our)\b(?! (?:have |had |first )*(?:began|begun|started|opened|joined|went live)\b)"
    r"|for (?:(?:i|we|he|she)\b|the \w+ and i\b)"
    r"|(?:i (?:could )?swear|i am sure|i'm sure|i bet)(?: that)? (?:it|that|they)\b"
    r"|i (?:feel|think|guess|believe|suppose|reckon|remember|had thought)(?: that)? (?:it|they|that|(?:i|we) (?:paid|spent|gave|sent|used))\b"
    r"|i (?:do not|don't|can't|cannot|hardly) (?:remember|recall|know|think)\b(?!.*\b(?:how|when|what|who|which|where|if|whether)\b(?! (?:much |many )?(?:it|that|this) (?:was|is)\b))"
    r"|before (?:i|we) (?:tell|ask|go|talk|speak|call|decide|sign|buy|book|commit|complain)\b"
    r"|i(?:'ll| will| want to| need to| have to| must| am going to|'ve to| plan to) (?:also )?"
    r"(?:show|tell|write|file|submit|explain|report|complain|note|put|enter|argue|pull|print|forward|brief|prepare)\b(?!.*\b(?:how|what|which|when|who|whom|where)\b)"
)
REASON = re.compile(_REASONS, re.IGNORECASE)
"""What begins so tells why something is asked, and asks nothing."""
_REASON_BEHIND = re.compile(
    rf",\s+(?={_REASONS})|\s+(?=(?:so that|so as to|in order that|because|lest)\b|so (?:i|we) (?:can|could|may|know)\b)",
    re.IGNORECASE,
)
_REASON_BEFORE = re.compile(
    rf"^(?P<reason>(?:{_REASONS})[^,:?]*(?:,[^,:?]*)??)(?:: |, (?=(?:i am curious|kindly|please|pray|tell|let|could|can|would|will|may|do|{_STARTERS})\b))",
    re.IGNORECASE,
)
_PAIRED = re.compile(
    r"\b(?P<link>between|compare|comparing) (?P<one>what (?:i|we|my|was|went)\b[^?.;]*?) and (?=what\b)", re.IGNORECASE
)
_OPENING = re.compile(
    r"^(?!(?:\w+ )*(?:first|second|last) one,[^:]*\b(?:that|it)\b)(?:(?:ok|okay|now|and|so|right|alright|well|next|then|thanks|thank you|great),? )*(?:(?:a |one |my )?(?:one more|quick|last|second|first)(?: \w+)? (?:question|thing|one)|(?:a |one )?(?:another|next|other) (?:thing|one)|"
    r"question|hi|hello|hey|sir|madam|dear \w+)\s*[:,\-]+\s*",
    re.IGNORECASE,
)
_NETTED = re.compile(
    r"^(?:net(?: of)?|after|less|minus|taking off|adjusting for|adjusted for) (?:any |the |all |my )?(?:refunds?|returns?|reversals?)"
    r"(?: and (?:refunds?|returns?|reversals?))?,\s+(?=\w+ \w+)",
    re.IGNORECASE,
)
""" "Net of refunds, what ...": every sum of spending is."""
_ANEW = re.compile(
    r"^(?:(?:ok|okay|now|and|so|right|alright|well|then|thanks|thank you|great|fine),? )*(?:"
    r"(?:a |one |my |here is (?:a|another) )?(?:different|another|new|next|other|fresh)(?: \w+)? (?:q|qn|ques|question|query|topic|subject|matter)|(?:something|one thing) different|"
    r"(?:leaving|leave|forget|forgetting|setting|putting|never mind|enough of) (?:about )?(?:that|it|this)(?: aside| for now)?|"
    r"(?:forget|never mind|enough of) (?:about )?(?:(?:the|that|those|any) )?(?:refund|return)s?(?: part| bit| thing| stuff)?|"
    r"(?:that is |that's )?(?:enough|so much|quite enough) (?:of|about|for|on|with) (?:the |my |our )?\w+(?: \w+)?|"
    r"changing (?:the )?(?:topic|subject)|(?:on|moving on)(?: to)? (?:a|another) (?:different |other )?(?:note|topic|matter|subject)|moving on|"
    r"(?:here is )?something (?:else|different|new|i|we)\b[^:]*"
    r")\s*(?:[:,\-]+\s*|$)"
)
_OPENS = re.compile(
    r"(?:(?:and|so|then|but) )?(?:the (?:very )?(?:worst|dearest|costliest|priciest|biggest|largest|highest|lowest|smallest|cheapest)(?: \w+)? (?:of|among) (?:the|those|these|them)\b|on (?:an? )?average|on (?:\w+days|(?:the )?week ?(?:ends|days))|across|just(?! (?:back|\w+ed|\w+ing)\b)|only|out of curiosity|by the way|counting|adding up|going by|judging by|of|in|for|over|during|since|between|from|last|this|leaving|excluding|except|without|apart|(?:strip|take|knock|cut|leave) (?:the |my |our )?[\w']+ (?:[\w']+ )?(?:out|off|aside)|"
    r"besides|per|each|every|typically|usually|normally|roughly|approximately|overall|altogether|with|at|through|via|"
    r"to be (?:fair|just|honest|frank)|(?:coming|going|getting|returning|back) (?:back )?to|as for|regarding|about(?! to\b)|out of|among|within|till|until|after|before(?! (?:i|we|you|he|she|they)\b)|up to|if|when|whenever|every time|each time|not counting|ignoring|taking|considering|given|looking|by|as of|as at|as on|compared|based on)\b",
    re.IGNORECASE,
)
_WHEN_TOLD = re.compile(r"(?:when|whenever|every time|each time) (?:i|we|my|our|the)\b", re.IGNORECASE)
"""A question would be "when did I"."""
_DECLARES = re.compile(
    r"\b(?:i|we) \w+\b.*\b(?:i|we) \w+|\b(?:i|we)(?:'m|'re| am| are| was| were)\b"
    r"|\b(?:in|on|at|since|after|during|by|till|until|from)"
    r" (?!what|that|which|whom?|when|every|any|all|the|my|our)\w*(?!s)\w (?:i|we) \w+"
    r"|^(?:in|this|with|for|at|on) (?:[\w']+ ){1,5}?(?:is|are|says?|said|tells?|seems?|feels?|looks?)\b",
    re.IGNORECASE,
)
""" "In July I lived in cabs", "with my mother in hospital I ordered in": a sentence of its own, which opens no other."""
_OF_WHAT = re.compile(r"(?:out )?of (?:what|all (?:that|of it)|everything)\b", re.IGNORECASE)
_HOW_MANY = re.compile(
    r"(?:and )?(?P<asks>how many|which one)(?: in all| altogether| in total| was it| is it)?\??", re.IGNORECASE
)
""" "Tickets above 300 since January, how many": a question of its own only behind one that was asked."""
_HOW_OFTEN = re.compile(r"(?:and )?how (?:many times|often)(?: in all| altogether| in total)?\??", re.IGNORECASE)
""" "Has money left my account at night, how many times": it is the whole of what is asked."""
_OF_WHAT_NUMBER = re.compile(
    r"(?:to|at|in|on|from|with|by|for) (?:how many|which|whom|what)\b(?!.*\b(?:did|do|does|has|have|was|were|is|are)\b)[^?]*$",
    re.IGNORECASE,
)
""" "To how many people, shops included, did I pay": the verb comes behind the comma."""
_BY_HOW_MUCH = re.compile(
    r"(?:and )?(?:if so,? )?(?:by (?:how much|what amount)|(?P<number>by how many(?: (?!percent|per cent)\w+)?)"
    r"|(?:by )?how (?:much|many) (?:more|less|higher|lower|fewer|extra))\??",
    re.IGNORECASE,
)
_SAVED = re.compile(r"(?:and |so )?how much (?:did|have|do) (?:i|we) saved?\??", re.IGNORECASE)
_HELD_APART = re.compile(r"\b(?:vs\.?|versus|against|compared (?:to|with))(?= )", re.IGNORECASE)
""" "Groceries this October vs last, how much did I save": how much less it was."""
_THE_GAP = re.compile(r"(?:and )?what(?:'s| is| was) the (?:difference|gap)\??", re.IGNORECASE)
_FIRST_OR_LAST = re.compile(
    r"(?:the |my )?(?:very )?(?:first|last)(?: ever)? (?:time|payment|purchase|visit|order)\b", re.IGNORECASE
)
_ITS_DAY = re.compile(
    r"(?:and )?(?:(?:on )?(?:which|what) (?:date|day) (?:was|is) (?:it|that)|when was (?:it|that))\??", re.IGNORECASE
)
""" "The first time I bought there, which date was it": the day of that one."""
_THAT_ONE = re.compile(r"(?:that|the|my|this) (?!(?:first|last)\b)[\w&' ]+$", re.IGNORECASE)
_HOW_MUCH_WAS_IT = re.compile(
    r"(?:and |so )?(?:how much|what)(?: (?:was|is) (?:it|that)|(?: did|does) (?:it|that) (?:cost|come to)(?: me)?)?(?: in all)?\??",
    re.IGNORECASE,
)
""" "That dinner at Saffron Leaf in April, how much was it": one question, its object said first."""
_A_RAISE = re.compile(r"\b(?:raise|hike|increment)\b", re.IGNORECASE)
_SINCE_WHEN = re.compile(r"(?:and |so )?(?:since when|from when|when|when was (?:it|that))\??", re.IGNORECASE)
_OWN_RULE = re.compile(
    r"^(?:my (?:rule|limit|cap|aim|goal) is(?: that)?(?: to keep)?|i (?:try|want|like|aim) to keep|i keep) (?:my )?(?P<what>[\w' ]{3,30}?)"
    r" (?:stays? |to stay |must stay |should stay )?(?:under|below|within) (?P<amount>[^.?;:]{2,25}?)(?: (?:a|per|each|every) month)?[.,;:]+ "
    r"(?P<asks>(?:in )?how many [^?]*\bmonths?\b[^?]*?) (?:did|have|do) (?:i|we) (?:manage|keep|kept|stick|stuck|meet|met|succeed)\w*[^?]*",
    re.IGNORECASE,
)
""" "My rule is food under 9,000. In how many months did I manage it?" counts the months below it."""
_COURTESY = re.compile(
    r",? (?:if (?:you|u) (?:don't|do not|dont|wouldn't) mind|if (?:at all )?possible|if (?:that's|it's|that is) (?:ok|okay|alright)"
    r"|if (?:you|u) can|when you (?:can|get a (?:chance|minute))),(?= )|(?<=how long ago), (?:counted )?in (?:days|weeks|months),(?= )",
    re.IGNORECASE,
)
""" "Could you tell me, if you don't mind, how much ..." is said in one breath."""
_BEGUN_AGAIN = re.compile(
    r"^.{8,}?(?:\.{2,}|…|—|[,;.?!]) ?(?:(?:oh|ah|hmm|sorry|actually|ok),? )*"
    r"(?:no[,.]? (?:wait|simply|rather|actually|sorry)|wait|(?:scratch|strike|forget|scrap) (?:that|it)|never ?mind(?: that)?"
    rf"|let me (?:rephrase|ask (?:that|it) (?:again|differently)))[,.:;! ]+(?=(?:{_STARTERS})\b)",
    re.IGNORECASE | re.DOTALL,
)
""" "What was the 4,190... no wait, how much did they charge me": what was begun is taken back."""
_NOT_THIS = re.compile(
    r"^(?P<denied>(?:(?:no|nope|nah|sorry|oh|oops|wait)[,. ]+)*not (?:(?:in|on|at|to|for|the) )?[\w&']+(?: [\w&']+)?)"
    rf" ?[.;!]+ (?!(?:{_STARTERS})\b)(?=[\w&' ]{{2,40}}$)",
    re.IGNORECASE,
)
""" "No, not fuel. Taxi": one correction, and no two questions."""
_EXTREME_BALANCE = re.compile(
    r"\b(?:highest|lowest|smallest|biggest|largest|peak|max|min)(?:\w+)? (?:\w+ )?balance\b", re.IGNORECASE
)
_AND_WHEN = re.compile(
    r"(?:and )?(?:when|on (?:which|what) (?:day|date))(?: (?:was|is) (?:it|that|this))?\??", re.IGNORECASE
)
""" "My lowest balance this year and when": a day and its amount are told together."""
_TAKEN_BACK = re.compile(r"(?:no,? |ok,? )?(?:cancel|scrap|scratch) (?:that|it|this)", re.IGNORECASE)
""" "Cancel that. Just the total": of what was asked before, and no order."""
_BY_NUMBER = re.compile(
    r"(?:i mean(?:t)?,? |and )?(?:by|going by|in) (?:the )?(?:number|count|no\.?(?= of))\b.*"
    r"|i mean(?:t)?,? the (?:median|mean|average|total|number|count|sum)\b.*",
    re.IGNORECASE,
)
""" "What percentage was UPI? I mean by number of payments": of what was asked."""
_REMAINS = re.compile(
    r"(?:(?:and|so|then|now) )*(?:how much|what)(?: does (?:that|it)| would| will| do i)? ?"
    r"(?:remains?|remained|is (?:left|remaining)|be left|leave|left)(?: over)?(?: then| now)?\??",
    re.IGNORECASE,
)
_NAMES_IT = re.compile(
    r"(?:and |so )?(?:(?:(?:what|which)(?:'s| is| was| are| were)?|give me|tell me|just|only) )?(?:the |his |her |its |their )?"
    r"(?:name|names|payee'?s? names?)(?: of (?:it|them|that|this|the payee))?(?: please| pls| then)?\??",
    re.IGNORECASE,
)
""" "Did I pay anybody new, what's the name?": who it was."""
_LEAVES_OUT = re.compile(
    r"(?:(?:and|now|please|ok|then|so) )*(?:leav|exclud|without|tak|strip|remov|ignor|skip|drop|minus|except|not count)",
    re.IGNORECASE,
)
_KNOWN = re.compile(
    r"(?:the )?(?P<what>[\w' ]{2,30}?) (?:ones? )?(?:i|we)(?: already)? (?:know|remember)(?: (?:about|of))?(?P<drop>,? (?:so |and )?(?:please )?(?:forget|ignore|skip|leave)\b.*)?",
    re.IGNORECASE,
)
""" "The UPI ones I remember" asks nothing; "rent I know, so forget it" leaves it out."""
_POLITE = re.compile(
    r"^(?:hi|hello|hey|(?:many )?thank(?:s|ing you| you)(?: a lot| a ton|(?: so| very) much)?(?: in (?:advance|anticipation))?|(?:with )?(?:kind |best |warm )?regards|please|pls|kindly|ok|okay|cheers|"
    r"(?:i|we)(?:'m|'re| am| are| was| were| want to| have to)? compar(?:e|ing) (?:my |the |these |those |our )?(?:two|three|four|2|3|4|a few|some|both) [\w ]+|"
    r"that(?:'?s| is| was) (?:(?:really|quite|way|so|such) )*(?:a lot|too much|so much|plenty|great|good|fine|nice|crazy|insane|high|huge)(?: of money)?(?:,? (?:omg|wow|really|man|bro|lol|yaar|though))*|"
    r"(?:please )?(?:tell me|let me know|help(?: me)?)|(?:just )?(?:show|tell|remind) (?:her|him|them|us)|(?:(?:just )?tell me )?(?:just )?one (?:(?:more |last |quick )?thing|(?:more|last|final|other|quick)(?: (?:q|question|query|one))?)|(?:a |one |just a )?(?:small|quick|little|simple) (?:thing|question|doubt|query|help)|good (?:morning|evening|afternoon))"
    r"[\s,.!]*(?:finlens|there|sir|madam|team|all)?[\s,.!?]*$",
    re.IGNORECASE,
)


STORY_WORDS = 4
"""The least that is told before what is asked, for it to be a story."""
_ASKS_MIDWAY = re.compile(
    r"\b(?:so )?(?:(?:please|pls|just|first|kindly) )*(?:tell me|let me know|give me|show me)\b|\b(?:just|pls|please|kindly) tell\b"
    r"|\bhow (?:much|many)(?: \w+)? (?:did|do|does|was|is|were|are|has|have|i|we|went|goes)\b"
    r"|\b(?:when|who|what|which(?: \w+)?) (?:did|was|were|is|are|does|do|has|have|will)\b",
    re.IGNORECASE,
)
_TOLD = re.compile(
    r"\b(?:am|are|is|was|were|has|have|had|gave|sent|got|wants?|needs?|asks|asked|says|said|came|went|and all)\b",
    re.IGNORECASE,
)
_ASKS_BEFORE = re.compile(r"\b(?:how|what|which|when|tell|show|give|know|see|find|wonder\w*|compare)\b", re.IGNORECASE)
_LEADS_ON = frozenset("to of on by for about in at than and or is was with from that if whether as between".split())
"""Behind one of these a question word goes on with what was begun: "I want to know of how much"."""
_LEFT_OUT_TOO = re.compile(
    r"(?P<head>\b(?:(?:leav(?:e|ing)|tak(?:e|ing)|keep(?:ing)?|strip(?:ping)?|cut(?:ting)?) out|remov(?:e|ing)|drop(?:ping)?|except(?: for)?|without|excluding|apart from|minus|ignoring|not counting|other than)\b[^?.;]*?)"
    r"(?P<link>,? and|,)(?: also)? (?:what|whatever|(?:the )?money(?: which| that)?|all that)(?: (?:i|we))?(?: have| has)?"
    r" (?:went|goes|gone|paid|gave|sent|was paid|was sent) to(?= )",
    re.IGNORECASE,
)
_INSERTED = re.compile(
    r", (?P<how>on average|in total|altogether|all in all), (?=(?:do|did|does|have|has|is|was)\b)", re.IGNORECASE
)
""" "What, on average, did I spend": no clause of its own."""
_CORRECTED = re.compile(r"\b[\w']+ ?(?:\.{2,}|…|—) ?(?:sorry|no,? wait|oops|i mean|no,? no),? (?=\w)", re.IGNORECASE)
""" "How many sales... sorry, payments": the word that is taken back."""
_CHOSEN = re.compile(
    r"^(?P<things>(?:[\w&']+ ){1,3}?or (?:[\w&']+ ){0,2}[\w&']+) ?[,:?–-]+ ?"
    r"(?P<asks>(?:(?:on |in |at |to |by )?(?:which|what|whom|who|where)(?: one| of (?:them|these|the two|those))?)\b[^?.!;]*)",
    re.IGNORECASE,
)
""" "UPI or card, which did I use more": what is to choose from, said first."""
_TARGET = re.compile(
    r"^(?:(?:hi|hello|ok|so),? )*(?:i(?:'d| would) like|i want|i(?:'m| am) (?:trying|hoping|aiming|planning)|i (?:hope|plan|aim)|trying|aiming"
    r"|my (?:aim|goal|target|plan) is) to (?:keep|limit|cap|restrict|hold) (?:my )?(?P<what>[\w' ]{3,25}?)"
    r" (?:spend(?:ing)? )?(?:to|under|below|at|within|down to) (?P<amount>[^.?;:]{2,30}?)[.,;:]+ "
    r"(?:so |and )?(?:where do i stand|how am i doing|am i on track|how(?:'s| is) it (?:going|looking)|how far am i|what(?:'s| is) left"
    r"|how much (?:room|headroom) (?:do i have|is there|have i got)|have i (?:crossed|exceeded) (?:it|that))\b[^?.]*",
    re.IGNORECASE,
)
""" "I'd like to keep groceries under 12,000 this month. Where do I stand?"."""
_GUESS = re.compile(
    r"(?:was|is|were) (?:it|that) (?:about |around |some )?(?:rs\.? ?|₹ ?)?[\d,.]+ ?\w* or (?:rs\.? ?|₹ ?)?[\d,.]+ ?\w*\??"
    r"|(?:about |around )?(?:rs\.? ?|₹ ?)?[\d,.]+ ?\w* or (?:rs\.? ?|₹ ?)?[\d,.]+ ?\w*\??",
    re.IGNORECASE,
)
""" "Was it 19 or 20 thousand?" says what is remembered of the answer, and nothing of the question."""
_ROLES = (
    r"(?:officers?|auditors?|audit|regulators?|team|managers?|boss|heads?|committee|board|desk|chief|directors?|office|"
    r"compliance|management|branch|legal|rbi|fiu|police|inspectors?)"
)
_OCCASIONS = (
    r"(?:reports?|stand-?up|meeting|review|briefing|minutes|handover|shift|sheet|deck|slides?|pack|huddle|note|memo|"
    r"mail|e-?mail|file|dashboard|papers?|presentations?|ppt|newsletter|spreadsheet|minister|press|records?|return|filing|summary|update|inspection|call|log)"
)
_SOLEMN = (
    r"(?:board|auditors?|audit|regulators?|committee|compliance|management|reports?|meeting|review|briefing|presentation"
    r"|deck|slides?|papers?|dashboard|stand-?up|huddle)"
)
"""What nobody spends on: said with a comma it is an address too."""
_ASK = r"(?:wants?|needs?|asks?|asked|wanted|is asking|keeps? asking|would like)"
_ADDRESSED = re.compile(
    r"(?:^|(?<=[.!?] ))(?:(?:(?:i )?needs?|want(?:ed)?|quick|short|urgent|another)? ?(?:just )?"
    r"(?:(?:(?:a|the|an|some|one) [\w' -]{2,20}|one|q|question|query|request) )?"
    r"(?:for|from|before|after|ahead of)(?: (?:the|our|my|today's|tomorrow's|this))? [\w' -]{0,25}"
    rf"\b(?:{_ROLES}|{_OCCASIONS})"
    rf"|(?:the|our|my) [\w' -]{{3,30}} {_ASK}(?: to know| for)?(?: [\w' -]{{1,25}})?"
    rf"|(?:\w+ )?{_ROLES} {_ASK}(?: to know| for)?(?: [\w' -]{{1,25}})?)(?:\s*:| -+| –| —)\s+"
    rf"|^(?:this is |i need this )?for (?:the|our|my|this|tomorrow's|today's) (?:[\w'-]+ ){{0,2}}{_SOLEMN},\s+",
    re.IGNORECASE,
)
"""For whom something is asked: "for the auditors: how many ...", "the board wants figures: what ..."."""
_OF_ALERTS = re.compile(r"\balerts?\b|\bflagged\b", re.IGNORECASE)
_THAT_REASON = re.compile(
    r"\b(?:that|this) (?:very |same )?(?:reason|ground|pattern|cause|sort|kind|type|nature)\b|\bfor (?:that|this)$"
    r"|\bsuch (?:\w+ )?alerts?\b|\balerts? (?:like|with|for|of|about|carry(?:ing)?|show(?:ing)?|have|had|cite|name) (?:that|this|it)\b",
    re.IGNORECASE,
)
_BECAUSE = re.compile(r"because\b", re.IGNORECASE)


_MEASURES = r"(?:count|number|total|sum|value|average|mean|median|biggest|largest|highest|smallest|lowest|cheapest|dearest|first|last)"
_OF_BOTH = re.compile(
    rf"^(?P<head>(?:(?:what(?:'s| is| was| are| were)|tell me|give me|show me|show) )?(?:(?:the|my|our) )?)"
    rf"(?P<one>{_MEASURES})(?: and|,| &) (?:(?:the|my) )?(?P<two>{_MEASURES}) (?P<rest>(?!amount of\b).+)$",
    re.IGNORECASE,
)


def _of_both(part: str) -> list[str]:
    """ "The average and biggest restaurant bill": the average one, and the biggest one."""
    said = _OF_BOTH.match(part)
    return [f"{said['head']}{said[each]} {said['rest']}" for each in ("one", "two")] if said else [part]


_DAYS = r"(?:week ?ends?(?: days?)?|week ?days?|(?:mon|tues|wednes|thurs|fri|satur|sun)days?)"
_AND = r",? (?:and|&|vs\.?|versus|against|compared (?:to|with)) "
_MEAN = r"(?:avg\.?|average|mean)"
_WHEN = r"(?P<when> (?:for|in|during|of|this|last) [^,]+?)?"
_SUCH_DAYS_APART = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"^(?P<head>)(?P<one>(?:my |the )?{_MEAN} [\w ]*?\b{_DAYS}\b[\w ]*?){_AND}"
        rf"(?P<two>(?:my |the )?{_MEAN} [\w ]*?\b{_DAYS}\b[\w ]*?){_WHEN}$",
        rf"^(?P<head>[^?]*\b{_MEAN} [^?]*?)(?P<one>(?:on |per )?{_DAYS}){_AND}(?P<two>(?:on |per )?{_DAYS}){_WHEN}$",
        rf"^(?P<head>how much [\w' ]*?)(?P<one>on {_DAYS}){_WHEN},? and (?P<two>on {_DAYS})(?P<behind> [\w ]+)?$",
    )
)
_TOGETHER = re.compile(r"\b(?:together|combined|total|both|more|less|higher|differ\w*)\b", re.IGNORECASE)


def _of_such_days(part: str) -> list[str]:
    """ "The average weekday spend and average weekend spend for October", "on Sundays and on Mondays": of each."""
    said = next((match for pattern in _SUCH_DAYS_APART if (match := pattern.match(part.rstrip("? ")))), None)
    if said is None or _TOGETHER.search(part):
        return [part]
    when = said["when"] or said.groupdict().get("behind") or ""
    return [f"{said['head']}{said[each]}{when}" for each in ("one", "two")]


def announced(text: str) -> tuple[str, bool]:
    """A normalised clause without the words that announce a new question, and whether there were any: "new q",
    "enough of food"."""
    rest = _ANEW.sub("", text)
    return rest, rest != text


def clauses(question: str) -> list[str]:
    """The questions in `question`, at most CLAUSES_MAX; greetings are left out."""
    said = _PAIRED.sub(
        r"\g<link> \g<one> with ", _ADDRESSED.sub("", _OPENING.sub("", _NETTED.sub("", question.strip())))
    )
    said = _INSERTED.sub(r" \g<how> ", _BEGUN_AGAIN.sub("", _COURTESY.sub("", said)))
    said = _OWN_RULE.sub(r"\g<asks> was \g<what> under \g<amount>", said)
    said = _TARGET.sub(r"if \g<what> is to stay under \g<amount>, how much is left", said)
    said = _NOT_THIS.sub(r"\g<denied>, ", _CHOSEN.sub(r"\g<asks> \g<things>", _CORRECTED.sub("", said)))
    said = _LEFT_OUT_TOO.sub(r"\g<head>\g<link>", said)
    sentences = [part for sentence in _BREAK.split(said) for part in _with_reasons_apart(sentence)]
    parts = [part.strip(" ,.!;:") for sentence in sentences for part in _with_story_apart(sentence)]
    parts = parts[1:] if len(parts) > 1 and _TAKEN_BACK.fullmatch(parts[0]) else parts
    parts = _with_measures(
        [each for part in parts if part.strip("?") for both in _of_both(part) for each in _of_such_days(both)]
    )
    parts = _with_names(_with_remains([_without_known(part) for part in parts]))
    asked = _with_openings([part for part in parts if part and not (_POLITE.match(part) or _GUESS.fullmatch(part))])
    asked = _with_alert_reasons(asked)
    return [part.rstrip("? ") for part in asked[:CLAUSES_MAX]] or [question.strip()]


def _with_story_apart(sentence: str) -> list[str]:
    """What is told without a stop before what is asked, and this: "my knees hurt so I take taxis how much was taxi"."""
    for asks in _ASKS_MIDWAY.finditer(sentence):
        told = sentence[: asks.start()].strip(" ,")
        words = told.split()
        tells = len(words) >= STORY_WORDS and _TOLD.search(told) and not _ASKS_BEFORE.search(told)
        if tells and words[-1].lower() not in _LEADS_ON:
            return [told, sentence[asks.start() :]]
    return [sentence]


def _with_reasons_apart(sentence: str) -> list[str]:
    """The sentence, and each reason that it gives by itself: "..., so that I may plan the month"."""
    before = _REASON_BEFORE.match(sentence)
    rest = sentence[before.end() :] if before else sentence
    return [*([before["reason"]] if before else []), *_REASON_BEHIND.split(rest)]


def _with_alert_reasons(parts: list[str]) -> list[str]:
    """Why alerts were raised joined to the question about them: it is no story, but tells which alerts are meant."""
    joined: list[str] = []
    for part in parts:
        is_because = bool(_BECAUSE.match(part)) and any(_OF_ALERTS.search(before) for before in joined[-1:])
        if joined and (is_because or (_OF_ALERTS.search(part) and _THAT_REASON.search(part))):
            joined[-1] += f" {part}"
        else:
            joined.append(part)
    return joined


def _with_measures(parts: list[str]) -> list[str]:
    """ "Did I spend more in May than in April? By how much?" is one question."""
    joined: list[str] = []
    for part in parts:
        if joined and (measure := _BY_HOW_MUCH.fullmatch(part)):
            joined[-1] = f"{joined[-1].rstrip('?')} {measure['number'] or 'by how much'}"
        elif joined and _THE_GAP.fullmatch(part) and _HELD_APART.search(joined[-1]):
            joined[-1] = f"{joined[-1].rstrip('?')} by how much"
        elif joined and _SAVED.fullmatch(part) and _HELD_APART.search(joined[-1]):
            joined[-1] += " how much less"
        elif joined and _THAT_ONE.match(joined[-1]) and _HOW_MUCH_WAS_IT.fullmatch(part):
            joined[-1] = f"how much was {joined[-1]}"
        elif joined and _A_RAISE.search(joined[-1]) and _SINCE_WHEN.fullmatch(part):
            continue  # the day is what is told of a raise
        elif joined and _FIRST_OR_LAST.match(joined[-1]) and _ITS_DAY.fullmatch(part):
            joined[-1] += " when was it"
        elif joined and _EXTREME_BALANCE.search(joined[-1]) and _AND_WHEN.fullmatch(part):
            joined[-1] += " and when"
        elif joined and (_BY_NUMBER.fullmatch(part) or _is_how_often(part, joined[-1])):
            joined[-1] = f"{joined[-1].rstrip('?')} {part}"
        elif joined and (tail := _HOW_MANY.fullmatch(part)) and not joined[-1].endswith("?"):
            joined[-1] += f" {tail['asks']}"
        else:
            joined.append(part)
    return joined


def _is_how_often(part: str, before: str) -> bool:
    return bool(_HOW_OFTEN.fullmatch(part)) and not _ASKS_BEFORE.search(before)


def _with_remains(parts: list[str]) -> list[str]:
    """Behind what is left out, "how much remains" asks for that sum, and for no balance."""
    return [
        "how much is that" if n and _REMAINS.fullmatch(part) and _LEAVES_OUT.match(parts[n - 1]) else part
        for n, part in enumerate(parts)
    ]


def _with_names(parts: list[str]) -> list[str]:
    """Behind a question "what's the name" asks who that was."""
    return ["who was it" if n and _NAMES_IT.fullmatch(part) else part for n, part in enumerate(parts)]


def _without_known(part: str) -> str:
    """Nothing of what is known already; what is to be forgotten for that is left out of the question behind."""
    known = _KNOWN.fullmatch(part)
    if known is None:
        return part
    return f"excluding {known['what']}" if known["drop"] else ""


def _with_openings(parts: list[str]) -> list[str]:
    """Parts that only open the question after them joined to it: "On average, what ...", "Leaving out rent, which ..."."""
    joined: list[str] = []
    opening = ""
    for n, part in enumerate(parts):
        tells = (
            _WHEN_TOLD.match(part)
            or _OF_WHAT.match(part)
            or not re.search(rf"\b(?:{_STARTERS})\b", part, re.IGNORECASE)
        )
        declares = REASON.match(part) or _DECLARES.search(part)
        opens_up = _OPENS.match(part) and tells and not declares and not part.endswith("?")
        opens = n + 1 < len(parts) and bool(opens_up or _OF_WHAT_NUMBER.match(part))
        if opens:
            opening += f"{part} "
        else:
            joined.append(opening + part)
            opening = ""
    return joined
