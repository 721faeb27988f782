"""Content against a model: whatever the order of requests and of the worker's results, both have the same state."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.support import content as contents
from tests.support.aws import aws_in_process
from tests.support.callrail import stored
from tests.support.http import call
from tests.support.tenants import new_tenant

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

MAX_ITEMS = 3
SLUGS, TITLES = ("a", "b", "c"), ("One", "Two", "Three")
MOVES = {
    ("draft", "in_review"), ("in_review", "draft"), ("in_review", "approved"), ("approved", "draft"),
    ("approved", "scheduled"), ("approved", "published"), ("scheduled", "approved"), ("scheduled", "published"),
    ("published", "unpublished"), ("published", "archived"), ("unpublished", "published"), ("unpublished", "draft"),
    ("unpublished", "archived"), ("draft", "archived"), ("approved", "archived"), ("failed", "archived"),
    ("archived", "draft"),
}  # fmt: skip
"""The contract, written down a second time."""
FROZEN = {"generating", "scheduled", "published", "archived"}


@dataclass
class Model:
    """The expected state of an item. `texts` are the titles, slugs and whether the policy blocks them, by revision."""

    id: str
    status: str = "generating"
    texts: list[tuple[str, str, bool]] = field(default_factory=list)
    task: str | None = "write"

    @property
    def text(self) -> tuple[str, str, bool] | None:
        return self.texts[-1] if self.texts else None

    @property
    def slug(self) -> str | None:
        return self.text[1] if self.text else None


class ContentMachine(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.patch = pytest.MonkeyPatch()
        self.cloud: AbstractContextManager[None] = aws_in_process(self.patch)
        self.cloud.__enter__()
        self.tenant = new_tenant()
        self.items = [Model(contents.ordered(self.tenant)["id"])]

    def teardown(self) -> None:
        if hasattr(self, "cloud"):
            self.cloud.__exit__(None, None, None)
            self.patch.undo()

    def _item(self, data: st.DataObject) -> Model:
        return data.draw(st.sampled_from(self.items))

    def _act(self, item: Model, action: str, body: dict[str, object] | None = None) -> int:
        return contents.act(self.tenant, {"id": item.id}, action, body).status

    def _free(self, wanted: str, item: Model) -> str:
        """The slug that an item gets that does not insist."""
        taken = {other.slug for other in self.items if other is not item}
        numbered = [f"{wanted}-{number}" for number in range(2, MAX_ITEMS + 2)]
        return next(slug for slug in (wanted, *numbered) if slug not in taken)

    @precondition(lambda self: len(self.items) < MAX_ITEMS)
    @rule()
    def create(self) -> None:
        self.items.append(Model(contents.ordered(self.tenant)["id"]))

    @rule(data=st.data(), title=st.sampled_from(TITLES), slug=st.sampled_from(SLUGS), succeeds=st.booleans())
    def finish_task(self, data: st.DataObject, title: str, slug: str, *, succeeds: bool) -> None:
        item = self._item(data)
        if item.status != "generating":
            return
        if not succeeds:
            contents.fail(self.tenant, {"id": item.id})
            item.status = "failed"
            return
        contents.write(self.tenant, {"id": item.id}, replace(contents.POST, title=title, slug=slug))
        item.texts.append((title, slug if slug == item.slug else self._free(slug, item), False))
        item.status, item.task = "draft", None

    @rule(
        data=st.data(), title=st.sampled_from(TITLES), slug=st.sampled_from(SLUGS), is_blocked=st.booleans()
    )
    def edit(self, data: st.DataObject, title: str, slug: str, *, is_blocked: bool) -> None:
        item = self._item(data)
        body = contents.BLOCKED if is_blocked else contents.POST.body
        response = contents.patch(
            self.tenant, {"id": item.id}, {"title": title, "slug": slug, "body": body, "excerpt": "x"}
        )
        is_taken = any(other.slug == slug for other in self.items if other is not item)
        if item.status in FROZEN:
            assert response.status == 409
        elif is_taken:
            assert (response.status, response.error) == (409, "conflict")
        else:
            assert response.status == 200, response.text
            if response.json["revision"] > len(item.texts):
                item.texts.append((title, slug, is_blocked))
                item.status, item.task = "draft", None
            else:
                assert item.text == (title, slug, is_blocked)

    @rule(data=st.data(), number=st.integers(1, 5))
    def restore(self, data: st.DataObject, number: int) -> None:
        item = self._item(data)
        status = self._act(item, "restore", {"revision": number})
        if item.status in FROZEN:
            assert status == 409
        elif number >= len(item.texts):
            assert status == 422
        else:
            assert status == 200
            title, slug, is_blocked = item.texts[number - 1]
            item.texts.append((title, slug if slug == item.slug else self._free(slug, item), is_blocked))
            item.status, item.task = "draft", None

    @rule(data=st.data())
    def revise(self, data: st.DataObject) -> None:
        item = self._item(data)
        status = self._act(item, "revisions", {"instructions": "Shorter."})
        if item.status in FROZEN or not item.texts:
            assert status == 409
        else:
            assert status == 202
            item.status, item.task = "generating", "revise"

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        item = self._item(data)
        status = self._act(item, "cancel")
        assert status == (200 if item.status == "generating" else 409)
        if status == 200:
            item.status, item.task = ("draft", None) if item.texts else ("failed", item.task)

    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        item = self._item(data)
        status = self._act(item, "retry")
        assert status == (202 if item.status == "failed" else 409)
        if status == 202:
            item.status = "generating"

    @rule(
        data=st.data(),
        to=st.sampled_from(
            ("draft", "in_review", "approved", "scheduled", "published", "unpublished", "archived")
        ),
    )
    def move(self, data: st.DataObject, to: str) -> None:
        self._move(self._item(data), to)

    @rule(data=st.data())
    def move_on(self, data: st.DataObject) -> None:
        """A move that the status allows, which random ones seldom are."""
        item = self._item(data)
        if following := sorted(to for status, to in MOVES if status == item.status):
            self._move(item, data.draw(st.sampled_from(following)))

    def _move(self, item: Model, to: str) -> None:
        at: dict[str, object] = {"scheduled_at": contents.tomorrow()} if to == "scheduled" else {}
        status = self._act(item, "transitions", {"to": to, "notes": "x", **at})
        is_refused = (item.status, to) == ("in_review", "approved") and item.text is not None and item.text[2]
        if (item.status, to) not in MOVES or is_refused or (item.status == "archived" and not item.texts):
            assert status == 409
        else:
            assert status == 200
            item.status, item.task = to, None

    @rule(data=st.data())
    def change_an_old_version(self, data: st.DataObject) -> None:
        item = self._item(data)
        response = contents.patch(self.tenant, {"id": item.id}, {"title": "Lost"}, **{"If-Match": '"0"'})
        assert response.status == 412

    @precondition(lambda self: len(self.items) > 1)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        item = self._item(data)
        status = call("DELETE", f"{contents.PATH}/{item.id}", key=self.tenant.admin).status
        assert status == (409 if item.status in ("scheduled", "published") else 204)
        if status == 204:
            self.items.remove(item)

    @invariant()
    def the_items_are_as_modelled(self) -> None:
        if not hasattr(self, "tenant"):
            return
        for item in self.items:
            shown: dict[str, Any] = contents.read(self.tenant, {"id": item.id})
            assert (shown["status"], shown["revision"]) == (item.status, len(item.texts))
            assert (shown["title"], shown["slug"]) == (item.text[:2] if item.text else (None, None))
            assert (shown["approved_by"] is None) or item.status not in ("draft", "in_review")
            assert (shown["scheduled_at"] is not None) == (item.status == "scheduled")

    @invariant()
    def each_slug_is_claimed_once(self) -> None:
        if hasattr(self, "tenant"):
            claims = {
                (str(claim["sk"]), str(claim["content_id"]))
                for claim in stored("CONTENT_SLUG", self.tenant.id)
            }
            assert claims == {(item.slug, item.id) for item in self.items if item.slug}

    @invariant()
    def revisions_never_change(self) -> None:
        if hasattr(self, "tenant"):
            kept: dict[str, dict[Any, Any]] = {}
            for revision in stored("CONTENT_REVISION", self.tenant.id):
                text: Any = revision["text"]
                kept.setdefault(str(revision["content_id"]), {})[revision["number"]] = (
                    text["title"],
                    text["slug"],
                )
            for item in self.items:
                texts = {number: text[:2] for number, text in enumerate(item.texts, 1)}
                assert kept.get(item.id, {}) == texts


TestContent = ContentMachine.TestCase
TestContent.settings = settings(max_examples=15, stateful_step_count=30, deadline=None)
