"""Intent: what a question, or a sentence of it, wants first. A closed set, each with what people mean by it."""

from enum import StrEnum


class Intent(StrEnum):
    # Sums and single figures.
    TOTAL = "total"
    NET = "net"
    SAVINGS_RATE = "savings_rate"
    COUNT = "count"
    AVERAGE = "average"
    MEDIAN = "median"
    LARGEST = "largest"
    SMALLEST = "smallest"
    PACE = "pace"
    """Per day, week or month on average."""
    TOTAL_TO_NEW = "total_to_new"
    """To payees never paid before."""
    # Payments.
    LIST = "list"
    LATEST = "latest"
    WHEN_LAST = "when_last"
    WHEN_FIRST = "when_first"
    DAYS_SINCE = "days_since"
    MEMORY = "memory"
    """A payment that is remembered by its story."""
    # Groups.
    TOP_CATEGORY = "top_category"
    TOP_PAYEE = "top_payee"
    TOP_TIME = "top_time"
    BREAKDOWN = "breakdown"
    COUNT_PAYEES = "count_payees"
    NEW_PAYEES = "new_payees"
    COUNT_DAYS = "count_days"
    """Days or months with or without spending."""
    # Two values.
    DIFFERENCE = "difference"
    GROWTH = "growth"
    COMPARE = "compare"
    SHARE = "share"
    SHARE_OF_INCOME = "share_of_income"
    USUAL = "usual"
    THRESHOLD = "threshold"
    # Accounts, patterns, what is to come.
    BALANCE = "balance"
    RECURRING = "recurring"
    NEXT_DUE = "next_due"
    REFUNDS = "refunds"
    FORECAST_BALANCE = "forecast_balance"
    FORECAST_SPEND = "forecast_spend"
    AFFORD = "afford"
    BUDGET = "budget"
    UNUSUAL = "unusual"
    DUPLICATES = "duplicates"
    EXPLAIN = "explain"
    WHY = "why"
    COVERAGE = "coverage"
    # Of a bank.
    ALERTS = "alerts"
    ALERTS_VALUE = "alerts_value"
    RISKIEST = "riskiest"
    PASS_THROUGH = "pass_through"  # noqa: S105  # of money, no password
    JUST_UNDER = "just_under"
    CIRCLES = "circles"
    VOLUME = "volume"
    FAILED_SHARE = "failed_share"
    TOP_CUSTOMERS = "top_customers"
    # Said about what was said before.
    EDIT = "edit"
    SUM_OF_THOSE = "sum_of_those"
    # Nothing that payments answer.
    ACT = "act"
    ADVICE = "advice"
    OTHERS = "others"
    SECRETS = "secrets"
    OFF_TOPIC = "off_topic"
    SMALL_TALK = "small_talk"
    STORY = "story"
    """A statement that asks nothing by itself."""


OFF_LIMITS = frozenset({Intent.ACT, Intent.ADVICE, Intent.OTHERS, Intent.SECRETS, Intent.OFF_TOPIC, Intent.SMALL_TALK})
"""What no plan answers."""
