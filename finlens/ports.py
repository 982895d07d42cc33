"""The ports FinLens listens on, and one sentence when somebody else has one."""

import errno
import socket
from typing import NamedTuple

from core.errors import SetupError


class Port(NamedTuple):
    """Where a part listens; FINLENS_{PART}_HOST and FINLENS_{PART}_PORT move it."""

    part: str
    host: str
    number: int

    @property
    def variable(self) -> str:
        return f"FINLENS_{self.part.upper()}"


def require_free(port: Port) -> None:
    """Raise SetupError, naming the variable that moves the part, when its address cannot be had."""
    try:
        family = socket.getaddrinfo(port.host, port.number, type=socket.SOCK_STREAM)[0][0]
        socket.create_server((port.host, port.number), family=family).close()
    except OSError as error:
        raise SetupError(_sentence(port, error), port=port.number) from error


def _sentence(port: Port, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port.number} for the {port.part} is in use by another program: "
            f"stop that program, or set {port.variable}_PORT to a free port"
        )
    if error.errno == errno.EACCES:
        return f"This user may not listen on port {port.number}: set {port.variable}_PORT to one above 1023"
    return f"The {port.part} cannot listen on {port.host}: set {port.variable}_HOST to an address of this machine"
