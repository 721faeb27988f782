"""Request and response models for content."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from eal.ai.content import ContentType, Length, Network
from eal.ai.content_policy import Level, Rule
from eal.ai.provenance import ProvenanceView
from eal.ai.tone import Tone
from eal.core.audit import ActorType
from eal.core.clock import Instant
from eal.core.listing import ListQuery, PageView
from eal.core.schema import AfterValidator, ConfigDict, Field, HttpUrl, JsonValue, model_validator
from eal.core.wire import Wire, one_line, prose, without_defaults
from eal.domain.content import limits
from eal.domain.content.model import (
    ContentStatus,
    Destination,
    FailureReason,
    RevisionReason,
    Step,
    TaskName,
)

_INPUT = ConfigDict(extra="forbid", str_strip_whitespace=True)
MAX_INSTRUCTIONS_CHARACTERS, MAX_NOTES_CHARACTERS = 2_000, 1_000


def _web_link(text: str) -> str:
    """Raises: ValueError for anything but a web address, which pages show as a link."""
    HttpUrl(text)
    return text


def _hashtag(text: str) -> str:
    """A hashtag without its `#`. Networks accept letters, digits and underscores, and not digits alone.

    Raises: ValueError.
    """
    name = text.removeprefix("#")
    if not name or not all(letter.isalnum() or letter == "_" for letter in name) or name.isdigit():
        raise ValueError("Must be letters, digits and underscores, and not digits alone.")
    return name


OneLine = AfterValidator(one_line)
Notes = Annotated[str, Field(min_length=1, max_length=MAX_NOTES_CHARACTERS), AfterValidator(prose)]
Hashtag = Annotated[
    str,
    Field(min_length=1, max_length=limits.MAX_HASHTAG_CHARACTERS),
    AfterValidator(_hashtag),
]
Link = Annotated[
    str,
    Field(
        min_length=1,
        max_length=limits.MAX_LINK_CHARACTERS,
        pattern=r"^https?://\S+$",
        json_schema_extra={"format": "uri"},
    ),
    OneLine,
    AfterValidator(_web_link),
]
Slug = Annotated[
    str,
    Field(
        max_length=limits.MAX_SLUG_CHARACTERS,
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
        description="The address of a blog post: lower-case letters and digits in groups that a hyphen joins. Unique "
        "among the organization's content of the same mode.",
    ),
]


_SCENES = Field(description="The scenes of a video script, in their order.")
_NARRATION = Field(description="What is spoken.")
_ON_SCREEN_TEXT = Field(description="What is written over the picture; empty for nothing.")
_SECONDS = Field(description="How long the scene lasts.")
_EXCERPT = Field(description="A summary of a blog post. Feeds show it.")
_SEO_TITLE = Field(description="The title of a blog post for search engines.")
_SEO_DESCRIPTION = Field(description="The description of a blog post for search engines.")
_LINKS = Field(description="Web addresses that follow the text of a social post.")


class BriefBody(Wire):
    """The brief of a text. `topic` is required except for a review response, `network` for a social post, `review_id`
    for a review response.
    """

    model_config = _INPUT

    topic: Annotated[str, Field(min_length=1, max_length=300), OneLine] | None = None
    """Subject of the text, in a few words."""
    keywords: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=80), OneLine]],
        Field(default_factory=list, max_length=20),
    ]
    """Words that the text should contain."""
    tone: Tone | None = None
    """How the text sounds. Null for no particular tone."""
    audience: Annotated[str, Field(min_length=1, max_length=200), OneLine] | None = None
    """The readers, such as homeowners or property managers."""
    length: Length | None = None
    """How long the text is to be. Null means `medium`."""
    network: Network | None = None
    """The network of a social post. Not allowed for other types."""
    review_id: Annotated[str, Field(min_length=1, max_length=100), OneLine] | None = None
    """The review that a review response answers. Not allowed for other types."""


def _brief_of(types: list[JsonValue], required: list[JsonValue]) -> dict[str, JsonValue]:
    """The JSON Schema of what these types need in a brief, and of what they do not know."""
    known: dict[str, JsonValue] = {str(name): {"type": "string"} for name in required}
    unknown: dict[str, JsonValue] = {"network": {"type": "null"}, "review_id": {"type": "null"}}
    brief: JsonValue = {"type": "object", "required": required, "properties": {**unknown, **known}}
    return {"properties": {"type": {"enum": types}, "brief": brief}}


class ContentCreate(Wire):
    model_config = ConfigDict(
        **_INPUT,
        json_schema_extra={
            "oneOf": [
                _brief_of(["blog_post", "video_script"], ["topic"]),
                _brief_of(["social_post"], ["network", "topic"]),
                _brief_of(["review_response"], ["review_id"]),
            ]
        },
    )

    type: ContentType
    """The type of content. It decides which fields the `brief` needs."""
    brief: BriefBody
    """Subject, readers and tone of the text."""


class SceneBody(Wire):
    model_config = _INPUT

    narration: Annotated[
        str,
        _NARRATION,
        Field(min_length=1, max_length=limits.MAX_NARRATION_CHARACTERS),
        AfterValidator(prose),
    ]
    on_screen_text: Annotated[
        str, _ON_SCREEN_TEXT, Field(max_length=limits.MAX_ON_SCREEN_CHARACTERS), OneLine
    ]
    seconds: Annotated[int, _SECONDS, Field(ge=1, le=limits.MAX_SCENE_SECONDS)]


class ContentUpdate(Wire):
    """Only the fields present change. Null clears a part; `title`, `body` and `slug` must stay if the type needs them.

    A blog post has `title`, `body`, `slug`, `excerpt`, `seo_title` and `seo_description`; a video script `title` and
    `scenes`; a social post `body`, `hashtags` and `links`; a review response `body`.
    """

    model_config = ConfigDict(**_INPUT, json_schema_extra=without_defaults())

    title: Annotated[str, Field(min_length=1, max_length=limits.MAX_TITLE_CHARACTERS), OneLine] | None = None
    """The title of a blog post or a video script."""
    body: (
        Annotated[str, Field(min_length=1, max_length=limits.MAX_BODY_CHARACTERS), AfterValidator(prose)]
        | None
    ) = None
    """Markdown in a blog post, plain text otherwise. A social post is limited by its network together with its links
    and hashtags, a review response to 4,096 bytes."""
    slug: Slug | None = None
    excerpt: Annotated[
        Annotated[str, Field(min_length=1, max_length=limits.MAX_EXCERPT_CHARACTERS), OneLine] | None,
        _EXCERPT,
    ] = None
    seo_title: Annotated[
        Annotated[str, Field(min_length=1, max_length=limits.MAX_SEO_TITLE_CHARACTERS), OneLine] | None,
        _SEO_TITLE,
    ] = None
    seo_description: Annotated[
        Annotated[str, Field(min_length=1, max_length=limits.MAX_SEO_DESCRIPTION_CHARACTERS), OneLine] | None,
        _SEO_DESCRIPTION,
    ] = None
    scenes: Annotated[Annotated[list[SceneBody], Field(max_length=limits.MAX_SCENES)] | None, _SCENES] = None
    hashtags: Annotated[list[Hashtag], Field(max_length=limits.MAX_HASHTAGS)] | None = None
    """The hashtags of a social post, with or without `#`, which is not stored."""
    links: Annotated[Annotated[list[Link], Field(max_length=limits.MAX_LINKS)] | None, _LINKS] = None


class RevisionCreate(Wire):
    model_config = _INPUT

    instructions: Annotated[
        str, Field(min_length=1, max_length=MAX_INSTRUCTIONS_CHARACTERS), AfterValidator(prose)
    ]
    """Changes for the AI to make, in English, such as: Make it shorter, and mention the hotline."""


class RevisionRestore(Wire):
    model_config = _INPUT

    revision: Annotated[int, Field(ge=1)]
    """The number of the revision whose text becomes the newest."""


class ContentTransition(Wire):
    model_config = ConfigDict(
        **_INPUT,
        json_schema_extra={
            "oneOf": [
                {
                    "required": ["scheduled_at"],
                    "properties": {"to": {"const": "scheduled"}, "scheduled_at": {"type": "string"}},
                },
                {"properties": {"to": {"not": {"const": "scheduled"}}, "scheduled_at": {"type": "null"}}},
            ]
        },
    )

    to: Destination
    """The status to move to."""
    notes: Notes | None = None
    """Notes on the transition. Required if `to` is `draft` and the content is in review."""
    scheduled_at: Instant | None = None
    """When to publish the content. Required if `to` is `scheduled`, otherwise not allowed. Must be in the future,
    within a year."""

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.to == "scheduled" and self.scheduled_at is None:
            raise ValueError("'scheduled_at' is required if 'to' is 'scheduled'.")
        if self.to != "scheduled" and self.scheduled_at is not None:
            raise ValueError("'scheduled_at' needs 'to' to be 'scheduled'.")
        return self


class ContentQuery(ListQuery):
    type: ContentType | None = None
    """Only content of this type."""
    status: ContentStatus | None = None
    """The current status."""
    review_id: Annotated[str | None, Field(min_length=1, max_length=100)] = None
    """Only responses to this review."""


class RevisionQuery(ListQuery):
    pass


class BriefView(Wire):
    topic: str | None
    """Subject of the text, in a few words."""
    keywords: list[str]
    """Words that the text should contain."""
    tone: Tone | None
    """How the text sounds. Null for no particular tone."""
    audience: str | None
    """The readers, such as homeowners or property managers."""
    length: Length | None
    """How long the text is to be. Null means `medium`."""
    network: Network | None
    """The network of a social post. Null for other types."""
    review_id: str | None
    """The review that a review response answers. Null for other types."""


class SceneView(Wire):
    narration: Annotated[str, _NARRATION]
    on_screen_text: Annotated[str, _ON_SCREEN_TEXT]
    seconds: Annotated[int, _SECONDS]


class ContentFindingView(Wire):
    """A finding of the content policy about the text. The content cannot be approved while a finding has the level
    `block`.
    """

    rule: Rule
    """The rule that the text breaks."""
    level: Level
    """`block`: must be fixed before the text is approved. `warn`: a person decides."""
    field: str | None
    """The part of the text, such as `body` or `scenes.0.narration`. Null if the finding is about something missing."""
    quote: str | None
    """The text that breaks the rule. Null if the finding is about something missing."""
    advice: str
    """How to resolve the finding, in English."""


class ContentActorView(Wire):
    type: ActorType
    """`api_key`, `member`, or `worker` for what happened at a scheduled time."""
    id: str
    """The id of the API key or member, or the name of the worker."""


class TransitionView(Wire):
    before: Annotated[ContentStatus, Field(serialization_alias="from")]
    """The status before the change."""
    to: Annotated[ContentStatus, Field(validation_alias="after")]
    """The status after the change."""
    at: Instant
    """When the status changed."""
    by: ContentActorView
    """Who changed the status. At a scheduled time, it is the worker `publish_content`."""
    notes: str | None
    """The notes of the request, or why the text was not published at the scheduled time."""


class AuthorView(Wire):
    """An API key or a member by id; or an engine by name, with its model and the version of its prompt."""

    type: Literal["api_key", "member", "engine"]
    """`engine`: the AI wrote the text. The others edited or restored it."""
    id: str
    """The id of the API key or member, or the name of the engine, such as `embedded`."""
    model: str | None
    """The engine's model, as in `provenance`. Null unless `type` is `engine`."""
    prompt_version: str | None
    """The version of the prompt, as in `provenance`. Null unless `type` is `engine` and the engine has a prompt."""


