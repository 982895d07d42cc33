"""Changes without lost updates: a version per row, shown as an ETag and demanded as If-Match."""

from typing import Annotated

from fastapi import Header, Response

from core.errors import VersionMismatch, VersionRequired

IfMatch = Annotated[str | None, Header(alias="If-Match", description="the ETag you read", max_length=200)]


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
