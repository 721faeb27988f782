"""The classification of a reply: what headers decide, then the trained head, and above it the rules."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import numpy as np

from eal.ai.engines.embedded import ngrams
from eal.ai.engines.embedded.encoder import encoder
from eal.ai.engines.embedded.heads import heads, probabilities
from eal.ai.engines.embedded.replies import dates, rules
from eal.ai.engines.embedded.replies.features import read
from eal.ai.replies import ReplyClass, ReplyClassification

if TYPE_CHECKING:
    from eal.ai.engines.embedded.replies.features import Features
    from eal.ai.provenance import Provenance
    from eal.ai.replies import Reply

ENGINE = "embedded"
VERSION = "replies-1"
TASK = "classify_reply"

_MACHINES = frozenset({ReplyClass.OUT_OF_OFFICE, ReplyClass.AUTO_REPLY, ReplyClass.BOUNCE})
_BY_HEADERS = 0.99
_BY_WISH = 0.97
"""The share of the rules' decisions that are right, by the sets; the head's confidence does not apply to them."""
_SURELY_A_MACHINE = 0.8
_SURELY_HOSTILE = 0.6
_MAYBE_A_WISH = 0.3
"""One more mail to a person who wants none costs more than a lost prospect, so a small probability is enough."""


def judge(reply: Reply) -> tuple[ReplyClassification, Provenance]:
    """The classification with its provenance."""
    from eal.ai.provenance import timed  # here, because the layer is built without pydantic

    return timed(
        lambda: classify_reply(reply), engine=ENGINE, model=VERSION, input_sha256=input_sha256(reply)
    )


def input_sha256(reply: Reply) -> str:
    """The hash of all that the classification depends on."""
    content = [
        reply.sender, reply.subject, sorted(reply.headers.items()), reply.body, reply.received_at.isoformat()
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def classify_reply(reply: Reply) -> ReplyClassification:
    """The classification. Any text is valid."""
    headers = {name.lower(): value for name, value in reply.headers.items()}
    features = read(reply)
    if rules.is_bounce(headers, reply.sender, reply.subject):
        return _classification(reply, features, ReplyClass.BOUNCE, _BY_HEADERS, ("bounce_headers",))
    return _classification(reply, features, *decided(features, head_probabilities(features)))


def head_probabilities(features: Features) -> dict[ReplyClass, float]:
    trained = heads(TASK)
    head = trained["classification"]
    sparse = ngrams.weighted(features.blocks, trained.arrays["idf"].astype(np.float32))
    found = probabilities(head.scores(features.dense(encoder()), sparse))
    return {ReplyClass(name): float(value) for name, value in zip(head.classes, found, strict=True)}


def decided(features: Features, shares: dict[ReplyClass, float]) -> tuple[ReplyClass, float, tuple[str, ...]]:
    """The class by the rules over the head's probabilities, its confidence, and the rules that decided."""
    if "automatic" in features.marks:
        machines = {one: shares[one] for one in _MACHINES}
        best = _best(machines)
        return best, machines[best] / max(sum(machines.values()), 1e-9), ("automatic_headers",)
    best = _best(shares)
    abusive = "abuse" in features.marks
    wishes = rules.wishes_no_more(features.text)
    if best not in _MACHINES or (wishes and shares[best] < _SURELY_A_MACHINE):
        if wishes and abusive:
            return ReplyClass.HOSTILE, _BY_WISH, ("wishes_no_more", "abusive")
        if wishes and shares[ReplyClass.HOSTILE] < _SURELY_HOSTILE:
            return ReplyClass.UNSUBSCRIBE, _BY_WISH, ("wishes_no_more",)
        if shares[ReplyClass.UNSUBSCRIBE] > _MAYBE_A_WISH and best is not ReplyClass.HOSTILE:
            found = ReplyClass.HOSTILE if abusive else ReplyClass.UNSUBSCRIBE
            return found, max(shares[ReplyClass.UNSUBSCRIBE], 0.5), ("may_wish_no_more",)
    if best is ReplyClass.WRONG_PERSON and "another_address" in features.marks:
        return ReplyClass.REFERRAL, shares[best] + shares[ReplyClass.REFERRAL], ("names_somebody_else",)
    return best, shares[best], ()


def _best(shares: dict[ReplyClass, float]) -> ReplyClass:
    return max(sorted(shares), key=lambda one: shares[one])


def _classification(
    reply: Reply, features: Features, found: ReplyClass, confidence: float, reasons: tuple[str, ...]
) -> ReplyClassification:
    arrived = reply.received_at.date()
    return ReplyClassification(
        classification=found,
        confidence=round(min(confidence, 1.0), 3),
        unsure=confidence < float(heads(TASK).arrays["threshold"]),
        return_date=dates.return_date(features.text, arrived) if found is ReplyClass.OUT_OF_OFFICE else None,
        resume_after=dates.resume_after(features.text, arrived) if found is ReplyClass.NOT_NOW else None,
        reasons=reasons,
    )