class TextView(Wire):
    """A text. A part that the type does not have is null or empty."""

    title: str | None
    """The title of a blog post or a video script."""
    body: str | None
    """Markdown in a blog post, plain text otherwise. Null in a video script."""
    slug: str | None
    """The part of a web address that identifies a blog post."""
    excerpt: Annotated[str | None, _EXCERPT]
    seo_title: Annotated[str | None, _SEO_TITLE]
    seo_description: Annotated[str | None, _SEO_DESCRIPTION]
    scenes: Annotated[list[SceneView], _SCENES]
    hashtags: list[str]
    """The hashtags of a social post, without `#`."""
    links: Annotated[list[str], _LINKS]


class ContentView(Wire):
    """`generating` until the AI has written or revised it, then `draft`, or `failed` with a `reason`."""

    id: str
    type: ContentType
    """The type of content. It decides which parts the text has, and never changes."""
    status: ContentStatus
    """`generating` while the AI works. Each new revision makes it a `draft` again."""
    brief: BriefView
    """Brief that the AI was given. It never changes."""
    revision: int
    """The number of the newest revision, whose text this is. 0 if there is no text yet."""
    title: str | None
    """The title of a blog post or a video script."""
    body: str | None
    """Markdown in a blog post, plain text otherwise. Null in a video script, and before there is a text."""
    slug: str | None
    """The part of a web address that identifies a blog post. Unique among the organization's content of the same
    mode."""
    excerpt: Annotated[str | None, _EXCERPT]
    seo_title: Annotated[str | None, _SEO_TITLE]
    seo_description: Annotated[str | None, _SEO_DESCRIPTION]
    scenes: Annotated[list[SceneView], _SCENES]
    hashtags: list[str]
    """The hashtags of a social post, without `#`."""
    links: Annotated[list[str], _LINKS]
    findings: list[ContentFindingView]
    """The content policy's findings about the text. Checked with each revision, and on approval."""
    remarks: list[str]
    """Report of the AI about its use of the brief or the instructions."""
    provenance: ProvenanceView | None
    """How the AI produced what it wrote last. Null if it has written nothing yet."""
    edited: bool
    """Whether a person has changed what the AI wrote last."""
    task: TaskName | None
    """Task that the AI is doing, or failed to do."""
    step: Step | None
    """The step that the AI is at. Null unless the status is `generating`."""
    instructions: str | None
    """The instructions for a revision that the AI is to write."""
    reason: FailureReason | None
    """Why the status is `failed`."""
    transitions: list[TransitionView]
    """The latest changes of status, oldest first. The audit log has all."""
    approved_by: ContentActorView | None
    """Who approved the text. Null before that, and once it is a draft again."""
    approved_at: Instant | None
    """When the text was approved. Null before that, and once it is a draft again."""
    scheduled_at: Instant | None
    """When the content is to be published. Null unless the status is `scheduled`."""
    published_at: Instant | None
    """When the content was last published. Null before that, and after a new revision."""
    published_revision: int | None
    """The number of the published revision. Null before that, and after a new revision."""
    created_at: Instant
    updated_at: Instant
    version: int

    @property
    def erasable(self) -> tuple[str, ...]:
        """The resources whose erasure must reach a stored copy of this response."""
        return tuple(filter(None, (self.id, self.brief.review_id)))


