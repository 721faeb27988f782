"""Content: texts that the AI writes, their approval and publication, their revisions, and the feed of the blog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal_dashboard import posts
from eal_dashboard.inputs import lines
from eal_dashboard.operations import OPERATIONS
from eal_dashboard.page import Call, Field, Form, Page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eal_dashboard.forms import BoundForm
    from eal_dashboard.operations import Json

STEPS = {
    "generating": (),
    "failed": ("archiveContent",),
    "draft": ("submitContent", "archiveContent"),
    "in_review": ("approveContent", "returnContent"),
    "approved": ("publishContent", "scheduleContent", "redraftContent", "archiveContent"),
    "scheduled": ("publishContent", "unscheduleContent"),
    "published": ("unpublishContent", "archiveContent"),
    "unpublished": ("publishContent", "redraftContent", "archiveContent"),
    "archived": ("redraftContent",),
}
"""The forms of the moves from each status, the usual one first. As in eal.domain.content.model, which a test compares.
The API decides."""
EDITABLE = ("draft", "in_review", "approved", "unpublished", "failed")
KINDS = {
    "blog_post": "A post for your website, with its title and description for search engines.",
    "social_post": "A post for one network, within that network's limits.",
    "video_script": "Scenes with what is spoken and what is shown.",
}
"""Types of content that can be written without a review. A response to a review begins at the review."""
EDITS = {
    "blog_post": "editBlogPost",
    "video_script": "editVideoScript",
    "social_post": "editSocialPost",
    "review_response": "editReviewResponse",
}
REASONS = {
    "cancelled": "Somebody cancelled it before there was a text.",
    "ai_disabled": "AI is switched off in the settings of your organization.",
    "review_not_found": "The review no longer exists.",
    "engine_failed": "The AI did not return a usable text.",
}
WRITING = (("queued", "Waiting for its turn"), ("writing", "Writing"), ("checking", "Checking"))
_NOTES = Field("notes", hint="", widget="input")


def _list(values: Json) -> Json:
    query = OPERATIONS["listContent"].query
    status, kind = values["query"].get("status", ""), values["query"].get("type", "")
    return {
        "types": query["type"]["enum"],
        "statuses": query["status"]["enum"],
        "is_queue": status == "in_review",
        "is_filtered": bool(status or kind),
    }


POSTING = {
    "pending": ("warn", "The answer is on its way to Google.", "Reload the page in a minute."),
    "posted": ("good", "The answer is public, below the review.", ""),
    "failed": ("bad", "The answer is not public.", "Google did not accept it."),
}
"""Tone, title and text for each state of the answer to a review that was published here."""
POSTING_FAILURES = {
    "not_connected": "Google Business is not connected. Connect it in Settings, Integrations. Then unpublish the "
    "answer, and publish it again.",
    "unauthorized": "Google no longer accepts the connection. Connect Google Business again. Then unpublish the "
    "answer, and publish it again.",
    "not_found": "Google no longer has the review.",
    "rejected": "Google rejected the text. Unpublish the answer, change it, and publish it again.",
    "unavailable": "Google did not respond. Unpublish the answer, and publish it again later.",
    "surface_not_supported": "Answers are posted at Google only. Copy the text, and post it by hand.",
}


def _review(content: Json) -> Mapping[str, str] | None:
    """The review that the content answers."""
    review_id = content["brief"].get("review_id")
    return {"review_id": review_id} if review_id else None


def _posting(content: Json, review: Json | None) -> tuple[str, str, str] | None:
    """Tone, title and text about the posting of a published answer. None if there is nothing to post."""
    reply = review["reply"] if review else None
    if content["status"] != "published" or not reply or reply["content_id"] != content["id"]:
        return None
    tone, title, text = POSTING[reply["status"]]
    return tone, title, POSTING_FAILURES.get(reply["reason"] or "", text)


def _detail(values: Json) -> Json:
    content = values["content"]
    steps = STEPS.get(content["status"], ())
    if not content["revision"] and content["status"] != "failed":
        steps = ()
    names = [name for name, _ in WRITING]
    current = names.index(content["step"]) if content["step"] in names else -1
    return {
        "steps": [values["forms"][name] for name in steps],
        "is_editable": content["status"] in EDITABLE,
        "failure": REASONS.get(content["reason"] or "", ""),
        "is_blocked": any(finding["level"] == "block" for finding in content["findings"]),
        "progress": [
            (text, "done" if place < current else "now" if place == current else "later")
            for place, (_, text) in enumerate(WRITING)
        ],
        "seconds": sum(scene["seconds"] for scene in content["scenes"]),
        "posting": _posting(content, values["review"]),
    }


def _edit(values: Json) -> Json:
    content = values["content"]
    name = EDITS.get(content["type"], "") if content["status"] in EDITABLE else ""
    bound_form = values["forms"].get(name)
    return {"edit": bound_form} | (_measured(content, bound_form) if bound_form else {})


def _measured(content: Json, bound_form: BoundForm) -> Json:
    """The page's values about the text while it is written."""
    text = {name: bound_field.value for name, bound_field in bound_form.fields.items()}
    if content["type"] == "video_script":
        scenes = bound_form.fields["scenes"].rows
        seconds = [row.get("seconds", "") for row in scenes]
        return {"scenes": len(scenes), "seconds": sum(int(text) for text in seconds if text.isdecimal())}
    if content["type"] == "social_post":
        posted = posts.posted(text["body"], lines(text["links"]), lines(text["hashtags"]))
        return {"posted": posted, "length": posts.of_post(content["brief"]["network"], posted)}
    if content["type"] == "review_response":
        return {"posted": text["body"], "length": posts.of_reply(text["body"])}
    return {}


