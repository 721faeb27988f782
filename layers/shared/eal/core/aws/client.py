"""Base of all AWS clients, our own and those of the SDK."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from eal.core.aws.errors import Exceptions

if TYPE_CHECKING:
    from collections.abc import Callable

CONNECT_SECONDS = 1.0
READ_SECONDS = 2.0
"""The time-out of each read. Three attempts of two seconds end before an endpoint's timeout of ten seconds."""
MAX_CONNECTIONS = 16
"""Maximum number of concurrent calls of a client."""


class Client(ABC):
    """One service of AWS. `client.get_item(...)` calls the operation GetItem.

    The names of methods, arguments and errors are botocore's, so that its type stubs describe this client too.
    """

    exceptions = Exceptions()

    def __init__(self, service: str) -> None:
        self.service = service

    def __getattr__(self, method: str) -> Callable[..., Any]:
        if method.startswith("_"):
            raise AttributeError(method)
        operation = "".join(word.capitalize() for word in method.split("_"))
        return lambda **arguments: self.call(operation, arguments)

    def call(self, operation: str, arguments: dict[str, Any]) -> Any:
        """Every call of every client. Tests replace it, to watch calls or to let them fail.

        Raises: Refused, Unreachable.
        """
        return self._call(operation, arguments)

    @abstractmethod
    def _call(self, operation: str, arguments: dict[str, Any]) -> Any:
        """Raises: Refused, Unreachable."""