class PublishedContentView(ContentView):
    """Content as it was published."""

    html: str | None
    """The body of a blog post as HTML, without scripts, styles, frames and forms. Null for other types, whose texts are
    plain."""


class ContentPage(PageView[ContentView]):
    pass


class EditView(Wire):
    op: Literal["equal", "insert", "delete"]
    """`equal`: unchanged. `insert`: only in this revision. `delete`: only in the previous revision."""
    text: str
    """The text, with its white space."""


class FieldDiffView(Wire):
    """The edits that are not `insert` are the part before, those that are not `delete` the part after."""

    field: str
    """The part of the text, such as `body`. All `scenes` are one part."""
    edits: list[EditView]
    """The edits, in the order of the text."""


class DiffView(Wire):
    """The changes since the revision before; the first revision inserts everything."""

    fields: list[FieldDiffView]
    """The changed parts, compared word by word."""
    unified: str
    """The changes line by line, as a unified diff. Empty if nothing changed."""


class UnifiedDiffView(Wire):
    """The changes since the revision before, as a unified diff."""

    unified: str
    """The changes line by line. Empty if nothing changed."""


class RevisionFields(Wire):
    id: str
    content_id: str
    """The id of the content item that the revision belongs to."""
    number: int
    """The number of the revision within the content item, from 1."""
    created_at: Instant
    author: AuthorView
    """Who wrote, edited or restored the text."""
    reason: RevisionReason
    """`written` or `revised` by the AI, `edited` by a person, or `restored` from another revision."""
    restored_from: int | None
    """The number of the restored revision."""
    instructions: str | None
    """Instructions that the AI was given. Null unless `reason` is `revised`."""
    remarks: list[str]
    """Report of the AI about its use of the brief or the instructions."""
    provenance: ProvenanceView | None
    """How the AI produced the text. Null unless it wrote this revision."""


class RevisionSummary(RevisionFields):
    """A revision without its text and the edits by word."""

    diff: UnifiedDiffView
    """The changes since the previous revision, line by line."""


class RevisionView(RevisionFields):
    text: TextView
    """The whole text, not just what changed."""
    diff: DiffView
    """The changes since the previous revision, word by word and line by line."""


class RevisionPage(PageView[RevisionSummary]):
    pass
