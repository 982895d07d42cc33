"""Accounts that are here already, though this time nobody said at which bank, or whose they are: the same statement,
imported again with an option less, must find them, or it would post every row twice."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from core.imports.sources import Sources
from core.imports.spelling import iban_in

_FIND = text("""
    SELECT a.number, k.code, k.name, lower(c.email)
      FROM banking.account a
      JOIN banking.bank k ON k.id = a.bank_id
      JOIN banking.customer c ON c.id = a.customer_id
     WHERE a.number = ANY(:numbers)
""")


class Known(NamedTuple):
    """An account that is here."""

    code: str
    """What its bank is called in files."""
    bank_name: str
    email: str


async def recognise(session: AsyncSession, sources: Sources) -> dict[str, Known]:
    """Accounts that are kept at another bank, or for another mail, than this import says. From now on their rows go
    there.

    That is so where nothing but the file's own head, or nothing at all, names the bank, where a bank is named for the
    first time, and for an IBAN, which no other bank can have. The holder must be the same, if one was named both times.
    """
    if not {"account", "bank", "email"} <= sources.used:
        return {}
    asked = sources.holders()
    otherwise: dict[str, Known] = {}
    for number, found in (await _accounts(session, asked)).items():
        holder = asked[number]
        same = [one for one in found if holder.may_be(one.email)]
        is_bank_told = sources.is_told("bank") and not iban_in(number)
        if known := _meant(same, holder.bank, sources, is_bank_told=is_bank_told):
            sources.know(number, bank=known.code, email=known.email)
            otherwise |= {number: known} if known.code != holder.bank or holder.email not in ("", known.email) else {}
    return otherwise


async def _accounts(session: AsyncSession, numbers: Iterable[str]) -> dict[str, list[Known]]:
    rows = await session.execute(_FIND, {"numbers": list(numbers)})  # pyright: ignore[reportDeprecated]  # exec() is for selects
    found: dict[str, list[Known]] = {}
    for number, code, name, email in rows:
        # A second account at one bank is kept apart from the first, see `holders`.
        found.setdefault(number, []).append(Known(code.removesuffix(f"-{number}"), name, email))
    return found


def _meant(found: list[Known], bank: str, sources: Sources, *, is_bank_told: bool) -> Known | None:
    """The account that is meant, of those of that number and holder. None where it is new, or could be several."""
    here = [one for one in found if one.code == bank]
    unnamed = [one for one in found if one.code == sources.profile.assumed.get("bank")]
    fitting = here or (unnamed if is_bank_told else found)
    return fitting[0] if len(fitting) == 1 else None
