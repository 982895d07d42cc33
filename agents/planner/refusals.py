"""Refusals: what is not answered at all, and the sentence that says so."""

from agents.plan import Decline

_REASONS = {
    "action": "I answer questions about payments; I cannot move money or change anything.",
    "claim": "I answer questions about payments; a dispute is raised with your bank.",
    "future": "I know what has happened, and do not look ahead yet.",
    "advice": "I tell what your payments were; advice on what to do with money I leave to others.",
    "others": "I can only speak about your own accounts.",
    "secrets": "I answer questions about payments, and nothing else is mine to show.",
    "alerts": "Fraud alerts are for those who work on them; why a payment of your own was flagged, I can tell.",
    "greeting": "Hello. Ask me about your payments: what you spent, where it went, who paid you.",
    "topic": "That is not something your payments can tell.",
    "recurring": "What recurs I look for in one customer's payments, and you ask for a whole bank.",
    "one": "That I can tell of one customer's accounts, and you ask for a whole bank.",
    "owner": "I can only tell the balance of your own accounts.",
}  # fmt: skip


def declined(reason: str) -> Decline:
    """The refusal for one of these reasons."""
    return Decline(reason=_REASONS[reason])
