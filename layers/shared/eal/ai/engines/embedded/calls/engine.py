"""The classification of a transcript: trained heads, with rules as guard rails.

1. Instructions to the system are left out, and the rest is cut into sentences and into exchanges.
2. The sentence reader and the phrases that name dangers read every sentence of the caller, in English and Spanish; in
   an English call of several exchanges, the danger heads read the whole call too, because a danger can be told over
   several turns. What any of them finds makes the call an emergency.
3. A call in a language that the heads of the fields do not read is left to people, at once.
4. The relevance head keeps the exchanges that tell why the caller calls. The heads of the fields read these, and so do
   the heads on the vectors of the large encoder, which an adapter changes for calls. Both decide together.
5. Each field has a calibrated confidence. A field whose confidence is below its threshold is unsure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from eal.ai.classification import (
    UNNAMED_HAZARD,
    Classification,
    Confidences,
    DangerSign,
    Evidence,
    Intent,
    Urgency,
)
from eal.ai.engines.embedded import ngrams, relevance
from eal.ai.engines.embedded.calls import dangers, evidence, reading, windows
from eal.ai.engines.embedded.calls.danger_reader import DangerReader
from eal.ai.engines.embedded.calls.danger_reader import reader as danger_reader
from eal.ai.engines.embedded.calls.dangers import Found
from eal.ai.engines.embedded.encoder import LARGE, SentenceEncoder, encoder, load
from eal.ai.engines.embedded.heads import Heads, heads, probabilities
from eal.ai.engines.embedded.language import languages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from eal.ai.engines.embedded.calls.reading import Reading
    from eal.ai.engines.embedded.ngrams import Block, Sparse
    from eal.ai.engines.embedded.relevance import Exchange
    from eal.ai.provenance import Provenance

    type Floats = NDArray[np.float32 | np.float64]

ENGINE = "embedded"
VERSION = "embedded-9"
LANGUAGE_REASON = "language_"
"""Prefix of the reason for leaving a call unread; the code of its language follows."""
FIELDS = ("intent", "urgency", "qualified")
MAX_EXCHANGE_TOKENS = 128
MIN_EXCHANGES = 3
"""Number of exchanges from which the danger heads read a call. In shorter ones, the sentence reader has read all."""

_QUALIFIED = {"true": True, "false": False, "null": None}
_NO_NEW_NEED = frozenset({
    Intent.EXISTING_JOB, Intent.INSURANCE, Intent.EMPLOYMENT, Intent.SALES_PITCH, Intent.WRONG_NUMBER, Intent.SPAM,
})  # fmt: skip
_ALWAYS_LOW = frozenset({Intent.EMPLOYMENT, Intent.SALES_PITCH, Intent.WRONG_NUMBER, Intent.SPAM})
"""Intents whose urgency is low. If such an intent is sure, so is a low urgency."""
_CONFIDENCE_WITHOUT_TEXT = 0.1
_LIKELY = 0.1
"""Probability from which an urgency is likely enough to act on."""


@dataclass(frozen=True, slots=True)
class CallModel:
    """The encoder and the heads of the task; the large encoder with the task's adapter, and the heads on its vectors;
    and the sentence reader.
    """

    encoder: SentenceEncoder
    heads: Heads
    adapted: SentenceEncoder
    adapter: Heads
    dangers: DangerReader


@cache
def model() -> CallModel:
    """The model in the models layer."""
    return with_adapter(encoder(), heads("classify_call"), SentenceEncoder(load(LARGE)))


def with_adapter(small: SentenceEncoder, trained: Heads, large: SentenceEncoder) -> CallModel:
    """A model of these encoders and heads, and of the published adapter and sentence reader."""
    adapter = heads("classify_call_adapter")
    return CallModel(small, trained, large.adapted(adapter.arrays), adapter, danger_reader())


@dataclass(frozen=True, slots=True)
class Inputs:
    """The input of the heads: each exchange by itself, all together, and together the relevant ones (`kept`,
    `text`)."""

    exchanges: tuple[Exchange, ...]
    vectors: Floats
    ngrams: tuple[Sparse, ...]
    whole_vector: Floats
    whole_ngrams: Sparse
    kept: tuple[int, ...]
    text: str
    vector: Floats
    text_ngrams: Sparse


@dataclass(frozen=True, slots=True)
class ClassifiedField:
    """The class of a field with the vector that it was read from, its confidence, and the classes that are likely."""

    name: str
    value: str
    vector: Floats
    confidence: float
    unsure: bool
    likely: tuple[str, ...]


def classify_call(
    transcript: str, *, answered: bool | None = None, voicemail: bool = False, using: CallModel | None = None
) -> Classification:
    """The classification of a call. It does not consider the service area.

    Raises: FileNotFoundError if the models are not built.
    """
    read = reading.read(transcript, voicemail=voicemail)
    missed = ("missed_call",) if answered is False and not voicemail else ()
    ignored = ("instruction_ignored",) if read.instructed else ()
    if not read.caller_spoke:
        return _nothing_said(("no_transcript", *missed, *ignored))
    using = using or model()
    spoken = windows.sentences(read)
    found = dangers.find(read, spoken, using.dangers)
    language = languages.spoken(" ".join(sentence.text for sentence in spoken if not sentence.by_agent))
    if language != languages.ENGLISH:
        return _unread(language, found, (*missed, *ignored))
    inputs = prepare(read, using)
    adapted_vector = using.adapted.encode([inputs.text])[0]
    fields = judge_fields(inputs, adapted_vector, using)
    if not found.hazards and len(read.exchanges) >= MIN_EXCHANGES:
        found = found.joined(_danger_in_whole_call(read, inputs, adapted_vector, using))
    judged = _decided(fields, found)
    quotes = [_evidence(field, read, inputs, using.heads) for field in fields]
    return replace(
        judged,
        reasons=(*judged.reasons, *missed, *ignored),
        evidence=tuple(dict.fromkeys([*quotes, *found.quotes])),
    )


def judge(
    transcript: str, *, answered: bool | None, voicemail: bool, input_sha256: str
) -> tuple[Classification, Provenance]:
    """The classification with its provenance. `input_sha256` is the hash by which the caller compares inputs."""
    from eal.ai.provenance import timed  # here: storing the patterns needs no models

    return timed(
        lambda: classify_call(transcript, answered=answered, voicemail=voicemail),
        engine=ENGINE,
        model=VERSION,
        input_sha256=input_sha256,
    )


def prepare(read: Reading, using: CallModel) -> Inputs:
    """The input of the heads from a call with at least one exchange."""
    idf = using.heads.arrays["idf"]
    vectors = using.encoder.encode([read.text(exchange) for exchange in read.exchanges], MAX_EXCHANGE_TOKENS)
    kept = relevance.relevant(using.heads["relevance"].scores(vectors)[:, 0])
    relevant = [read.exchanges[position] for position in kept]
    text = read.whole(relevant)
    whole_vector, vector = using.encoder.encode([read.whole(read.exchanges), text])
    return Inputs(
        exchanges=read.exchanges,
        vectors=vectors,
        ngrams=tuple(_ngrams([exchange], idf) for exchange in read.exchanges),
        whole_vector=whole_vector,
        whole_ngrams=_ngrams(read.exchanges, idf),
        kept=tuple(kept),
        text=text,
        vector=vector,
        text_ngrams=_ngrams(relevant, idf),
    )


def _ngrams(exchanges: Sequence[Exchange], idf: Floats) -> Sparse:
    clauses = [clause for exchange in exchanges for clause in exchange.clauses]
    return ngrams.weighted(ngrams.of_clauses(clauses), idf)


def judge_fields(inputs: Inputs, adapted_vector: Floats, using: CallModel) -> list[ClassifiedField]:
    """The class of each field. Urgency and qualified depend on the intent, so they read its probabilities too."""
    found: list[ClassifiedField] = []
    vector = inputs.vector
    arrays = using.heads.arrays
    for number, name in enumerate(FIELDS):
        head = using.heads[name]
        by_vector, by_ngrams = head.parts(vector, inputs.text_ngrams)
        scores = (by_vector + by_ngrams + head.bias) / head.temperature
        by_adapted = using.adapter[name].scores(adapted_vector)
        shares = mixed(scores, by_adapted, arrays["mix"][number])
        best = int(shares.argmax())
        agreement = [float(part.argmax() == best) for part in (by_vector, by_ngrams, by_adapted)]
        confidence = calibrated(float(shares[best]), agreement, arrays["calibration"][number])
        unsure = confidence < float(arrays["thresholds"][number])
        likely = tuple(head.classes[number] for number in np.flatnonzero(shares >= _LIKELY))
        found.append(ClassifiedField(name, head.classes[best], vector, confidence, unsure, likely))
        if name == "intent":
            vector = np.concatenate([vector, probabilities(scores)])
    intent, urgency, qualified = found
    if urgency.value == Urgency.LOW and intent.value in _ALWAYS_LOW and not intent.unsure:
        urgency = replace(urgency, unsure=False)
    return [intent, urgency, qualified]


def mixed(scores: Floats, adapted: Floats, weights: Floats) -> Floats:
    """The probabilities of the classes by both scores, each of which counts by its weight."""
    return probabilities(weights[0] * scores + weights[1] * adapted)


def calibrated(share: float, agreement: Sequence[float], weights: Floats) -> float:
    """The probability that the winning class is right, by its softmax and by whether each part alone agrees with it."""
    share = min(max(share, 1e-6), 1 - 1e-6)
    logit = float(weights @ np.array([1.0, np.log(share / (1 - share)), *agreement]))
    return round(1 / (1 + float(np.exp(-logit))), 3)


def danger_in_call(whole: Floats, best: Floats, adapted: Floats, weight: Floats) -> Floats:
    """The score for a danger, from those of the danger head for the whole call and for the exchange in which it is
    highest, and from that of the adapter's head, which counts by its weight.
    """
    return (whole + best) / 2 + weight * adapted


def _danger_in_whole_call(read: Reading, inputs: Inputs, adapted_vector: Floats, using: CallModel) -> Found:
    """The danger that the heads find in the call or in one of its exchanges."""
    trained = using.heads
    head, kinds = trained["danger"], trained["hazard"]
    least_in_call, least_in_exchange = trained.arrays["danger_thresholds"][:2]
    scores = np.array(
        [head.scores(vector, sparse)[0] for vector, sparse in zip(inputs.vectors, inputs.ngrams, strict=True)]
    )
    whole = head.scores(inputs.whole_vector, inputs.whole_ngrams)[0]
    adapted = using.adapter["danger"].scores(adapted_vector)[0]
    in_call = danger_in_call(whole, scores.max(), adapted, trained.arrays["danger_mix"])
    if in_call <= least_in_call and scores.max() <= least_in_exchange:
        return Found()
    position = int(scores.argmax())
    shares = probabilities(kinds.scores(inputs.vectors[position]))
    is_sure = shares.max() >= trained.arrays["hazard_threshold"]
    quote = evidence.of_exchange("safety", inputs.exchanges[position], read, _scorer(trained, "danger", 0))
    hazard = kinds.classes[int(shares.argmax())] if is_sure else UNNAMED_HAZARD
    sign = DangerSign(hazard, quote.turn, ("call_model",), present=True, because="named")
    return Found((sign,), (quote,))


def _evidence(field: ClassifiedField, read: Reading, inputs: Inputs, using: Heads) -> Evidence:
    """The sentence that speaks most for the class, in the exchange that by itself speaks most for it."""
    head = using[field.name]
    column = head.classes.index(field.value)
    rest = field.vector[len(inputs.vector) :]

    def strength(position: int) -> float:
        vector = np.concatenate([inputs.vectors[position], rest])
        scores = head.scores(vector, inputs.ngrams[position])
        return float(scores[column] - np.delete(scores, column).max())

    best = max(inputs.kept, key=strength)
    return evidence.of_exchange(field.name, inputs.exchanges[best], read, _scorer(using, field.name, column))


def _scorer(using: Heads, name: str, column: int) -> evidence.Score:
    head, idf = using[name], using.arrays["idf"]

    def score(blocks: tuple[Block, ...]) -> float:
        return float(head.parts(None, ngrams.weighted(blocks, idf))[1][column])

    return score


def _decided(fields: Sequence[ClassifiedField], found: Found) -> Classification:
    """The values of the fields, and what follows from a danger."""
    dangerous = bool(found.hazards)
    by_name = {field.name: field for field in fields}
    intent = Intent(by_name["intent"].value)
    if dangerous and intent is Intent.UNKNOWN:
        intent = Intent.OTHER
    urgency = Urgency.EMERGENCY if dangerous else Urgency(by_name["urgency"].value)
    qualified = _QUALIFIED[by_name["qualified"].value]
    confidences = Confidences(*(by_name[name].confidence for name in FIELDS))
    likely = (Urgency.EMERGENCY,) if dangerous else tuple(map(Urgency, by_name["urgency"].likely))
    danger = ("danger_to_life",) if dangerous else ()
    return Classification(
        intent=intent,
        urgency=urgency,
        qualified=qualified,
        confidence=round((confidences.intent + confidences.urgency + confidences.qualified) / 3, 3),
        reasons=(*danger, _reason(intent, qualified)),
        evidence=(),
        safety=dangerous,
        hazards=found.hazards,
        confidences=confidences,
        unsure=tuple(field.name for field in fields if field.unsure),
        likely_urgencies=likely,
        danger_signs=found.signs,
    )


def _unread(language: str, found: Found, extra: tuple[str, ...]) -> Classification:
    """A call in a language that the heads of the fields do not read. It may be of any urgency, so nothing is said of it
    and its review is due at once.
    """
    dangerous = bool(found.hazards)
    danger = ("danger_to_life",) if dangerous else ()
    return Classification(
        intent=Intent.UNKNOWN,
        urgency=Urgency.EMERGENCY if dangerous else Urgency.NORMAL,
        qualified=None,
        confidence=_CONFIDENCE_WITHOUT_TEXT,
        reasons=(*danger, f"{LANGUAGE_REASON}{language}", *extra),
        evidence=found.quotes,
        safety=dangerous,
        hazards=found.hazards,
        confidences=Confidences(*[_CONFIDENCE_WITHOUT_TEXT] * len(FIELDS)),
        unsure=FIELDS,
        likely_urgencies=tuple(Urgency),
        danger_signs=found.signs,
    )


def _reason(intent: Intent, qualified: bool | None) -> str:
    if qualified is None:
        return "undetermined"
    if qualified:
        return "qualified_need"
    return "no_new_need" if intent in _NO_NEW_NEED else "not_qualified"


def _nothing_said(reasons: tuple[str, ...]) -> Classification:
    confidences = Confidences(*[_CONFIDENCE_WITHOUT_TEXT] * len(FIELDS))
    return Classification(
        intent=Intent.UNKNOWN,
        urgency=Urgency.NORMAL,
        qualified=None,
        confidence=_CONFIDENCE_WITHOUT_TEXT,
        reasons=reasons,
        evidence=(),
        safety=False,
        hazards=(),
        confidences=confidences,
        unsure=FIELDS,
        likely_urgencies=(Urgency.NORMAL,),  # most such calls are hang-ups, and wake nobody
    )
