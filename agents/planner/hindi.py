"""Hindi as it is typed in Latin letters, in the English words and order that the tables know.

Hindi puts "to", "on", "from" and "of" behind the thing they belong to, and the verb last: "hari kirana ko ab tak kitna
diya" is read as "to hari kirana till date how much paid". A thing that stands so is one in English as well, so that an
unknown one is asked about.
"""

import re

from agents.planner.calendar_words import FESTIVALS, MONTHS, WEEKDAYS
from agents.planner.words import words

_SPELLINGS: dict[str, str] = {
    # small words
    "ke": "k kay", "hai": "h hain hei hy hoon hun hu", "me": "mein mei mai", "pe": "pr", "tak": "tk", "ko": "koo", "aur": "oar",
    "nahi": "nhi nai nahin nahii", "kya": "kyaa kia", "bhi": "bhee", "sab": "sabhi sabka", "is": "iss", "us": "uss",
    "wala": "wale wali walo walon vala vale vali", "tha": "thi thii thaa", "ho": "hua hui hue huye huyi hota hote hoti hogaya hogayi",
    "apna": "apne apni", "mera": "meri mere", "hamara": "hamari hamare humara humare", "alawa": "alaawa elava ilawa",
    # questions
    "kitna": "kitnaa ktna kitta", "kitne": "kitni kitny ktne ktni", "kab": "kabb", "kahan": "kaha kahaan kidhar", "kaun": "kon kaunsa kaunsi kaunse konsa konsi konse",
    "kis": "kiss kin", "kisko": "kise kinko", "kisne": "kinhone", "kyun": "kyu kyon kyo",
    # more and less
    "zyada": "jyada jada zada zyaada jyaada jyda ziyada", "kam": "kum", "upar": "uper oopar", "neeche": "niche nichay nichey", "sabse": "sbse sabsay",
    "mehnga": "mehenga mehengi mehnge mehngi mahanga mahangi mehange", "bada": "badi bade barha bara", "chhota": "chota choti chote chhoti chhote", "sasta": "sasti saste",
    # time
    "mahine": "mahina mahino mahinon maheena maheene mahene mhine mhina maah", "pichle": "pichhle pichla pichhla pichli pichhli pichley gaye-hue guzre", "hafte": "hafta hafto haftey saptah",
    "saal": "sal saalo", "din": "dino dinon", "abhi": "abhii", "aaj": "aj", "parso": "parson", "roz": "roj rozana rojana", "agle": "agla agli", "baar": "dafa dafe dafaa",
    "aakhri": "akhri aakhiri akhiri aakhari", "pehli": "pehla pahli pahla", "pehle": "pahle phle", "har": "hr", "aakhir": "akhir ant",
    "shaniwar": "shanivar sanivar", "itwar": "ravivar raviwar itvar etwar", "somwar": "somvar", "mangalwar": "mangalvar", "budhwar": "budhvar",
    "guruwar": "guruvar brihaspativar", "shukrawar": "shukravar shukrwar",
    "january": "janvari janwari", "february": "farvari farwari", "april": "aprail", "july": "julai", "august": "agast",
    "september": "sitambar", "october": "aktubar aktoobar", "november": "navambar", "december": "disambar",
    # money and what is done with it
    "kharcha": "kharch kharche kharchaa kharcho kharca karcha", "paisa": "paise paisaa paiso pese pesa", "rupaye": "rupay rupaya rupya rupiye rupaiye", "hisaab": "hisab hisaab-kitaab",
    "gaya": "gyi gya gayi gaye jata jati jate jaata jaati jaate gyaa gayaa", "diya": "dia diye dii de-diya deta dete deti", "aaya": "aya aye aaye aayi ayi aai aata aati aate ata ati",
    "mila": "mile mili milta milte milti", "bheja": "beja bheje bheji bhejaa", "udaya": "uda udaye udd udayi uday fooka phooka foonka", "laga": "lagi lage lagta lagti lagte lagaya lagaye",
    "kiya": "kia kiye kiyaa karta karte karti", "nikala": "nikale nikali nikaala nikle nikla", "liya": "lia liye", "kharida": "khareeda kharidi kharide khareedi", "bhara": "bhari bhare",
    "kata": "kaata kate kaate kati", "wapas": "vapas wapis vapis", "bacha": "bachi bache bachaya bachaye bachta", "bachat": "bacht",
    "milake": "milakar mila-ke milaake milaakar", "jodke": "jodkar", "chhodke": "chodke chhodkar chodkar", "hatake": "hatakar hataakar",
    # things
    "kirana": "kirane kiraana kiryana", "kiraya": "kiraye kiraaya bhada", "khana": "khane khaana khaane", "bijli": "bijlee bijlii", "paani": "pani", "kapde": "kapda kapdo kapdon kapre kapra",
    "dawai": "dawaiyan dawaiyon dawa dawaa dawaiya davai", "tankhwah": "tankha tankhwaah tanakhwah tankhaa", "pagaar": "pagar", "kist": "kisht kishte kiste kishten", "khata": "khate khaate khaata",
    "dukan": "dukaan dukano dukaano dookan", "sona": "sone", "udhaar": "udhar", "sabzi": "sabji sabziyan", "doodh": "dudh", "log": "logo logon",
    # asking
    "batao": "bata bta btao btaao bataao bataiye btaiye batana btana bolo bol bataye", "dikhao": "dikha dikhaao dikhaiye dikhana", "karo": "kro kardo krdo kariye kijiye karna krna krdena",
    "karwa": "karva krwa karwao karvao", "kar": "kr",
}  # fmt: skip
"""A word, and the other ways in which it is typed or declined."""

