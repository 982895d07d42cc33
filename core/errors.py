"""Everything FinLens refuses, as one tree. Raise with facts; `core/problems.py` turns them into an HTTP answer."""

from typing import ClassVar


class FinLensError(Exception):
    """Base of every refusal: a stable `code`, the HTTP `status` it maps to, a `title`, and named facts.

    The facts become members of the problem document, so they must be JSON values and hold nothing secret.
    """

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong on our side"

    def __init__(self, detail: str = "", **facts: object) -> None:
        self.detail = detail or self.title
        self.facts = facts
        super().__init__(self.detail)


class InvalidRequest(FinLensError):
    code, status, title = "invalid_request", 422, "The request is malformed"


class MalformedJson(InvalidRequest):
    code, title = "malformed_json", "The body is not JSON"


class InvalidAmount(InvalidRequest):
    code, title = "invalid_amount", "An amount is a whole number of minor units, from 1 to 10^15"


class NoSuchRoute(FinLensError):
    code, status, title = "no_such_route", 404, "There is nothing at this address"


class NoSuchModel(FinLensError):
    code, status, title = "model_not_found", 404, "There is no such model"


class NoSuchTool(FinLensError):
    code, status, title = "no_such_tool", 404, "There is no such tool"


class MethodNotAllowed(FinLensError):
    code, status, title = "method_not_allowed", 405, "This address does not take this method"


class BodyTooLarge(FinLensError):
    code, status, title = "body_too_large", 413, "The request is larger than 1 MB"


class BulkTooLarge(BodyTooLarge):
    code, title = "bulk_too_large", "A bulk holds at most 10,000 payments"


class NotAuthenticated(FinLensError):
    code, status, title = "not_authenticated", 401, "Please log in"


class WrongCredentials(NotAuthenticated):
    """An unknown mail, a wrong password, a disabled user: the same answer on purpose."""

    code, title = "wrong_credentials", "The email or the password is wrong"


class TokenRefused(NotAuthenticated):
    code, title = "token_refused", "This token is not valid, or no longer: please log in again"


class TooManyAttempts(FinLensError):
    code, status, title = "too_many_attempts", 429, "Too many failed logins; please wait before the next one"


class NotAllowed(FinLensError):
    """The caller is known, and this kind of operation is not for their role."""

    code, status, title = "not_allowed", 403, "Your role does not allow this"


class NotFound(FinLensError):
    """Missing, or somebody else's: the same answer on purpose."""

    code, status, title = "not_found", 404, "There is no such thing, or it is not yours"


class Conflict(FinLensError):
    code, status, title = "conflict", 409, "This contradicts what is already stored"


class AlreadyExists(Conflict):
    code, title = "already_exists", "This already exists"


class VersionRequired(FinLensError):
    code, status, title = "version_required", 428, "Send If-Match with the ETag you read"


class VersionMismatch(FinLensError):
    code, status, title = "version_mismatch", 412, "Somebody changed this since you read it"


class InsufficientFunds(Conflict):
    code, title = "insufficient_funds", "The account does not hold enough money"


class CurrencyMismatch(Conflict):
    code, title = "currency_mismatch", "Both accounts must be in the currency of the payment"


class AccountClosed(Conflict):
    code, title = "account_closed", "One of the accounts is closed"


class AccountNotEmpty(Conflict):
    code, title = "account_not_empty", "Only an account that holds nothing can be closed"


class AccountNotFound(NotFound):
    code, title = "account_not_found", "There is no such account, or it is not yours"


class SameAccount(Conflict):
    code, title = "same_account", "Sender and receiver must be different accounts"


class NotReversible(Conflict):
    """The named payment did not succeed, is itself a reversal, or ran between other accounts."""

    code, title = "not_reversible", "Only a successful payment can be taken back, and only by who received it"


class ReversalExceedsOriginal(Conflict):
    code, title = "reversal_exceeds_original", "Together the reversals would give back more than was paid"


class InvalidExpiry(InvalidRequest):
    code, title = "invalid_expiry", "A hold expires later than now, and within 31 days"


class HoldEnded(Conflict):
    """Captured, voided or expired; the fact `hold_status` says which."""

    code, title = "hold_ended", "This hold has ended: nothing can be captured or released any more"


class CaptureExceedsHold(Conflict):
    code, title = "capture_exceeds_hold", "Less than this remains of the hold"


class InvalidSchedule(InvalidRequest):
    code, title = "invalid_schedule", "A schedule begins today or later, and ends after it began"


class ScheduleEnded(Conflict):
    code, title = "schedule_ended", "All payments of this schedule have been made: there is nothing left to cancel"


class TooManyRules(Conflict):
    code, title = "too_many_rules", "A customer has at most 100 rules: change or delete one first"


class SplitMismatch(Conflict):
    code, title = "split_mismatch", "The parts of a split together are the amount of the payment"


class BulkRefused(Conflict):
    code, title = "bulk_refused", "Nothing was posted: at least one payment was refused"


class IdempotencyKeyMissing(FinLensError):
    code, status, title = "idempotency_key_missing", 400, "Send an Idempotency-Key header of 1 to 255 characters"


class IdempotencyKeyTooLong(FinLensError):
    code, status, title = "idempotency_key_too_long", 400, "An Idempotency-Key has at most 255 characters"


class IdempotencyKeyInFlight(Conflict):
    code, title = "idempotency_key_in_flight", "A request with this Idempotency-Key is being worked on; ask again"


class IdempotencyKeyReused(FinLensError):
    code, status, title = "idempotency_key_reused", 422, "This Idempotency-Key was used with another request"


class QueryRefused(FinLensError):
    """An insight query that cannot be answered as asked; `detail` says why and what would work."""

    code, status, title = "query_refused", 422, "This question cannot be computed"


class NotVerifiable(Conflict):
    code, title = "not_verifiable", "This question cannot become an example for others"


class QueryTooSlow(FinLensError):
    code, status, title = "query_too_slow", 503, "This question takes too long to compute: ask about a shorter period"


class InvalidBudget(InvalidRequest):
    code, title = "invalid_budget", "A budget is for a category or a group of them, over whole months"


class UnfinishedMonth(Conflict):
    code, title = "unfinished_month", "Spending is compared once the month is over: name an earlier one"


class TooFewPeers(Conflict):
    code, title = "too_few_peers", "Fewer than 20 other customers can be compared with, so nothing is said of them"


class FormatMissing(FinLensError):
    code, status, title = "format_missing", 501, "This installation cannot write this format"


class Overloaded(FinLensError):
    code, status, title = "overloaded", 503, "Too much at once; please try again in a moment"


class NotReady(Overloaded):
    code, title = "not_ready", "The database does not answer"


class SetupError(FinLensError):
    """The installation cannot start or go on; the sentence says what the operator can do."""

    code, status, title = "setup_error", 500, "FinLens cannot start"
