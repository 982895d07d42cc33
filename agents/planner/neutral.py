"""Words and phrases that change nothing: politeness, hedges, verbs of asking, nouns for what payments are anyway.

Whatever could narrow or widen an answer has no place here: an unknown word leads to a question back.
"""

_WORDS = """
    sir madam maam ma'am mam ji bhai yaar dude mate buddy bro folks guys dear namaste regards cheers hiya howdy
    sorry excuse pardon grateful appreciate appreciated appreciation hope glad happy wonder wondered wondering
    guess think thinking thought believe suppose supposing assume assuming reckon imagine mean meant understand
    learn discover figure remember curious interested eager sure unsure tell telling told say saying said
    mention provide furnish specify inform informed able possible possibly feasible kindly gently politely
    quickly briefly simply honestly frankly literally actually apparently presumably probably perhaps maybe
    somehow somewhat quite pretty very rather fairly truly really indeed basically essentially generally
    practically specifically particularly precise exact accurate rough approximate ballpark own myself
    personally individually currently presently meanwhile again once eventually finally managed manage managing
    ended ending tend tended happened happening occurred occur occurring done doing did executed performed
    conducted carried actual particular respective info information detail details worth basis respect regard
    regarding concerning concerned relating related pertaining been be being got has have had having was were am
    is are i've i'm i'd we've we're it's that's there's let's up out off too also even sthough although
    because while though i.e ie e.g eg etc namely viz amt amts tot please plz pls thnx tks
"""
_TALK = """
    lol lmao haha hehe omg wow ugh oh ah um uh hmm yikes tbh imo rn btw fyi damn bloody freaking freakin heck hell
    gosh jeez wait yo sup fam pal boss chief uncle aunty bhaiya yes no nope yeah anyway anyways whatever
    stay stays staying their theirs its his sab ne
    ko ka ki ke se beta hai hain tha thi wale wala wali hi bhi toh kya
    blimey crikey goodness gracious lord
    random randomly serious seriously honest truth truthfully frank basic basically like legit totally absolutely
"""
_ASKING = """
    intimate intimated advise apprise apprised clarify elaborate report reported quote quoted confirm verify furnish
    submit state stated indicate indicated highlight summarise pull fetch compute tabulate ascertain determine
    establish estimate estimated quantify review reviewing reviewed look looking looked check checked checking
    explain understand see seeing seen show showing shown request requested requesting require required requires
    answer answers reply respond response clarification query enquiry inquiry doubt please kind kindness oblige
    urgently urgent immediately soonest earliest convenience once starting start beginning begin
"""
_MONEY_NOUNS = """
    price prices pricing tag tab bill's worth lump lumpsum position
    standing lying parked sitting kept held stands lies sits line item items entry dough moolah paisa paise
    pocket purse bucks rupaye rupaiya inr
"""
_ANYBODY = "anyone anybody someone somebody anywhere somewhere anything nobody everyone everybody whoever wherever"
_TAIL = """
    capture captured grab grabbed represent represented constitute constituted contribute contributed
    make made up comprise comprised landed brought transacted transact transacting undertaken incurred effected posted executed recorded logged booked
    score scores scored points attempts dated
    registered captured occurring listed shown appearing appear appears found till inclusive exclusively overall
    combined consolidated cumulative aggregate entire entirely whole wholly fully completely altogether
"""
WORDS = frozenset(" ".join((_WORDS, _TALK, _ASKING, _MONEY_NOUNS, _ANYBODY, _TAIL)).split())
"""Single words; `planner.lexicon.FILLER` holds them too."""

UNSPENT = frozenset(
    """
    nights hours weeks months years
    life way manner reckoning paper papers record records reason sake curiosity interest information knowledge purpose
    purposes return returns claim auditor audit review report meeting discussion argument mind head hand heart fact
    case point view basis scale rate pace moment minute while occasion go shot run row stretch trot trip's average
    averages mean least most best worst first last whole total part half rest bit lot family wife husband son daughter
    colleague colleagues team mother father brother sister friend friends mom dad kid kids me you him her them us myself nobody everybody
    certain sure real example instance comparison contrast addition general particular short long time day days night
    bottom grandson granddaughter nephew niece hook circle circles round such sake memory look check sense idea guess bet tax ca kyc hra 80g 80c 80d itr gst reimbursement reimbursements tune extent degree level limit end ends start beginning middle close
    """.split()
)
"""Nouns behind a preposition on which nobody spends: "for the record", "on an average", "at this rate"."""

