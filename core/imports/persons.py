"""Names of persons as statements write them: shortened, turned round, with titles and the names of banks."""

import re

from core.imports.narration import listed

_NO_NAMES = frozenset(
    listed("""
        mr, mrs, ms, miss, dr, shri, smt, herr, frau, account, acct, ac, sb, current, savings, saving, saver, salary,
        spending, joint, personal, main, bank, monzo, starling, revolut, barclays, lloyds, halifax, natwest, hsbc,
        santander, nationwide, chase, wells, fargo, citi, ally, hdfc, icici, sbi, axis, kotak, pnb, idfc, n26, ing, dkb,
        comdirect, sparkasse, volksbank
    """)
)
"""Words beside a holder's name that say which of their accounts is meant."""


_TRADES = frozenset(
    listed("""
        ltd, limited, plc, llp, llc, inc, corp, gmbh, kg, pvt, co, company, sons, daughters, bros, brothers, partners,
        associates, enterprise, enterprises, trader, traders, trading, store, stores, shop, service, services, agency,
        consulting, consultancy, consultants, solutions, industries, builders, building, plumbing, plumber, electrical,
        roofing, motors, textiles, jewellers, foods, bakery, farm, farms, photography, design, designs, studio,
        solicitors, clinic, dental, academy, foundation, trust
    """)
)
"""Words behind a name that make it a firm's."""


def is_named_first(person: str, text: str) -> bool:
    """Whether the text is the person's name, written out, and then a remark: Daniel Whitaker Bills."""
    mine, theirs = _names(person), _names(text)
    if len(mine) < 2 or _TRADES & set(theirs):
        return False
    forms = (form for name in (mine, [mine[0], mine[-1]]) for form in (name, [name[-1], *name[:-1]]))
    return any(theirs[: len(form)] == form and len("".join(theirs[len(form) : len(form) + 1])) > 1 for form in forms)


def without_relative(name: str, holder: str) -> str:
    """The payee's name without one of the holder's family, for whom they were paid: Little Owls Nursery E Whitaker."""
    words, mine = name.split(), _names(holder)
    is_relative = len(words) > 3 and len(mine) > 1 and words[-1].casefold() == mine[-1] and len(words[-2]) == 1
    return " ".join(words[:-2]) if is_relative else name


def is_same_person(one: str, other: str) -> bool:
    """Whether both may be one person's name: Rahul S Deshmukh is also Rahul Deshmukh, R Deshmukh and Deshmukh Rahul."""
    mine, theirs = _names(one), _names(other)
    turned = ([*theirs[at:], *theirs[:at]] for at in (0, 1, -1))
    return sorted(mine) == sorted(theirs) != [] or any(_agree(mine, name) for name in turned)


def _agree(one: list[str], other: list[str]) -> bool:
    """Whether the last names are the same, the first as far as they are written out, and no middle names differ."""
    if min(len(one), len(other)) < 2 or one[-1] != other[-1] or len(one[-1]) == 1:
        return False
    middles = zip(one[1:-1], other[1:-1], strict=False)
    return all(_fits(mine, theirs) for mine, theirs in [(one[0], other[0]), *middles])


def _fits(one: str, other: str) -> bool:
    return one == other or (1 in (len(one), len(other)) and one[0] == other[0])


def _names(name: str) -> list[str]:
    return [word for word in re.findall(r"[^\W_]+", name.casefold()) if word not in _NO_NAMES]
