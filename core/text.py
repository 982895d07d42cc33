"""Words that people type, checked and brought to one form before anything is stored."""

from functools import cache
from typing import Annotated
from zoneinfo import available_timezones

import phonenumbers
from pydantic import AfterValidator, EmailStr, StringConstraints

PHONE_REGION = "IN"
"""Where a number without a country code is taken to be."""


def _printable(text: str) -> str:
    # PostgreSQL cannot store a NUL, and the other control characters only serve to fool whoever reads a log.
    if any(ord(character) < 32 and character not in "\n\t" for character in text):
        raise ValueError("control characters are not allowed")
    return text


def _e164(text: str) -> str:
    try:
        number = phonenumbers.parse(text, PHONE_REGION)
    except phonenumbers.NumberParseException as error:
        raise ValueError("this is not a telephone number") from error
    if not phonenumbers.is_valid_number(number):
        raise ValueError("there is no such telephone number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _known_zone(name: str) -> str:
    if name not in _time_zones():
        raise ValueError("this is not a time zone of the IANA database, like Asia/Kolkata")
    return name


Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_printable)
]
"""A name or another short text that must say something."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1_000), AfterValidator(_printable)]
"""A description, an address, a note; may be empty."""

Email = Annotated[EmailStr, AfterValidator(str.lower)]
Phone = Annotated[str, StringConstraints(max_length=40), AfterValidator(_e164)]
TimeZone = Annotated[str, AfterValidator(_known_zone)]
