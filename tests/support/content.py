"""Content of a tenant, by its API, and texts as the worker records them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from eal.ai.content import ContentText, Scene
from eal.ai.provenance import Provenance
from eal.core import caller, clock
from eal.domain.content.model import Author
from eal.domain.content.store import CONTENTS, add_revision, replace_version
from eal.domain.organization_settings import store as organization_settings
from tests.support.http import ApiResponse, call

if TYPE_CHECKING:
    from eal.core.tenancy import Mode
    from tests.support.tenants import Tenant

PATH = "/v1/content"
BRIEF: dict[str, Any] = {"topic": "What to do after a burst pipe"}
ORDER: dict[str, Any] = {"type": "blog_post", "brief": BRIEF}
POST = ContentText(
    title="What to do after a burst pipe",
    body="Close the main valve.\n\nThen call for help.",
    slug="burst-pipe",
    excerpt="Close the valve first.",
)
TEXTS: dict[str, ContentText] = {
    "blog_post": POST,
    "video_script": ContentText(
        title="A burst pipe",
        scenes=(Scene(narration="Close the valve.", on_screen_text="Valve", seconds=5),),
    ),
    "social_post": ContentText(body="A pipe burst? Close the valve.", hashtags=("waterdamage",)),
    "review_response": ContentText(body="Thank you for your review."),
}
BLOCKED = "We are the best company. Your insurance will cover it all."
PROVENANCE = Provenance(engine="embedded", model="content-1", input_sha256="0" * 64, latency_ms=1)


def create(tenant: Tenant, body: dict[str, Any], key: str | None = None, **headers: str) -> ApiResponse:
    return call("POST", PATH, key=key or tenant.write, json_body=body, headers=headers)


def ordered(
    tenant: Tenant, content_type: str = "blog_post", key: str | None = None, **brief: object
) -> dict[str, Any]:
    """An item that the AI is to write."""
    if content_type == "review_response":
        wanted: dict[str, Any] = brief
    elif content_type == "social_post":
        wanted = {**BRIEF, "network": "facebook", **brief}
    else:
        wanted = {**BRIEF, **brief}
    response = create(tenant, {"type": content_type, "brief": wanted}, key)
    assert response.status == 202, response.text
    content: dict[str, Any] = response.json
    return content


def write(
    tenant: Tenant, content: dict[str, Any], text: ContentText | None = None, mode: Mode = "live"
) -> None:
    """Record a text as the worker does."""
    by = caller.worker("write_content", tenant.in_mode(mode), "request-1")
    before = CONTENTS.get(by.tenant, content["id"])
    add_revision(
        "content.written" if before.task == "write" else "content.revised",
        before,
        replace(before, provenance=PROVENANCE, edited=False),
        text or TEXTS[before.type],
        author=Author(type="engine", id=PROVENANCE.engine, model=PROVENANCE.model),
        reason="written" if before.task == "write" else "revised",
        instructions=before.instructions,
        provenance=PROVENANCE,
        company=organization_settings.company_of(tenant.id),
        by=by,
    )
    by.transaction.commit()


def fail(tenant: Tenant, content: dict[str, Any]) -> None:
    """Record a failure as the worker does."""
    by = caller.worker("write_content", tenant.in_mode("live"), "request-1")
    before = CONTENTS.get(by.tenant, content["id"])
    after = replace(before, status="failed", reason="engine_failed", task_id=None, step=None)
    replace_version("content.failed", before, after, by)
    by.transaction.commit()


def drafted(
    tenant: Tenant, content_type: str = "blog_post", text: ContentText | None = None, **brief: object
) -> dict[str, Any]:
    """A draft that the AI has written."""
    content = ordered(tenant, content_type, None, **brief)
    write(tenant, content, text)
    return read(tenant, content)


def read(tenant: Tenant, content: dict[str, Any], key: str | None = None) -> dict[str, Any]:
    response = call("GET", f"{PATH}/{content['id']}", key=key or tenant.read)
    assert response.status == 200, response.text
    found: dict[str, Any] = response.json
    return found


def patch(tenant: Tenant, content: dict[str, Any], body: dict[str, object], **headers: str) -> ApiResponse:
    return call("PATCH", f"{PATH}/{content['id']}", key=tenant.write, json_body=body, headers=headers)


def act(
    tenant: Tenant,
    content: dict[str, Any],
    action: str,
    body: dict[str, object] | None = None,
    *,
    key: str | None = None,
    **headers: str,
) -> ApiResponse:
    """A POST to `transitions`, `restore`, `revisions`, `cancel` or `retry`."""
    path = f"{PATH}/{content['id']}/{action}"
    return call("POST", path, key=key or tenant.write, json_body=body, headers=headers)


def move(
    tenant: Tenant, content: dict[str, Any], *statuses: str, key: str | None = None, **fields: object
) -> dict[str, Any]:
    """The item after moves through the statuses. `fields` belong to the last one."""
    moved: dict[str, Any] = content
    for status in statuses:
        more = fields if status == statuses[-1] else {}
        response = act(tenant, content, "transitions", {"to": status, **more}, key=key)
        assert response.status == 200, response.text
        moved = response.json
    return moved


def tomorrow() -> str:
    return clock.rfc3339(clock.now() + timedelta(days=1))


def rules(content: dict[str, Any]) -> list[str]:
    return [finding["rule"] for finding in content["findings"]]
