"""Settings, grants: what the parent may read, and for a parent: its children and their figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal_dashboard.page import Call, Field, Form, Page

if TYPE_CHECKING:
    from eal_dashboard.operations import Json


def _prepare(values: Json) -> Json:
    parent = values["organization"]["parent_organization_id"]
    grant = next((grant for grant in values["grants"]["data"] if grant["parent_id"] == parent), None)
    form = values["forms"]["putGrant"]
    if grant and not form.has_error:
        form.fields["resources"].values = tuple(grant["resources"])
    rollup = {child["organization_id"]: child for child in (values["rollup"] or {}).get("data", [])}
    children = (values["children"] or {}).get("data", [])
    return {
        "parent": parent,
        "grant": grant,
        "children": [{**child, "rollup": rollup.get(child["id"])} for child in children],
        "more": (values["children"] or {}).get("next_cursor"),
    }


PAGES = (
    Page(
        path="/settings/grants",
        title="Grants",
        template="grants.html",
        group="Settings",
        nav="Grants",
        icon="grants",
        calls={
            "organization": Call("getOwnOrganization"),
            "grants": Call("listGrants"),
            "children": Call("listOrganizations", query=("cursor",), fixed={"limit": "50"}, optional=True),
            "rollup": Call("getRollup", query=("cursor",), fixed={"limit": "50"}, optional=True),
        },
        forms=(
            Form(
                "putGrant",
                (
                    Field("resources", label="The parent may read", hint=""),
                    Field(
                        "expires_at",
                        label="Until",
                        hint="Leave empty for a grant that lasts until you revoke it.",
                    ),
                ),
                submit="Save grant",
                done="The parent may read exactly this from now on.",
            ),
            Form(
                "revokeGrant",
                submit="Revoke grant",
                done="The grant was revoked: the parent's next request is refused.",
                is_dangerous=True,
            ),
        ),
        prepare=_prepare,
    ),
)
