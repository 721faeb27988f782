"""The classification of a reply: what headers decide, then the trained head, and above it the rules."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, cast

import numpy as np

from eal.ai.engines.embedded import ngrams
from eal.ai.engines.embedded.encoder import DIMENSIONS, encoder
from eal.ai.engines.embedded.heads import heads, probabilities
from eal.ai.engines.embedded.replies import dates, rules
from eal.ai.engines.embedded.replies.features import read
from eal.ai.replies import (
    AUTOMATIC_HEADERS,
    BOUNCE_HEADERS,
    DEAD_MAILBOX,
    MACHINES,
    ReplyClass,
    ReplyClassification,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.ai.engines.embedded.heads import Floats
    from eal.ai.engines.embedded.replies.features import ReplyFeatures
    from eal.ai.provenance import Provenance
    from eal.ai.replies import ReplyInput

ENGINE = "embedded"
VERSION = "replies-2"
TASK = "classify_reply"

_MIN_WORDS_OF_A_WISH = 7
"""The patterns know the short ones. Of a few words with "please", the head takes every second one for a wish."""
_MAX_QUOTES = 3
_MAX_QUOTE_CHARACTERS = 240
_REPORTS = frozenset({ReplyClass.AUTO_REPLY, ReplyClass.BOUNCE})
_BY_HEADERS = 0.99
_BY_WISH = 0.97
"""The share of the rules' decisions that are right, by the sets; the head's confidence does not apply to them."""
_SURELY_A_MACHINE = 0.8
_SURELY_HOSTILE = 0.6
_MAYBE_A_WISH = 0.3
"""One more mail to a person who wants none costs more than a lost prospect, so a small probability is enough."""


def judge(reply: ReplyInput) -> tuple[ReplyClassification, Provenance]:
    """The classification with its provenance."""
    from eal.ai.provenance import timed  # here: storing the patterns needs no models

    return timed(
        lambda: classify_reply(reply), engine=ENGINE, model=VERSION, input_sha256=input_sha256(reply)
    )


def input_sha256(reply: ReplyInput) -> str:
    """The hash of all that the classification depends on."""
    content = [
        reply.sender, reply.subject, sorted(reply.headers.items()), reply.body, reply.received_at.isoformat()
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def classify_reply(reply: ReplyInput) -> ReplyClassification:
    """The classification. Any text is valid."""
    headers = {name.lower(): value for name, value in reply.headers.items()}
    features = read(reply)
    if rules.is_bounce(headers, reply.sender, reply.subject):
        return _classification(reply, features, ReplyClass.BOUNCE, _BY_HEADERS, (BOUNCE_HEADERS,), ())
    vectors = encoder().encode(features.sentences)
    found, confidence, reasons = decided(features, head_probabilities(features, vectors))
    return _classification(
        reply, features, found, confidence, reasons, _evidence(features, vectors, found, reasons)
    )


def head_probabilities(features: ReplyFeatures, vectors: Floats) -> dict[ReplyClass, float]:
    """The head's probability of each class. `vectors` are those of the sentences."""
    trained = heads(TASK)
    head = trained["classification"]
    sparse = ngrams.weighted(features.blocks, trained.arrays["idf"].astype(np.float32))
    found = probabilities(head.scores(features.dense(vectors), sparse))
    return {ReplyClass(name): float(value) for name, value in zip(head.classes, found, strict=True)}


def decided(
    features: ReplyFeatures, shares: dict[ReplyClass, float]
) -> tuple[ReplyClass, float, tuple[str, ...]]:
    """The class by the rules over the head's probabilities, its confidence, and the rules that decided."""
    if "automatic" in features.marks:
        machines = {reply_class: shares[reply_class] for reply_class in MACHINES}
        best = _best(machines)
        return best, machines[best] / max(sum(machines.values()), 1e-9), (AUTOMATIC_HEADERS,)
    best = _best(shares)
    abusive = "abuse" in features.marks
    wishes = rules.wishes_no_more(features.text)
    if best not in MACHINES or (wishes and shares[best] < _SURELY_A_MACHINE):
        if wishes and abusive:
            return ReplyClass.HOSTILE, _BY_WISH, ("wishes_no_more", "abusive")
        if wishes and shares[ReplyClass.HOSTILE] < _SURELY_HOSTILE:
            return ReplyClass.UNSUBSCRIBE, _BY_WISH, ("wishes_no_more",)
        if shares[ReplyClass.UNSUBSCRIBE] > _MAYBE_A_WISH and best is not ReplyClass.HOSTILE:
            found = ReplyClass.HOSTILE if abusive else ReplyClass.UNSUBSCRIBE
            certain = "accepts" not in features.marks and len(features.text.split()) >= _MIN_WORDS_OF_A_WISH
            return found, max(shares[ReplyClass.UNSUBSCRIBE], 0.5) if certain else 0.5, ("may_wish_no_more",)
    if best is ReplyClass.WRONG_PERSON and "another_address" in features.marks:
        return ReplyClass.REFERRAL, shares[best] + shares[ReplyClass.REFERRAL], ("names_somebody_else",)
    return best, shares[best], ()


def _best(shares: dict[ReplyClass, float]) -> ReplyClass:
    return max(sorted(shares), key=lambda reply_class: shares[reply_class])


def _classification(
    reply: ReplyInput,
    features: ReplyFeatures,
    found: ReplyClass,
    confidence: float,
    reasons: tuple[str, ...],
    evidence: tuple[str, ...],
) -> ReplyClassification:
    arrived = reply.received_at.date()
    if found in _REPORTS and rules.is_dead_mailbox(features.text):
        reasons = (*reasons, DEAD_MAILBOX)
    return ReplyClassification(
        classification=found,
        confidence=round(min(confidence, 1.0), 3),
        unsure=confidence < float(heads(TASK).arrays["threshold"]),
        return_date=dates.return_date(features.text, arrived) if found is ReplyClass.OUT_OF_OFFICE else None,
        resume_after=dates.resume_after(features.text, arrived) if found is ReplyClass.NOT_NOW else None,
        reasons=reasons,
        evidence=evidence,
    )


def _evidence(
    features: ReplyFeatures, vectors: Floats, found: ReplyClass, reasons: tuple[str, ...]
) -> tuple[str, ...]:
    """The sentences that the deciding rules match, or else the one whose vector speaks most for the class."""
    by_rules = [
        sentence for sentence in features.sentences if any(_matches(sentence, reason) for reason in reasons)
    ]
    if not by_rules and features.sentences:
        head = heads(TASK)["classification"]
        weights = cast("Floats", head.dense)[:DIMENSIONS, head.classes.index(found)]
        by_rules = [features.sentences[int(np.argmax(vectors @ weights))]]
    return tuple(dict.fromkeys(_quotes(features, by_rules)))[:_MAX_QUOTES]


def _matches(sentence: str, reason: str) -> bool:
    match reason:
        case "wishes_no_more":
            return rules.wishes_no_more(sentence)
        case "abusive":
            return rules.is_abusive(sentence)
        case _:
            return False


def _quotes(features: ReplyFeatures, sentences: list[str]) -> Iterator[str]:
    """The sentences in the writer's own characters."""
    for sentence in sentences:
        start = features.text.find(sentence)
        yield features.original[start : start + min(len(sentence), _MAX_QUOTE_CHARACTERS)]
