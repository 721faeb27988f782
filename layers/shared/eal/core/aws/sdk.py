"""botocore's clients, with our errors: for what is rare, and for all services if the setting EAL_SDK is `botocore`.

botocore and not boto3: the same clients without boto3's resources and transfer manager, which cost a cold start
20 ms and are not used here (docs/decisions/0003).
"""

from __future__ import annotations

from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from eal.core.aws.client import CONNECT_SECONDS, MAX_CONNECTIONS, Client
from eal.core.aws.errors import NotConnected, Unreachable, refusal

if TYPE_CHECKING:
    from botocore.session import Session

_making = Lock()


class SdkClient(Client):
    """A client of botocore. Attributes that are not operations, such as `generate_presigned_url`, are passed
    through."""

    def __init__(self, service: str, *, read_seconds: float, attempts: int, endpoint: str | None) -> None:
        super().__init__(service)
        from botocore.config import Config

        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=read_seconds,
            retries={"mode": "standard", "total_max_attempts": attempts},
            tcp_keepalive=True,
            max_pool_connections=MAX_CONNECTIONS,
            parameter_validation=False,
        )
        if service == "s3":
            # Presigned URLs default to SigV2 at the global host, but SSE-KMS needs SigV4 and a Region's own host.
            config = config.merge(Config(signature_version="s3v4", s3={"addressing_style": "virtual"}))
        with _making:  # clients are safe in threads, sessions are not
            self._client: Any = session().create_client(service, config=config, endpoint_url=endpoint)

    def __getattr__(self, method: str) -> Any:
        if method.startswith("_"):
            raise AttributeError(method)
        if method not in self._client.meta.method_to_api_mapping:
            return getattr(self._client, method)
        operation = self._client.meta.method_to_api_mapping[method]
        return lambda **arguments: self.call(operation, arguments)

    def _call(self, operation: str, arguments: dict[str, Any]) -> Any:
        from botocore import xform_name
        from botocore.exceptions import (
            BotoCoreError,
            ClientError,
            ConnectTimeoutError,
            EndpointConnectionError,
        )

        try:
            return getattr(self._client, xform_name(operation))(**arguments)
        except ClientError as fault:
            error = fault.response.get("Error", {})
            code, message = error.get("Code", ""), error.get("Message", "")
            raise refusal(operation, code, message, fault.response) from fault
        except (ConnectTimeoutError, EndpointConnectionError) as fault:
            raise NotConnected(f"{operation}: {type(fault).__name__}") from fault
        except BotoCoreError as fault:
            raise Unreachable(f"{operation}: {type(fault).__name__}") from fault


@cache
def session() -> Session:
    """One session for all clients: with its own session, each further client would cost twice as much."""
    import botocore.session

    return botocore.session.get_session()
