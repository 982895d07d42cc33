"""Ways of paying in questions, matched to the channels that the caller's data have."""

import re

from agents.planner.categories import WORDS
from agents.planner.mentions import Mention
from agents.scope import Scope

_EVERYDAY = {
    "card": "card, cards, debit card, debit cards, credit card, credit cards, plastic",
    "upi": "upi",
    "netbanking": "netbanking, net banking, net-banking, online banking, internet banking",
    "transfer": "bank transfer, bank transfers, wire transfer, wire transfers, wire, direct transfer, direct transfers",
    "neft": "neft", "imps": "imps", "rtgs": "rtgs",
    "cheque": "cheque, cheques, by check, by checks, paper check, paper checks",
    "atm": "atm, atms, cash machine, cash machines",
    "cash": "cash, in cash",
    "standing_order": "standing order, standing orders",
    "direct_debit": "direct debit, direct debits",
    "wallet": "wallet, wallets",
    "pos": "pos",
}  # fmt: skip
_MARKS = frozenset({"transfer", "own_transfer", "refund", "opening"})
"""Channels that are no ways of paying: imports mark rows with them, and questions have words of their own for these."""
_BY = r"(?:(?:by|via|using|through|with|on|in|over|per) (?:my |a |the )?)?"

ChannelMention = Mention[tuple[str, ...]]


def read_channels(text: str, scope: Scope) -> list[ChannelMention]:
    """The channels that a normalised question names; one that the data do not have still counts as named."""
    table = {word.strip(): known for known, words in _EVERYDAY.items() for word in words.split(",")}
    table |= {re.sub(r"[_-]", " ", channel.casefold()): channel for channel in scope.channels if channel not in _MARKS}
    any_word = "|".join(re.escape(word) for word in sorted(table, key=len, reverse=True))
    named = re.finditer(rf"(?<![\w&-]){_BY}(?P<word>{any_word})(?![\w&])", text)
    channels = [(match, _present(table[match["word"]], scope)) for match in named]
    return [
        # "On" may belong to what is before, "went on UPI". "Cash" and "ATM" are a category too: without such a channel,
        # that is what they mean.
        Mention("channel", present or (table[match["word"]],), start, match.end(), weight=3)
        for match, present in channels
        if present or match["word"] not in WORDS
        for start in sorted({match.start(), match.start("word")})
    ]


def _present(channel: str, scope: Scope) -> tuple[str, ...]:
    """The data's own spelling of a channel; empty where they do not have it."""
    squashed = re.sub(r"[\W_]+", "", channel.casefold())
    return tuple(own for own in scope.channels if re.sub(r"[\W_]+", "", own.casefold()) == squashed)
