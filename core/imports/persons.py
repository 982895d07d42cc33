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
