"""Changes without lost updates: a version per row, shown as an ETag and demanded as If-Match."""

from typing import Annotated

from fastapi import Header, Response

from core.errors import VersionMismatch, VersionRequired

IfMatch = Annotated[str | None, Header(alias="If-Match", description="the ETag you read", max_length=200)]
IfNoneMatch = Annotated[
    str | None, Header(alias="If-None-Match", description="the ETag you have: 304 if it still holds", max_length=1_000)
]


def etag(version: int) -> str:
    return f'"{version}"'


def tag(response: Response, version: int) -> None:
    """Tell the client which version it reads."""
    response.headers["ETag"] = etag(version)


def check_version(if_match: str | None, version: int) -> None:
    """Raises VersionRequired without an If-Match, VersionMismatch if it names another version than the stored one."""
    if if_match is None:
        raise VersionRequired
    if etag(version) not in {known.strip() for known in if_match.split(",")}:
        raise VersionMismatch


def is_unchanged(if_none_match: str | None, current: str) -> bool:
    """Whether the client has what `current` names. Weak and strong tags compare alike here (RFC 9110, 13.1.2)."""
    known = {tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")}
    return "*" in known or current.removeprefix("W/") in known