_WORDS: dict[str, str] = {
    # questions and small words
    "kitna": "how much", "kahan": "where", "kab": "when", "kisko": "whom", "kaun": "which", "kyun": "why", "sirf": "only", "bas": "only", "bina": "without", "aur": "and",
    "ya": "or", "mujhe": "me", "mujhko": "me", "maine": "i", "mene": "i", "mera": "my", "apna": "my", "hamara": "our", "humne": "we", "hamne": "we", "dono": "both", "teeno": "three", "charo": "four", "haan": "yes", "tab": "then", "usme": "of that", "isme": "of this", "phir": "then", "fir": "then",
    "pe": "on", "neeche": "below", "upar": "above", "zyada": "more", "kam": "less", "saara": "all", "saare": "all", "saari": "all", "sara": "all", "sare": "all", "kul": "total", "poora": "whole", "pura": "whole", "poore": "whole", "pure": "whole", "jitna": "how much",
    "milake": "together", "jodke": "together", "matlab": "", "ho": "did", "kiya": "did", "nahi": "not", "jaldi": "", "jldi": "", "yaar": "", "zara": "", "thoda": "", "wahi": "", "andaza": "estimate", "andazan": "about", "lagbhag": "about", "kareeb": "about", "karib": "about",
    # time
    "mahine": "month", "hafte": "week", "saal": "year", "din": "day", "aaj": "today", "abhi": "now", "kal": "yesterday", "parso": "day before yesterday", "pichle": "last", "agle": "next", "har": "every", "roz": "every day",
    "baar": "times", "shaniwar": "saturday", "itwar": "sunday", "somwar": "monday", "mangalwar": "tuesday", "budhwar": "wednesday", "guruwar": "thursday", "shukrawar": "friday",
    # money and what is done with it
    "kharcha": "spending", "gaya": "went", "udaya": "spent", "laga": "cost", "diya": "gave", "bheja": "sent", "bhara": "paid", "chukaya": "paid", "chukaye": "paid", "nikala": "withdrawn", "liya": "took", "kharida": "bought", "mangaya": "ordered", "kata": "deducted",
    "aaya": "came in", "mila": "received", "bachat": "savings", "bacha": "left", "hisaab": "total", "jama": "deposited", "bola": "said", "batao": "tell", "dikhao": "show", "chalu": "active",
    # things
    "kiraya": "rent", "kapde": "clothes", "dawai": "medicines", "sabzi": "vegetables", "doodh": "milk", "bijli": "electricity", "paani": "water", "tankhwah": "salary", "pagaar": "salary", "vetan": "salary", "kist": "emi", "khata": "account", "dukan": "shop", "dukandar": "shop", "saamaan": "", "saman": "", "samaan": "",
    "log": "people", "byaj": "interest", "byaaj": "interest", "daan": "donation", "chanda": "donation", "safar": "travel", "gaadi": "vehicle", "padhai": "education", "beema": "insurance", "bima": "insurance", "tohfa": "gift", "tohfe": "gifts",
    "cheez": "category", "cheezon": "categories", "paisa": "money", "khana": "food", "naye": "new", "naya": "new", "nayi": "new",
}  # fmt: skip
"""One word, and what it says in English."""

