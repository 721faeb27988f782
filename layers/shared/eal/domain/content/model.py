"""A content item: its text, its revisions, and the statuses between a brief and publication."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from eal.ai.content import Brief, ContentText, ContentType, Scene
from eal.ai.content_policy import Finding
from eal.ai.provenance import Provenance
from eal.core.audit import Actor
from eal.core.clock import Instant

type ContentStatus = Literal[
    "generating",
    "failed",
    "draft",
    "in_review",
    "approved",
    "scheduled",
    "published",
    "unpublished",
    "archived",
]
type Destination = Literal[
    "draft", "in_review", "approved", "scheduled", "published", "unpublished", "archived"
]
"""The statuses that a transition can request."""
type Step = Literal["queued", "writing", "checking"]
type TaskName = Literal["write", "revise"]
type FailureReason = Literal["cancelled", "ai_disabled", "review_not_found", "engine_failed"]
type RevisionReason = Literal["written", "revised", "edited", "restored"]

TRANSITIONS: dict[ContentStatus, tuple[Destination, ...]] = {
    "generating": (),
    "failed": ("archived",),
    "draft": ("in_review", "archived"),
    "in_review": ("approved", "draft"),
    "approved": ("scheduled", "published", "draft", "archived"),
    "scheduled": ("published", "approved"),
    "published": ("unpublished", "archived"),
    "unpublished": ("published", "draft", "archived"),
    "archived": ("draft",),
}
"""The statuses that may follow each status on request. A worker moves a generating item to `draft` or `failed`, and a
retry moves a failed one to `generating`."""

EDITABLE: frozenset[ContentStatus] = frozenset({"draft", "in_review", "approved", "unpublished", "failed"})
"""Statuses in which an item may get a new revision. It is a draft afterwards, because an approval is one of a text."""

MAX_REVISIONS = 200
MAX_TRANSITIONS_KEPT = 20

PERSONAL = frozenset(
    {
        "brief",
        "title",
        "body",
        "slug",
        "excerpt",
        "seo_title",
        "seo_description",
        "scenes",
        "hashtags",
        "links",
        "findings",
        "remarks",
        "instructions",
        "notes",
        "input_sha256",
    }
)
"""Fields that are, or may contain, personal data: the audit log shows commitments to them.

The hash of the input is one, because instructions can be short enough to be guessed and verified by the hash.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """An API key or a member by id, or an engine by name, with its model and the version of its prompt."""

    type: Literal["api_key", "member", "engine"]
    id: str
    model: str | None = None
    prompt_version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One requested move, or the publication at its time, which `by` then names as a worker."""

    before: ContentStatus
    after: ContentStatus
    at: Instant
    by: Actor
    notes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One text of an item. It never changes.

    `restored_from` is a number of an earlier revision. `instructions` and `provenance` are set if the AI wrote it.
    """

    id: str
    content_id: str
    number: int
    created_at: Instant
    author: Author
    reason: RevisionReason
    text: ContentText
    restored_from: int | None = None
    instructions: str | None = None
    provenance: Provenance | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """`salt` is for the audit log's commitments. It is stored only here and never shown.

    `text` is that of the newest revision, and `findings` are what the content policy has against it. `provenance` and
    `remarks` are of what the AI wrote last; `edited`: a person has changed that. `revision_ids` are in the order of
    their numbers.

    `task`, `task_id` and `step` are set while it is `generating`: only the run with that `task_id` may write its
    result. `task` stays set when it is `failed`, for a retry, and so do the `instructions` of a revision.

    `approved_by` and `approved_at` are of the approval of the present text. `has_personal_approval`: a member or an
    admin key gave it. `post_id` is that of a published blog post in the feed.
    """

    id: str
    type: ContentType
    status: ContentStatus
    created_at: Instant
    updated_at: Instant
    version: int
    salt: str
    brief: Brief
    text: ContentText | None = None
    findings: tuple[Finding, ...] = ()
    remarks: tuple[str, ...] = ()
    provenance: Provenance | None = None
    edited: bool = False
    revision_ids: tuple[str, ...] = ()
    task: TaskName | None = None
    task_id: str | None = None
    step: Step | None = None
    reason: FailureReason | None = None
    instructions: str | None = None
    transitions: tuple[Transition, ...] = ()
    approved_by: Actor | None = None
    approved_at: Instant | None = None
    has_personal_approval: bool = False
    scheduled_at: Instant | None = None
    published_at: Instant | None = None
    published_revision: int | None = None
    post_id: str | None = None

    @property
    def revision(self) -> int:
        """The number of the newest revision; 0 before the first."""
        return len(self.revision_ids)

    @property
    def is_editable(self) -> bool:
        return self.status in EDITABLE

    @property
    def next_statuses(self) -> tuple[Destination, ...]:
        """The statuses that a transition may request. Content without a text, which was archived, stays archived."""
        return TRANSITIONS[self.status] if self.text or self.status == "failed" else ()

    @property
    def review_id(self) -> str | None:
        return self.brief.review_id

    @property
    def title(self) -> str | None:
        return self.text.title if self.text else None

    @property
    def body(self) -> str | None:
        return self.text.body if self.text else None

    @property
    def slug(self) -> str | None:
        """The address of a blog post. No other item of the tenant has the same."""
        return self.text.slug if self.text else None

    @property
    def excerpt(self) -> str | None:
        return self.text.excerpt if self.text else None

    @property
    def seo_title(self) -> str | None:
        return self.text.seo_title if self.text else None

    @property
    def seo_description(self) -> str | None:
        return self.text.seo_description if self.text else None

    @property
    def scenes(self) -> tuple[Scene, ...]:
        return self.text.scenes if self.text else ()

    @property
    def hashtags(self) -> tuple[str, ...]:
        return self.text.hashtags if self.text else ()

    @property
    def links(self) -> tuple[str, ...]:
        return self.text.links if self.text else ()


def moved(content: Content, to: ContentStatus, at: datetime, by: Actor, notes: str | None = None) -> Content:
    """The item in another status. As a draft it has no approval, and only as scheduled a time of publication."""
    transition = Transition(before=content.status, after=to, at=at, by=by, notes=notes)
    after = replace(
        content,
        status=to,
        transitions=(*content.transitions, transition)[-MAX_TRANSITIONS_KEPT:],
        reason=None,
        task=None,
        instructions=None,
        scheduled_at=content.scheduled_at if to == "scheduled" else None,
    )
    return without_approval(after) if to == "draft" else after


def without_approval(content: Content) -> Content:
    return replace(content, approved_by=None, approved_at=None, has_personal_approval=False)
