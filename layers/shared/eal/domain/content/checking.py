"""The content policy for a content item, with the facts that it needs: the tenant's settings, and the review."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.ai import content_policy
from eal.core.contact import e164
from eal.domain.organization_settings import content as content_settings
from eal.domain.organization_settings import outreach as outreach_settings
from eal.domain.reviews.store import REVIEWS

if TYPE_CHECKING:
    from eal.ai.content import ContentText
    from eal.ai.content_policy import Finding
    from eal.core.caller import Caller
    from eal.domain.content.model import Content
    from eal.domain.organization_settings.store import Company


def findings(content: Content, company: Company, by: Caller) -> tuple[Finding, ...]:
    """The findings of the content policy about the present text. Costs a read only for a response to a review."""
    if content.text is None:
        return ()
    return content_policy.text_findings(fields_of(content.text), facts_of(content, company, by))


def facts_of(content: Content, company: Company, by: Caller) -> content_policy.PolicyFacts:
    given = content_settings.content_in(company.settings)
    sender = outreach_settings.outreach_in(company.settings).sender
    own = [f"phone#{e164(given.phone)}"] if given.phone else []
    own += [f"email#{sender.email}"] if sender else []
    review = REVIEWS.find(by.tenant, content.review_id) if content.review_id else None
    return content_policy.PolicyFacts(
        own_contacts=frozenset(own),
        is_published=True,
        answers_review=content.type == "review_response",
        held=(*given.licences, *given.certifications),
        private_names=(review.author,) if review and review.author else (),
        competitors=given.competitors,
        banned_words=given.banned_words,
    )


def fields_of(text: ContentText) -> dict[str, str]:
    """The texts that readers see, by the names under which a finding reports them, such as `scenes.0.narration`."""
    fields = {
        "title": text.title,
        "body": text.body,
        "excerpt": text.excerpt,
        "seo_title": text.seo_title,
        "seo_description": text.seo_description,
        "hashtags": " ".join(text.hashtags),
    }
    for number, scene in enumerate(text.scenes):
        fields[f"scenes.{number}.narration"] = scene.narration
        fields[f"scenes.{number}.on_screen_text"] = scene.on_screen_text
    return {name: words for name, words in fields.items() if words}