_ALSO_ENGLISH = frozenset(
    """
    kirana k h he hun hu me mei mai pr is us uss iss or kiss kin kum niche bar bare bara ant sal hr log bas fir pure sara sare tab ho din kam bol kat ya mile mili
    mila uda udd kate aye aj jo chalu chanda hy laga lage lag lia saman upper uper kia kon koo kr ye kar sab yaar dia bacha pagar ata ati dawa jada sona sone naya maah har baar pani kist pahle
    """.split()
)
"""Words of the tables that are English, slang or names as well: they make no clause a Hindi one."""
_MARKS = frozenset("ka ki ke ko ne pe hai tha thi kya aur kaunsa hatao hataao chhodo".split())
"""Words of grammar that are in no other table."""

_CANON = {form: word for word, forms in _SPELLINGS.items() for form in forms.split()}
_HINDI = (_CANON.keys() | (_SPELLINGS.keys() - MONTHS.keys()) | _WORDS.keys() | _MARKS) - _ALSO_ENGLISH

_COUNTS = {"ek": 1, "do": 2, "teen": 3, "char": 4, "chaar": 4, "paanch": 5, "panch": 5, "chhe": 6, "chhah": 6, "saat": 7, "aath": 8, "nau": 9, "das": 10, "barah": 12}  # fmt: skip
_COUNT = "|".join((r"\d{1,3}", *_COUNTS))
_UNITS = {"mahine": "month", "saal": "year", "hafte": "week", "din": "day", "month": "month", "year": "year", "week": "week", "quarter": "quarter"}  # fmt: skip
_UNIT = "|".join(_UNITS)
_NAMED_TIME = "|".join(sorted((*MONTHS, *FESTIVALS, *WEEKDAYS), key=len, reverse=True))
_TIME = (
    rf"(?:(?:last|this|next|every) )?(?:\d{{1,3}}(?:st|nd|rd|th)? )?(?:{_NAMED_TIME}|days?|weeks?|months?|quarters?|years?|weekends?|q[1-4]|fy|salary day)"
    r"(?: 20\d\d)?(?: and \d{0,2} ?(?:" + _NAMED_TIME + r"))*|20\d\d|today|yesterday|day before yesterday|now|\d{1,2}(?:st|nd|rd|th)?(?: tareekh)?(?! ?[\d,.])"
)  # fmt: skip
_AMOUNT = r"(?:rs\.? ?|₹ ?)?\d[\d,.]*(?: ?(?:k|thousand|hundred|lakhs?|lacs?|crores?|cr))?(?: ?(?:rupaye|rupees|rs))?"
_SUMS = (
    r"kharcha|spends?|spending|expenses?|total|bills?|payments?|transactions?|txns?|hisaab|paisa|average|avg|mean|median|amount|refunds?|recharge|fees?|number|count|"
    r"list|breakup|breakdown|share|percent|percentage|balance|orders?|statement"
)
_STOPS = (
    rf"{_SUMS}|{_NAMED_TIME}|{_COUNT}|me|pe|par|se|ko|ka|ki|ke|ne|tak|hai|tha|ho|kitna|kab|kahan|kis|kisko|kisne|kaun|kya|kyun|aur|ya|and|or|but|sab|kuch|wala|liya|diya|gaya|aaya|mila|bheja|"
    r"udaya|laga|kiya|nikala|kharida|bhara|kata|batao|dikhao|karo|kar|karwa|bacha|zyada|kam|sabse|sirf|bas|only|just|mera|apna|hamara|maine|mujhe|bina|milake|jodke|together|both|dono|ab|abhi|aaj|kal|"
    r"in|of|on|to|at|from|since|till|until|for|by|with|than|above|below|between|excluding|last|this|next|every|today|yesterday|now|date|day|days|weekends?|week|weeks|month|months|year|years|quarter|roz|har|"
    r"how|much|many|what|when|which|who|where|did|do|does|is|was|were|are|the|a|an|my|our|i|we|you|tell|give|show|let|help|please|pls|kindly|bhai|bhaiya|yaar|ji|sir|madam|beta|boss|"
    r"pichle|agle|aakhri|pehli|pehle|baar|first|biggest|smallest|most|least|more|less|was|paid|pay|gave|sent|send|ask|remind|cost|charged|na|hi|bhi|to|toh|wo|us|usme|isme|matlab|so|then|phir|fir|chhod|chhodke|hata|hatake|hatao|spent|new|purana"
)
_WORD = rf"(?!(?:{_STOPS})(?![\w'&.-]))[a-z0-9][\w&'.+-]*"
_ONE = rf"{_WORD}(?: {_WORD}){{0,3}}(?: (?:both|dono))?"
_THING = rf"(?P<thing>{_ONE}(?:(?:,| aur| and| ya| or) {_ONE})*)(?: wala)?"
"""What stands before a word like "ko": everything back to another word of grammar, of time or of sums."""