def _move(name: str, to: str, submit: str, done: str, *fields: Field, is_dangerous: bool = False) -> Form:
    return Form(
        "transitionContent",
        fields,
        name=name,
        submit=submit,
        done=done,
        of="content",
        fixed={"to": to},
        is_dangerous=is_dangerous,
    )


def _write(kind: str, name: str, submit: str, *fields: Field) -> Page:
    """The page of the brief for one type."""
    return Page(
        path=f"/content/new/{kind.replace('_', '-')}",
        title=submit.replace("Write", "New"),
        template="content/brief.html",
        under="/content",
        forms=(
            Form(
                "createContent",
                (
                    Field(
                        "brief.topic",
                        hint="What it is about, in a few words.",
                        widget="input",
                        is_required=True,
                    ),
                    *fields,
                    Field("brief.tone", hint=""),
                    Field("brief.audience", hint="The readers, such as homeowners or property managers."),
                    Field("brief.length", hint=""),
                    Field("brief.keywords", hint="Words that the text should contain, one per line."),
                ),
                name=name,
                submit=submit,
                done="The AI is writing. This page shows the text as soon as it is ready.",
                then="/content/{id}",
                fixed={"type": kind},
            ),
        ),
    )


def _edit_form(kind: str, *fields: Field) -> Form:
    return Form(
        "updateContent",
        fields,
        name=EDITS[kind],
        submit="Save as a new revision",
        done="The text was saved as a new revision.",
        then="/content/{content_id}",
        of="content",
    )


