"""Settings that the template passes to a function, read from the environment on use.

Importing a module needs no variable; only the call that uses one does.
"""

import os


class MissingSetting(RuntimeError):
    """A variable that template.yaml should set is absent."""


def _required(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise MissingSetting(
            f"environment variable {name} is not set; add it to the function in template.yaml"
        )
    return value


def is_local() -> bool:
    """Whether this is the local stack. Only there may webhooks use http and loopback addresses."""
    return os.environ.get("STAGE") == "local"


def uses_sdk() -> bool:
    """Whether botocore makes every AWS call, instead of our own client (docs/decisions/0063)."""
    return os.environ.get("EAL_SDK") == "botocore"


def state_table() -> str:
    return _required("STATE_TABLE")


def access_table() -> str:
    return _required("ACCESS_TABLE")


def secrets_key() -> str:
    """The KMS key that encrypts tenants' secrets."""
    return _required("SECRETS_KEY")


def mac_key() -> str:
    """The KMS HMAC key from which the keys of tokens and of hashes of secrets are derived."""
    return _required("MAC_KEY")


def cursor_key() -> str:
    """The KMS HMAC key from which the key of cursors is derived. Each endpoint with a list may use it, and could derive
    the keys of tokens if it were the MAC key."""
    return _required("CURSOR_KEY")


def signing_key() -> str:
    """The KMS key that signs checkpoints, and nothing else."""
    return _required("SIGNING_KEY")


def bus() -> str:
    return _required("BUS")


def inbound_bucket() -> str:
    return _required("INBOUND_BUCKET")


def uploads_bucket() -> str:
    return _required("UPLOADS_BUCKET")


def recordings_bucket() -> str:
    return _required("RECORDINGS_BUCKET")


def photos_bucket() -> str:
    return _required("PHOTOS_BUCKET")


def audit_bucket() -> str:
    return _required("AUDIT_BUCKET")


def audit_retention_days() -> int:
    """Days for which the archive keeps an audit record."""
    return int(_required("AUDIT_RETENTION_DAYS"))


def audit_table_days() -> int:
    """Days for which the table keeps an audit record. After that, only the archive has it."""
    return int(_required("AUDIT_TABLE_DAYS"))


def audit_lock_mode() -> str:
    """COMPLIANCE in production, GOVERNANCE elsewhere."""
    return _required("AUDIT_LOCK_MODE")


def queue(name: str) -> str:
    """The URL of a queue: a vendor's (`callrail`, `resend`, `stripe`), `audit`, `delivery`, `crm`, `import`, …"""
    return _required(f"{name.upper()}_QUEUE")


def queue_arn(name: str) -> str:
    return _required(f"{name.upper()}_QUEUE_ARN")


def dead_queue_arn(name: str) -> str:
    return _required(f"{name.upper()}_QUEUE_DEAD_ARN")


def schedules() -> str:
    """The group of one-time schedules."""
    return _required("SCHEDULES")


def schedules_role() -> str:
    """The role that schedules send with."""
    return _required("SCHEDULES_ROLE")


def api_host() -> str | None:
    """The API's own domain, such as `api.example.com`; None if the stack has none."""
    return os.environ.get("API_HOST") or None


def receiver_url(vendor: str) -> str:
    """The base address of a vendor's webhooks. The connection id and kind follow it."""
    return _required(f"{vendor.upper()}_RECEIVER_URL")


def receiver_proxy_url(vendor: str) -> str:
    """The base address of a vendor's webhooks at a proxy or a domain of one's own; empty if AWS's addresses are used. A
    receiver cannot have the address of its own function as a variable."""
    return os.environ.get(f"{vendor.upper()}_RECEIVER_URL", "")


def public_base_url() -> str:
    """The base of this API's addresses in e-mails, such as the unsubscribe links."""
    return _required("PUBLIC_BASE_URL")


SIGNED_IN_PATH = "/signed-in"
"""Path of the dashboard to which a sign-in returns. The user pool's client in the template has the same address."""


def dashboard_url() -> str:
    """The address of the dashboard, without a slash at its end."""
    return _required("DASHBOARD_URL")


def login_url() -> str:
    """The address of the user pool's own pages and of its token endpoint."""
    return _required("LOGIN_URL")


def user_pool() -> str:
    """The id of the user pool: `us-east-1_…`."""
    return _required("USER_POOL")


def user_pool_host() -> str:
    return f"https://cognito-idp.{user_pool().partition('_')[0]}.amazonaws.com"


def user_pool_issuer() -> str:
    """The issuer that the pool's tokens name, on the local stack too."""
    return f"{user_pool_host()}/{user_pool()}"


def user_pool_client() -> str:
    """The client id of the dashboard."""
    return _required("USER_POOL_CLIENT")


def user_pool_client_secret() -> str:
    """The secret of Secrets Manager that has the client's."""
    return _required("USER_POOL_CLIENT_SECRET")


def resend_requests_per_second() -> float:
    """Maximum number of e-mails per second that are sent with one key of Resend. Its documentation says two, or five,
    for a team."""
    return float(_required("RESEND_REQUESTS_PER_SECOND"))


def bedrock_model() -> str | None:
    """The id of the model, or of the inference profile, that Bedrock runs; None if the stack has none."""
    return os.environ.get("BEDROCK_MODEL") or None


def vendor_api_url(vendor: str) -> str | None:
    """The address of a stand-in for a vendor's API, on the local stack only; None means the vendor's own address."""
    url = os.environ.get(f"{vendor.upper()}_API_URL") if is_local() else None
    if url and not url.startswith("http://127.0.0.1:"):
        raise MissingSetting(f"{vendor.upper()}_API_URL must be on http://127.0.0.1:<port>")
    return url or None