_END = r"(?:(?:is|this) )?(?:mahine|month) (?:ke |ka )?(?:aakhir|end|khatam hone)"
_WILL = r"(?:hoga|hogi|honge|jayega|jaayega|jayegi|jaayegi|jayenge|lagega|lagegi|lagenge|udega|karunga|karungi)"
_DOING = r"(?:karo|kar (?:do|de|dena|dijiye|dijiyega|dalo)|karwa (?:do|de|dena)|karwa|krdo)"
_NOW = r"(?:o|iye|na| do| de| dena| dijiye| dijiyega)(?![\w])"
_BEFORE_A_DEED = r"(?:(?!\b(?:kitn[ae]|kab|kahan|kaun|kya|kis|kisko|how|when|what|which|list|details?|breakup|summary|hisaab|report|total)\b).)*?"
_ACTIONS: tuple[tuple[str, str], ...] = (
    (rf"\bbhej(?:{_NOW}|do\b|na chah\w*)", "send"),
    (rf"\b(?:bhar|chuka|jama kar|jama kara)(?:{_NOW}|do\b)|\b(?:pay|payment) {_DOING}", "pay"),
    (rf"\b(?:paisa|rupaye|\d[\d,.k]*|lakh|hazaar|account) (?:\w+ ){{0,3}}(?:daal|dal|de|laga|lauta|transfer kar)(?:{_NOW}|do\b)", "transfer"),
    (rf"\b(?P<verb>transfer|block|unblock|freeze|cancel|close|open|activate|deactivate|change|update|delete|raise|dispute|stop|reverse|increase|reduce|book|schedule|order|reset|issue|withdraw|deposit|recharge|renew|file|apply|register|link|buy|sell|invest|download|email|print) (?:kara )?{_DOING}", ""),
    (r"\b(?:band|bandh) (?:karo|kar do|kar de|karwa do|karwa|karna hai|kara do)\b", "stop"),
    (r"\b(?:chalu|shuru|khol|khulwa|khulva|banwa|bana) ?(?:karo|kar do|karwa do|do|de|dena|dijiye)\b", "open"),
    (r"\b(?:tudwa|tod|tuda|todo|tudva)(?: ?(?:do|de|dena|dijiye|ke)|)\b", "withdraw"),
    (r"\b(?:badal|badha|ghata|badhwa) ?(?:do|de|dena|dijiye|o)\b", "change"),
    (r"\b(?:pass|approve|sanction|manzoor|dilwa|dila) (?:karo|kar do|karwa do|kara do|do|de)\b|\bdil(?:wa|a) (?:do|de)\b", "apply"),
    (r"\b(?:karu|karun|karoon|lu|lun|loon|lagau|lagaun|badhau|badhaun|rakhu|bechu|bechun|kharidu|kharidun|\w+na chahiye)\b(?!.*\b(?:kitna|kitne|kab|kahan)\b)", "should i"),
    (r"\b(?:mangwa|manga|khareed|kharid|bech|book kara) ?(?:do|de|o|lo)\b", "order"),
)  # fmt: skip
"""What is asked to be done, and the verb that says it in English."""