PAGES = (
    Page(
        path="/content",
        title="Content",
        template="content/list.html",
        group="Work",
        nav="Content",
        icon="content",
        calls={
            "content": Call("listContent", query=("type", "status", "order", "cursor"), fixed={"limit": "25"})
        },
        prepare=_list,
    ),
    Page(
        path="/content/new",
        title="New content",
        template="content/new.html",
        under="/content",
        prepare=lambda _: {"kinds": KINDS},
    ),
    _write("blog_post", "writeBlogPost", "Write blog post"),
    _write(
        "social_post",
        "writeSocialPost",
        "Write social post",
        Field("brief.network", label="Network", hint="", is_required=True),
    ),
    _write("video_script", "writeVideoScript", "Write video script"),
    Page(
        path="/content/feed",
        title="Blog feed",
        template="content/feed.html",
        under="/content",
        calls={"address": Call("getContentFeedAddress")},
        forms=(
            Form(
                "createContentFeedAddress",
                submit="Create address",
                done="The feed has a public address. Give it to your website or to a feed reader.",
            ),
            Form(
                "createContentFeedAddress",
                name="replaceContentFeedAddress",
                submit="Replace address",
                done="The feed has a new address, and the old one stopped working.",
                is_dangerous=True,
            ),
            Form(
                "deleteContentFeedAddress",
                submit="Delete address",
                done="The address was deleted. Only API keys can read the feed.",
                of="address",
                is_dangerous=True,
            ),
        ),
    ),
    Page(
        path="/content/{content_id}",
        title="Content",
        template="content/detail.html",
        under="/content",
        calls={
            "content": Call("getContent"),
            "review": Call("getReview", depends_on="content", targets=_review, optional=True),
        },
        forms=(
            _move(
                "submitContent",
                "in_review",
                "Submit for approval",
                "The content is in the approval queue.",
                _NOTES,
            ),
            _move("approveContent", "approved", "Approve", "The content is approved.", _NOTES),
            _move(
                "returnContent",
                "draft",
                "Send back",
                "The content is a draft again.",
                Field("notes", hint="What has to change.", is_required=True),
            ),
            _move(
                "publishContent",
                "published",
                "Publish now",
                "It is published here. If it is the answer to a review, this page says what becomes of it at Google.",
            ),
            _move(
                "scheduleContent",
                "scheduled",
                "Schedule",
                "The content is scheduled.",
                Field("scheduled_at", label="Publish at", hint="", is_required=True),
            ),
            _move(
                "unscheduleContent",
                "approved",
                "Remove from schedule",
                "The content is no longer scheduled. It stays approved.",
            ),
            _move(
                "redraftContent",
                "draft",
                "Make a draft",
                "The content is a draft again, and needs another approval.",
                _NOTES,
            ),
            _move(
                "unpublishContent",
                "unpublished",
                "Unpublish",
                "The content is no longer published.",
                is_dangerous=True,
            ),
            _move("archiveContent", "archived", "Archive", "The content is archived."),
            Form(
                "createContentRevision",
                (
                    Field(
                        "instructions",
                        label="What should change?",
                        hint="Such as: Make it shorter, and mention the hotline.",
                    ),
                ),
                submit="Ask the AI",
                done="The AI is revising the text. The current text is kept as a revision.",
                of="content",
            ),
            Form("cancelContent", submit="Cancel", done="The AI was stopped. Its result is discarded."),
            Form("retryContent", submit="Try again", done="The AI is trying again."),
            Form(
                "deleteContent",
                submit="Delete content",
                done="The content was deleted with its revisions.",
                then="/content",
                of="content",
                is_dangerous=True,
            ),
        ),
        prepare=_detail,
    ),
    Page(
        path="/content/{content_id}/edit",
        title="Edit content",
        template="content/edit.html",
        under="/content",
        calls={"content": Call("getContent")},
        forms=(
            _edit_form(
                "blog_post",
                Field("title", widget="input"),
                Field(
                    "body",
                    label="Text",
                    hint="Markdown: ## for a heading, ** around bold words, - for a list.",
                ),
                Field("excerpt", hint="A sentence or two for lists of posts."),
                Field(
                    "slug",
                    label="Address",
                    hint="Lower-case words that a hyphen joins: burst-pipe-first-steps.",
                ),
                Field("seo_title", label="Title for search engines"),
                Field("seo_description", label="Description for search engines", widget="textarea"),
            ),
            _edit_form(
                "social_post",
                Field("body", label="Text", hint="The network's limit counts the links and hashtags too."),
                Field("hashtags", hint="One per line."),
                Field("links", hint="One per line."),
            ),
            _edit_form(
                "video_script",
                Field("title", widget="input"),
                Field(
                    "scenes",
                    hint="Narration is spoken; the text on screen may be empty.",
                    widget="items",
                    columns=("narration", "on_screen_text", "seconds"),
                    item="Scene",
                ),
            ),
            _edit_form("review_response", Field("body", label="Text", hint="")),
        ),
        prepare=_edit,
    ),
    Page(
        path="/content/{content_id}/revisions",
        title="Revisions",
        template="content/revisions.html",
        under="/content",
        calls={
            "revisions": Call("listContentRevisions", query=("cursor",), fixed={"limit": "25"}),
            "content": Call("getContent", optional=True),
        },
    ),
    Page(
        path="/content/{content_id}/revisions/{number}",
        title="Revision",
        template="content/revision.html",
        under="/content",
        calls={"revision": Call("getContentRevision"), "content": Call("getContent")},
        forms=(
            Form(
                "restoreContentRevision",
                ("revision",),
                submit="Restore this text",
                done="The earlier text is the newest again, as a new revision.",
                then="/content/{content_id}",
                of="content",
            ),
        ),
        prepare=lambda values: {"is_editable": values["content"]["status"] in EDITABLE},
    ),
)
