"""Settings, API keys: create one and copy it once, rotate it, revoke it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from eal_dashboard.page import Call, Field, Form, Page
from eal_dashboard.texts import moment

if TYPE_CHECKING:
    from eal_dashboard.operations import Json

UNUSED = timedelta(days=90)
OVERLAPS = (
    ("0", "not at all"),
    ("3600", "1 hour"),
    ("86400", "24 hours"),
    ("259200", "3 days"),
    ("604800", "7 days"),
)


def _list(values: Json) -> Json:
    keys, now = values["keys"]["data"], values["now"]
    shown = values["query"].get("show", "active")

    def is_unused(key: Json) -> bool:
        used = key["last_used"]["at"] if key["last_used"] else key["created_at"]
        return bool(key["status"] == "active" and now - moment(used) > UNUSED)

    return {
        "shown": [key for key in keys if shown == "all" or (key["status"] == "active")],
        "show": shown,
        "active": sum(key["status"] == "active" for key in keys),
        "unused": {key["id"] for key in keys if is_unused(key)},
    }


PAGES = (
    Page(
        path="/settings/api-keys",
        title="API keys",
        template="api_keys/list.html",
        group="Settings",
        nav="API keys",
        icon="key",
        calls={"keys": Call("listApiKeys", query=("cursor",), fixed={"limit": "100"})},
        prepare=_list,
    ),
    Page(
        path="/settings/api-keys/new",
        title="New API key",
        template="form.html",
        under="/settings/api-keys",
        forms=(
            Form(
                "createApiKey",
                (
                    Field("name", hint="Where the key will be used, such as “Website form”."),
                    Field("scopes", hint="Give a key no more than it needs.", value=["read"]),
                    Field("expires_at", hint="Leave empty for a key that never expires."),
                    Field(
                        "allowed_cidrs",
                        label="Allowed networks",
                        hint="One per line, such as 203.0.113.0/24. Leave empty to allow any address.",
                    ),
                ),
                submit="Create key",
                result="api_keys/created.html",
            ),
        ),
    ),
    Page(
        path="/settings/api-keys/{key_id}",
        title="API key",
        template="api_keys/detail.html",
        under="/settings/api-keys",
        calls={"key": Call("getApiKey")},
        forms=(
            Form(
                "updateApiKey",
                (
                    "name",
                    Field("expires_at", hint="Leave empty for a key that never expires."),
                    Field(
                        "allowed_cidrs",
                        label="Allowed networks",
                        hint="One per line. Leave empty to allow any address.",
                    ),
                ),
                submit="Save changes",
                done="The key was changed.",
                of="key",
            ),
            Form(
                "rotateApiKey",
                (
                    Field(
                        "overlap_seconds",
                        label="The old key keeps working for",
                        hint="Both keys work in the meantime, so nothing is interrupted.",
                        widget="select",
                        options=OVERLAPS,
                    ),
                ),
                submit="Rotate key",
                result="api_keys/created.html",
            ),
            Form(
                "revokeApiKey",
                submit="Revoke key",
                done="The key was revoked. The next request with it is refused.",
                then="/settings/api-keys",
                is_dangerous=True,
            ),
        ),
    ),
)
