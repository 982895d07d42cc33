"""Text that is safe to open in a spreadsheet."""

# A spreadsheet runs a cell that begins with one of these: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(words: str | None) -> str:
    """The words as text: what a spreadsheet would run gets an apostrophe before it."""
    words = words or ""
    return f"'{words}" if words.startswith(_FORMULA_STARTS) else words