_ORDER: tuple[tuple[str, str], ...] = (
    (r"\b(?P<which>kitn[ae]|pehli|aakhri|pichle|har|zyada|ek|do|teen|\d+) bar\b", r"\g<which> baar"), (r"\bhe$", "hai"), (r"\b(?P<n>\d{1,2}) (?:tareekh|tarikh)\b", r"\g<n>th"),
    # how many of a thing, and how much of all else
    (r"\b(?P<what>payments|transactions|txns|orders|rides|bills|visits|trips|withdrawals|subscriptions|alerts|refunds) kitne (?=chalu|active|hai|ho\b|the\b)", r"how many \g<what> "),
    (r"\bkitne (?=(?:\w+ )?(?:payments?|transactions?|txns?|orders?|rides?|bills?|visits?|trips?|withdrawals?|log|dukan|subscriptions?|alerts?|refunds?|naye)\b)", "how many "),
    (r"\bkitn[ae] percent\b", "what percent"), (r"\bkitne\b", "kitna"),
    # numbers
    (r"\b(?:hazaar|hazar|hajar|hajaar)\b", "thousand"), (r"\bsau\b", "hundred"), (r"\b(?:karod|crod)\b", "crore"),
    (r"\bdedh (?=thousand|hundred|lakh|crore)", "1.5 "), (r"\b(?:dhai|dhaai|adhai) (?=thousand|hundred|lakh|crore)", "2.5 "),
    *((rf"\b{word} (?=(?:{_UNIT}|baar|thousand|hundred|lakh|crore)\b)", f"{n} ") for word, n in _COUNTS.items()),
    # time by itself
    (r"\bme (?=me\b)|^me (?=(?:ka|ki|ke|se)\b)", "may "),
    (r"\b(?:parso|kal se pehle wala din|beete parso)\b", "day before yesterday"),
    (r"\b(?:ab|abhi|aaj|now|today) tak\b", "till date"),
    (r"\b(?:shuru|start|beginning|pehle din) se\b|\bjab se (?:account|khata) \w+(?: hai)?\b", "till date"),
    (rf"\bpichle (?P<n>\d{{1,3}}) (?P<unit>{_UNIT})\b(?: (?:me|ka|ki|ke)\b)?", r"last \g<n> \g<unit>s"),
    (rf"\b(?P<n>[2-9]|\d\d+) (?P<unit>{_UNIT})\b(?= (?:pehle|ago))", r"\g<n> \g<unit>s"),
    (rf"\b(?P<unit>{_UNIT}) bhar(?: (?:me|ka|ki|ke))?\b", r"this \g<unit>"),
    (rf"\b(?:is|ye|yeh|chalu|current|abhi wala) (?P<unit>{_UNIT})\b", r"this \g<unit>"),
    (rf"\bus (?P<unit>{_UNIT})\b", r"that \g<unit>"),
    (rf"\b(?:pichle|gaye|beete|guzre|previous|last) (?P<unit>{_UNIT})\b", r"last \g<unit>"),
    (rf"\b(?:har|per|every|prati) (?:ek )?(?P<unit>{_UNIT})\b", r"every \g<unit>"),
    (r"\broz(?: roz)?\b(?: (?:ka|ki|ke)\b)?", "every day"),
    *((rf"\b(?P<head>last|this|that|every) {word}\b", rf"\g<head> {unit}") for word, unit in _UNITS.items()),
    *((rf"\b(?P<n>\d+) {word}s\b", rf"\g<n> {unit}s") for word, unit in _UNITS.items()),
    (rf"\b(?P<last>last \d+) (?P<unit>{_UNIT})s\b", r"\g<last> \g<unit>s"),
    (r"\bevery (?P<unit>day|week|month|quarter|year)(?: (?:ka|ki|ke|me))? (?=average|avg|mean)", r"per \g<unit> "),
    (r"\b(?P<average>average|avg|mean) every (?=day|week|month|year)", r"\g<average> per "),
    (r"\bdiwali wala month\b", "month of diwali"),
    # spans of time
    (rf"\b(?P<first>{_TIME}) se (?:le ?ke |lekar )?(?P<last>{_TIME}) (?:tak|ke beech(?: me)?)\b(?: (?:ka|ke|ki|me)\b)?", r"from \g<first> to \g<last>"),
    (rf"\b(?P<first>{_TIME}) se (?:le ?ke |lekar )?till date\b(?: (?:ka|ke|ki)\b)?", r"since \g<first>"),
    (rf"\b(?P<first>{_TIME}) ke baad(?: se)?\b", r"after \g<first>"),
    (rf"\b(?P<first>{_TIME}) (?:se|ke) pehle\b", r"before \g<first>"),
    (rf"\b(?P<last>{_TIME}) tak\b(?: (?:ka|ke|ki)\b)?", r"till \g<last>"),
    # more and less than an amount, or than another thing
    (rf"\b(?P<low>{_AMOUNT}) (?:aur|se|and) (?P<high>{_AMOUNT}) (?:ke|k) (?:beech|bich)(?: (?:me|ka|ki|ke|wala))*\b", r"between \g<low> and \g<high>"),
    (rf"\b(?P<much>{_AMOUNT}) se (?:zyada|upar|bada|more|above)(?: (?:ka|ke|ki|wala))?\b", r"above \g<much>"),
    (rf"\b(?P<much>{_AMOUNT}) se (?:kam|neeche|chhota|less|below)(?: (?:ka|ke|ki|wala))?\b", r"below \g<much>"),
    (rf"\b(?P<much>{_AMOUNT}) (?:wala|ka wala)\b", r"of \g<much>"),
    (rf"\b(?P<base>{_TIME}) (?:se|ke mukable|ke muqable|ke comparison me|ke hisaab se) (?P<much>kitna )?(?P<side>zyada|kam|badha|ghata|more|less)\b", r"\g<much>\g<side> than in \g<base>"),
    (rf"\b{_THING} (?:se|ke mukable|ke muqable) (?P<much>kitna )(?P<side>zyada|kam|more|less)\b", r"\g<much>\g<side> than on \g<thing>"),
    (rf"\b(?P<base>{_TIME}) ke (?:mukable|muqable|comparison me)\b", r"compared to \g<base>"), (rf"\b{_THING} ke (?:mukable|muqable|comparison me)\b", r"compared to \g<thing>"),
    (rf"\b{_THING} (?:me|ke beech|ke beech me) (?:kitna |kya )?(?:ka )?(?:farak|fark|antar|difference)\b", r"difference between \g<thing>"), (r"\b(?:farak|fark|antar)\b", "difference"),
    (rf"\b{_THING} me se (?:kisse|kispe|kisme|kisko|kis (?:pe|me|se|ko)|kaun|kahan)(?: (?:sabse|pe|se|me))?(?= zyada| kam)", r"between \g<thing> which had"),
    (r"\bkitna (?P<side>zyada|badha|badh gaya|more)\b", "how much more"), (r"\bkitna (?:kam|ghata|less)\b", "how much less"),
    # what is left out
    (rf"\b{_THING} (?:(?:ko|bhi) )?(?:chhod|hata|nikal|chhodo|hatao)(?: (?:ke|kar|do|de|dena))?(?=$|[ ,.?!])", r"excluding \g<thing>"),
    (rf"\b{_THING} (?:(?:ko|bhi) )?(?:chhodke|hatake|nikalke|chhodo)\b", r"excluding \g<thing>"),
    (rf"\b{_THING} (?:ke|ka) (?:alawa|siwa|siwaye|bina|bagair)\b", r"excluding \g<thing>"),
    (rf"\b(?:bina|bagair) {_THING} (?:ka|ke|ki)\b", r"excluding \g<thing>"),
    (rf"\b{_THING} (?:wagera|vagera|wagaira|vagaira|vagairah|etc),? sab (?:milake|mila ke)\b", "together"),
    (r"\bnaye (?:log|dukan|payees?|shops?|people)(?:/(?:log|dukan))?(?: ko)?\b", "new payees"),
    (r"\b(?:jinko|jisko|jinhe|jise|jahan) pehle (?:kabhi )?nahi (?:diya|bheja|pay|liya|gaya)(?: kiya)?(?: tha| hai)?\b", "for the first time"),
    # ranks and times
    (r"\bsabse (?P<rank>bada|mehnga|zyada mehnga|heavy)\b", "biggest"), (r"\bsabse (?:chhota|sasta|kam wala)\b", "smallest"),
    (r"\bsabse (?:zyada|more)\b", "most"), (r"\bsabse (?:kam|less)\b", "least"),
    (r"\b(?:aakhri|pichle|last) (?:baar|times?|payment)(?: (?:me|pe|se))?(?= (?:.* )?kab\b)", "last time"),
    (r"\b(?:aakhri|pichle|last) baar\b", "last time"), (r"\b(?:pehli|first) baar\b", "first time"), (r"\baakhri\b", "last"), (r"\bpehli\b", "first"),
    (r"\b(?:ek|1|har) baar (?:me|ka|ki)\b", "per payment"), (r"\bkitna (?:baar|times)\b", "how many times"),
    (r"\bkitna (?:din|days?) (?:(?:ho|gaya|chuke|beete)\b ?)+", "how many days since "), (r"\bkitna (?:din|days?)\b", "how many days"),
    (r"\btop (?P<n>\d+) dukan\b", r"top \g<n> shops"),
    (r"\bkis (?:date|din|tareekh|day)(?: (?:ko|pe))?\b", "when"), (r"\bkis (?P<unit>mahine|month|hafte|week|saal|year)(?: (?:me|ko))?\b", r"which \g<unit>"),
    (r"\bkis (?P<noun>dukan|shop|merchant|category|cheez|app|jagah)(?: (?:ko|pe|me|se|par|ka))?\b", r"which \g<noun>"),
    (r"\bkis(?:ko| ko)\b", "whom"), (r"\bkis(?:se| se)\b", "from whom"), (r"\bkis(?:ne| ne)\b|\bkaun (?=ne\b)", "who"), (r"\bkis(?:pe| pe| par| me)\b", "on what"), (r"\bjagah\b", "place"),
    (r"\b(?:sab(?:ko| kuch)? |sab )?(?:milake|mila ke|mila kar|jod ke|jod kar|jodke|jod do|jodo)\b", "together"),
    (r"\bkitna bachat\b|\bbachat kitna(?: ho)?\b|\bkitna (?:paisa )?(?:bacha liya|bachat ho)\b", "how much did i save"),
    (rf"\b(?P<which>{_WORD} )?(?:khata|account) (?:me |pe )?(?:abhi |now )?kitna (?:paisa |balance |rupaye )*(?:bacha|pada|hai|left)\b", r"how much balance in \g<which>account now"),
    (r"\bkitna ka\b", "kitna"),
    (r"\b(?:(?:mera|my) paas (?:abhi )?kitna (?:paisa )?(?:bacha|pada|hai)?|abhi kitna (?:paisa )?(?:bacha|pada))\b", "how much balance in account now"),
    (r"\bkitna (?:paisa )?bacha(?: liya)?\b|\b(?:paisa )?kitna bacha\b", "how much did i save"),
    # days to come
    (rf"\b(?P<end>{_END})(?: (?:ke|ka|ki))?(?: tak| me)\b", "by the end of this month"),
    (r"\b(?:aur )?kitna (?:paisa |balance )?(?:aur )?(?:bachega|bach jayega|bachenge)\b", "how much balance will be left"),
    (rf"\b(?:aur kitna|kitna(?: kharcha)? aur)\b(?: kharcha)?(?P<between>(?: \w+){{0,2}}?) (?:(?:ho|lag|nikal|udaya) )?{_WILL}\b", r"how much will i spend\g<between>"),
    (rf"\bkitna (?:kharcha )?(?:(?:ho|lag|nikal|udaya) )?{_WILL}\b", "how much will i spend"),
    (r"\bkab (?:aayega|aayegi|ayegi|ayega|aane wala hai|aane wali hai)\b", "when will come"), (r"\bkab (?:katega|kategi|jayega|jayegi|deni hai|dena hai|bharna hai|due hai)\b", "when is next due"),
    # things by names of their own
    (r"\bkhana (?P<between>(?:\w+ ){0,4})bahar\b", r"eating out \g<between>"),
    (r"\b(?:bahar (?:ka |ki )?khana|khana (?:bahar|peena)(?: (?:ka|ke))?)\b", "eating out"), (r"\b(?:ghar ka |ghar ki |ghar ke )(?=kirana|grocery|groceries|ration|rent|kiraya)", ""),
    (r"\bsona ka (?:bhav|rate|daam|dam|bhaav|price)\b", "gold rate"), (r"\bmausam\b", "weather"), (r"\b(?:bhav|bhaav|daam)\b", "price"),
    (r"\bmovies? (?:dekhne|dekhna)\b", "movies"), (r"\b(?:dekhne|khareedne|kharidne)\b", ""),
    # verbs of two words
    (r"\b(?:ja|jaa) (?:raha|rahe|rahi)\b", "gaya"), (r"\b(?:aa|a) (?:raha|rahe|rahi)\b", "aaya"), (r"\bkahan kahan\b", "kahan"), (r"\bkya kya\b", ""), (r"\bkitna kitna\b", "kitna"),
    (r"\b(?:ho|lag|pad) (?:gaya|chuka|chuke|chuki|raha|rahe|rahi)\b", ""), (r"\b(?:de|bhar|chuka) (?:diya|chuka|chuke|chuki|rakha|rakhe)\b", "paid"),
    (r"\bbhej (?:diya|chuka|chuke|chuki|rakha|rakhe)\b", "sent"), (r"\bkar (?:diya|chuka|chuke|chuki|liya)\b", "made"), (r"\bkat (?:gaya|liya)\b", "deducted"),
    (r"\b(?P<verb>udaya|laga|kharcha|nikal) (?:diya|dala|dali)\b", r"\g<verb>"), (r"\bkharcha (?:ho|kiya|kar|gaya|laga|made)\b", "spent"),
    # who paid and was paid
    (rf"\bmujhe {_THING} ne\b", r"received from \g<thing>"), (rf"\b{_THING} ne (?:mujhe|me|hame|hamko|humko)\b", r"received from \g<thing>"),
    (rf"\b{_THING} ne\b(?= .*\b(?:refund|wapas|return)\b)", r"from \g<thing>"),
    (r"(?P<from>received from .*?)\b(?:diya|bheja|gave|sent|transfer(?:red)? kiya)\b", r"\g<from>"),
    (r"\b(?:wapas|lauta) (?:aaya|mila|kiya|diya|hai)\b|\blautaya\b", "refund"),
    (r"\b(?P<what>payments?|transactions?|txns?|transfers?|recharge|pay|order|shopping) (?:kiya|ki|ho)\b", r"\g<what> made"),
    (rf"\b{_THING} ko\b", r"to \g<thing>"),
    (r"\b(?P<way>upi|card|debit card|credit card|net ?banking|imps|neft|rtgs|wallet|cheque|cash) se\b", r"by \g<way>"),
    (rf"\b(?P<time>{_TIME}) (?:me|ko|ke|ka|ki|pe)\b", r"in \g<time>"),
    (rf"\b(?P<time>{_TIME}) se\b(?! (?:zyada|kam))", r"since \g<time>"),
    (r"\batm se\b", "from atm"),
    (rf"\b{_THING} me se\b", r"out of \g<thing>"),
    (rf"\b{_THING} se\b(?! (?:zyada|kam))", r"from \g<thing>"),
    (rf"\b{_THING} (?:pe|par|me|main)\b", r"on \g<thing>"),
    (rf"\b{_THING} (?:ka|ke|ki) (?P<much>kitna )?kharcha\b", r"\g<much>spending on \g<thing>"),
    (rf"\b{_THING} (?:ka|ke|ki) (?P<much>kitna )?(?P<sum>{_SUMS})\b", r"for \g<thing> \g<sum> \g<much>"),
    (rf"\b{_THING} (?:ka|ke|ki) (?=kitna\b)", r"for \g<thing> "),
)  # fmt: skip
"""A turn of phrase, in the spelling above, and the English one; read from the first to the last."""