PHRASES: tuple[str, ...] = (
    r"(?:i )?(?:don't|do not|can't|cannot|hardly) (?:even )?(?:remember|recall|recognise|recognize|place) (?:that|this|it)(?: one)?(?: at all)?$",
    r"(?:(?:can|could|would|will|may|might) (?:you|u|i|we)(?: please| pls| plz| kindly)?(?: be able to)? )?(?:tell|let|show|inform|give|help|remind) (?:me|us)(?: (?:know|see|find|have|get|understand|out))?(?= (?:how|what|which|who|where|when|the|my|about|if|whether|of))",
    r"(?:i|we)(?:'d| would)? (?:just |only |also )?(?:like|want|need|wish|love|am trying|'m trying|am looking|hope|wanted|would like) to (?:know|see|find out|check|understand|learn|ask|work out|figure out|get|have)",
    r"(?:give|gimme|get|bring|tell|inform|let) (?:me|us)(?: (?:know|have))?(?: (?:a|the|an|my))?",
    r"(?:both|all|these|the)? ?(?:days|dates|ends) (?:inclusive|included|counted|taken)",
    r"(?:a |the |my )?(?:statement|record|data|details?)(?= (?:of|for|on)\b)|(?:please |pls |kindly |can you |could you )*help(?= (?:me|us)\b)|(?:estimated|given)(?= (?:spend|total|amount))",
    r"(?:end|ended|wind|wound) up(?= \w+)",
    r"without fail",
    r"(?:still )?left(?= (?:for|to spend|to go|this|until|till|before)\b)|(?:for )?the (?:remaining|rest of the) (?:days|weeks?|month)",
    r"(?:on|in|across|over|from|between) (?:both|all|either|all (?:two|three))(?: of)?(?: my| our| the)? (?:bank )?accounts",
    r"(?:do|did) (?:you|u) (?:know|happen to know|have any idea)",
    r"(?:just )?(?:out of curiosity|by any chance|if possible|if you (?:can|could|don't mind|please)|if i may ask|for my records|for my information|for the record|for me|as far as you (?:know|can see|can tell)|according to you|i wonder|i was wondering|please note)",
    r"(?:from|out of|in|into|through|via|on|across|for) (?:all (?:of )?)?(?:my|our|the|this) (?:(?:own|bank|savings?|current|personal) )*(?:accounts?|a/c|ac|pocket|wallet|side|end|name|behalf|part)(?: here)?",
    r"in (?:rupees|inr|rs|terms of money|money terms|value|value terms|figures|numbers|number|amount|actual|real terms|one go|one place|practice|fact|general|particular|short|brief)",
    r"(?:with )?(?:everything|all|all of it|all of them|all payments|all categories|every payment) (?:included|inclusive|counted|considered|taken together)|everything included|including everything|(?:from |across )?all sources|across (?:the board|everything|all (?:categories|merchants|payees|shops))",
    r"(?:only )?(?:the )?(?:really )?(?:big|bigger|large|larger|small|smaller) ones(?= ?[(,])",
    r"(?:putting|adding|taking|clubbing|lumping|counting|keeping)(?= [\w, &]{3,50} together\b)",
    r"(?:taken|put|added|lumped|all|clubbed|considered) together|between them|in one|as a whole|on the whole|when all is said and done|at the end of the day|as such|so to (?:say|speak)|i mean|you know|i think|i believe|i guess|i suppose|at all|after all|to be (?:exact|precise|honest)|more or less|or so|give or take|kind of|sort of|as well|once again|once more|by the way|btw|fyi|asap|for now",
    r"(?:soon|shortly|right|immediately|quickly|straight) after (?:arriving|arrival|receipt|coming in|(?:it|they) (?:came|arrived)(?: in)?)",
    r"in (?:my|our|this|the) (?:house|home|household|family)",
    r"(?:little|small|tiny|minor|petty|big|large|heavy|huge)(?= (?:[\w']+ ){1,4}(?:under|below|less than|smaller than|above|over|more than|up ?to|exceeding|at least|at most)\b)",
    r"(?:that|which) (?:i|we)(?: (?:have|had|'ve))? (?:made|did|do|make|done)(?! (?:with|by|to|on|for|at|from))",
    r"(?<!of )(?:that|which)(?: (?:have|has|had))? (?:was|were|been|is|are|got)(?: made| done)?",
    r"(?:size|price)(?= of\b)|(?<=average )(?:ticket|basket|bill|order|transaction|payment|purchase) (?:size|value|amount)|(?:bill|basket|ticket|order) (?:size|value)",
    r"(?:the )?(?:exact|final|actual|correct|precise) (?:figure|amount|sum|number|value)",
    r"(?:take|consider|say|looking at|look at|considering|using|use|we are talking about|talking about|i am talking about|i'm talking about|that is|i\.e\.?|ie|namely|viz\.?)(?= (?:the|only|just|last|this|past|january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|q[1-4]|20\d\d)\b)",
)  # fmt: skip