_REWRITES = tuple((re.compile(pattern), replacement) for pattern, replacement in _ORDER)
_DEEDS = tuple((re.compile(rf"{_BEFORE_A_DEED}(?:{pattern})(?!\w)"), verb) for pattern, verb in _ACTIONS)


def in_english(text: str) -> str:
    """A normalised clause in English words and order if it is Hindi in Latin letters; any other as it is."""
    if not _is_hindi(text):
        return text
    text = _spelt(text)
    if deed := _deed(text):
        return f"{deed} {text}"
    for pattern, replacement in _REWRITES:
        text = pattern.sub(replacement, text)
    return " ".join(_replaced(text, _WORDS).split())


def _is_hindi(text: str) -> bool:
    return any(word in _HINDI for word, _, _ in words(text))


def _spelt(text: str) -> str:
    return _replaced(text, _CANON)


def _deed(text: str) -> str | None:
    """The English verb of what a clause wants done, which it asks last in Hindi: "bijli ka bill bhar do"."""
    for pattern, verb in _DEEDS:
        if found := pattern.match(text):
            return verb or found["verb"]
    return None


def _replaced(text: str, table: dict[str, str]) -> str:
    for word, start, end in reversed(words(text)):
        if word in table:
            text = text[:start] + table[word] + text[end:]
    return text
