"""Train the danger reader: the multilingual encoder's upper layers for the sentences of calls, with its heads.

It learns from the sentences in tools/evaluate/sets/dangers, alone and inside other calls, from the exchanges, and from
the calls without a danger, each of whose sentences is none; at last from what of these still sounds like one to it.
Takes an hour and a half of two cores. The threshold is chosen on an author that the training leaves out.
"""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from eal.ai.engines.embedded.calls import reading, windows
from eal.ai.engines.embedded.encoder import MULTILINGUAL, MultilingualEncoder, load
from tools.evaluate import measures
from tools.evaluate.calls import transcript
from tools.evaluate.sets import Item, read_sets, sha256
from tools.train import span_adapter
from tools.train.span_adapter import NO_LABEL, Example, Trained
from tools.train.tasks import classify_call

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from eal.ai.engines.embedded.calls.windows import Window
    from eal.ai.engines.embedded.unigram import UnigramTokenizer

TASK = "dangers"
KINDS = (
    "gas_smell", "carbon_monoxide", "fire_burning", "electrical", "person_trapped", "person_hurt", "structure_failing",
    "vulnerable_person", "sewage_exposure", "violence", "fumes", "medical_power_lost",
)  # fmt: skip
"""The hazards that the reader tells apart."""
STATUSES = ("denied", "over", "figure", "harmless", "hypothetical", "ordinary")
"""Why a sentence is no present danger."""
OTHER_NAMES = {
    "gas": "gas_smell", "collapse": "structure_failing", "trapped": "person_trapped", "fire": "fire_burning",
    "fire again": "fire_burning", "past": "over", "settled": "over", "other_sense": "figure",
    "animal": "figure", "negligible": "harmless", "supposed": "hypothetical", "elsewhere_on_tv": "hypothetical",
    "drill": "hypothetical", "sales_talk": "hypothetical", "intake": "ordinary",
}  # fmt: skip
"""Names of kinds and statuses in the exchanges. Their kind `other` is none of ours."""
EPOCHS = 3
INSERTED = 0.4
"""Share of the sentences that each epoch also shows inside another call."""
ORDINARY_CALLS = 0.12
"""Share of the calls without a danger that each epoch shows."""
GARBLED = 0.2
"""Share of the sentences that each epoch shows without capitals, accents and punctuation."""
HOST_WORDS = (20, 90)
"""Length of what another call says around a sentence."""
CALIBRATES = "enzo"
"""Author on whose items the threshold is chosen, and nothing is trained."""
DANGER_RECALL = 0.985
"""Share of that author's dangers that the threshold finds. Finding comes first; near misses are what it costs."""
HARD_SCORE = -3.0
"""Score from which a window of an ordinary call is shown again, `HARD_TIMES` times, in each of the last epochs."""
HARD_TIMES = 2
HARD_EPOCHS = 2
LAST_PACE = 0.5
_SEED = 20261201

type Turns = list[tuple[str, str]]
"""Speaker and words of each turn."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """Words of one or two people, and whether they name a present danger."""

    turns: Turns
    dangerous: bool
    kind: int
    status: int
    language: str


def train() -> tuple[dict[str, NDArray[np.generic]], list[str]]:
    """The arrays of the adapter and of its heads, and the report."""
    dangers, exchanges, calls = (read_sets(name, "train") for name in (TASK, "exchanges", classify_call.TASK))
    learnt = [item for item in dangers if item.author != CALIBRATES]
    report = [f"{len(learnt)} sentences and calls, {len(exchanges)} exchanges, {len(calls)} calls"]
    data = Data(learnt, exchanges, calls)
    trained = span_adapter.train(EPOCHS, data.epoch, len(KINDS), len(STATUSES), report.append)
    for epoch in range(EPOCHS, EPOCHS + HARD_EPOCHS):
        trained = _hard_epoch(epoch, trained, data, report)
    unseen = [item for item in dangers if item.author == CALIBRATES]
    level = _threshold(trained, unseen, data.tokenizer, report)
    arrays: dict[str, NDArray[np.generic]] = {
        name: array.astype(np.float16) for name, array in trained.arrays.items()
    }
    shown = tuple("figure_of_speech" if status == "figure" else status for status in STATUSES)
    classes = {"danger": ("danger",), "kind": KINDS, "status": shown}
    for name, (weights, bias) in trained.heads.items():
        shifted = bias - level if name == "danger" else bias
        arrays |= classify_call.stored(
            name, classes[name], weights.astype(np.float64), shifted.astype(np.float64), 1.0, ngrams=False
        )
    arrays["data_sha256"] = np.array(sha256([*learnt, *exchanges, *calls]))
    return arrays, report


def _hard_epoch(epoch: int, trained: Trained, data: Data, report: list[str]) -> Trained:
    """The weights after one more epoch, with the windows of ordinary calls that score too high."""
    hard = data.hard(trained)
    report.append(f"{len(hard) // HARD_TIMES} windows of ordinary calls that sound like a danger to it")
    return span_adapter.train(
        1,
        lambda _: [*data.epoch(epoch), *hard],
        len(KINDS),
        len(STATUSES),
        report.append,
        trained,
        LAST_PACE,
    )


def _threshold(
    trained: Trained, items: Sequence[Item], tokenizer: UnigramTokenizer, report: list[str]
) -> float:
    """The score from which a sentence is a danger."""
    highest = highest_scores(trained, [transcript(item) for item in items], tokenizer)
    dangerous = np.array([bool(item.labels["danger"]) for item in items])
    calls = np.array([item.content["setting"] == "call" for item in items])
    level = float(np.quantile(highest[dangerous], 1 - DANGER_RECALL))
    for name, part in (
        ("dangers", dangerous),
        ("near misses", ~dangerous & ~calls),
        ("ordinary calls", calls),
    ):
        raised = int((highest[part] >= level).sum())
        report.append(f"{name} of {CALIBRATES} raised: {measures.share(raised, int(part.sum()))}")
    return level


def highest_scores(
    trained: Trained, texts: Sequence[str], tokenizer: UnigramTokenizer
) -> NDArray[np.float64]:
    """The highest score among the sentences of each text."""
    found = [(number, window) for number, text in enumerate(texts) for window in of_call(text, tokenizer)]
    highest = np.full(len(texts), -99.0)
    for (number, _), scores in zip(
        found, span_adapter.scores(trained, [window for _, window in found]), strict=True
    ):
        highest[number] = max(highest[number], scores[:, 0].max())
    return highest


class Data:
    """The examples of each epoch."""

    def __init__(self, dangers: Sequence[Item], exchanges: Sequence[Item], calls: Sequence[Item]) -> None:
        self.tokenizer = MultilingualEncoder(load(MULTILINGUAL)).tokenizer
        self._sentences = [
            _labelled(item) for item in [*dangers, *exchanges] if item.content.get("setting") != "call"
        ]
        ordinary = [item for item in dangers if item.content.get("setting") == "call"]
        ordinary += [item for item in calls if item.labels["safety"] is False]
        self._hosts: dict[str, list[Turns]] = {"en": [], "es": []}
        for item in ordinary:
            turns = _turns(transcript(item))
            if len(turns) > 2:
                self._hosts["es" if item.content.get("language") == "es" else "en"].append(turns)
        self._ordinary = [of_call(_text(_turns(transcript(item))), self.tokenizer) for item in ordinary]
        self._rare = [item.content.get("language") in ("es", "mixed") for item in ordinary]
        self._dangerous = [
            window
            for item in calls
            if item.labels["safety"] is True
            for window in _only(of_call(transcript(item), self.tokenizer))
        ]

    def epoch(self, number: int) -> list[Example]:
        chance = random.Random(_SEED + number)  # noqa: S311 - reproducible, no secret
        found: list[Example] = []
        for sentence in self._sentences:
            turns = _garbled(sentence.turns, chance) if chance.random() < GARBLED else sentence.turns
            found += _examples(turns, range(len(turns)), sentence, self.tokenizer)
            if chance.random() < INSERTED:
                hosts = self._hosts["es" if sentence.language != "en" and chance.random() < 0.8 else "en"]
                inserted, own = _inserted(turns, chance.choice(hosts or self._hosts["en"]), chance)
                found += _examples(inserted, own, sentence, self.tokenizer)
        ordinary = STATUSES.index("ordinary")
        for call, rare in zip(self._ordinary, self._rare, strict=True):
            if rare or chance.random() < ORDINARY_CALLS:
                found += [Example(window, (0,) * len(window.spans), NO_LABEL, ordinary) for window in call]
        found += [Example(window, (1,) * len(window.spans), NO_LABEL, NO_LABEL) for window in self._dangerous]
        return found

    def hard(self, trained: Trained) -> list[Example]:
        """The windows of ordinary calls that score too high, in random order."""
        found = [window for own in self._ordinary for window in own]
        scores = span_adapter.scores(trained, found)
        ordinary = STATUSES.index("ordinary")
        return [
            Example(window, (0,) * len(window.spans), NO_LABEL, ordinary)
            for window, own in zip(found, scores, strict=True)
            if own[:, 0].max() > HARD_SCORE
        ] * HARD_TIMES


def _only(found: Sequence[Window]) -> Sequence[Window]:
    """The window of a short call. In which window of a longer one the danger is, its label does not tell."""
    return found if len(found) == 1 else ()


def _labelled(item: Item) -> Labelled:
    labels = item.labels
    dangerous = bool(labels["danger"])
    kind = str(labels.get("hazard", ""))
    kind = OTHER_NAMES.get(kind, kind)
    status = str(item.content.get("setting") or labels.get("why") or item.kind)
    status = OTHER_NAMES.get(status, status)
    return Labelled(
        turns=_turns(transcript(item)),
        dangerous=dangerous,
        kind=KINDS.index(kind) if dangerous and kind in KINDS else NO_LABEL,
        status=STATUSES.index(status) if not dangerous and status in STATUSES else NO_LABEL,
        language=str(item.content.get("language", "en")),
    )


def _turns(text: str) -> Turns:
    found: Turns = []
    for line in text.splitlines():
        speaker, colon, said = line.partition(":")
        label, words = (speaker, said) if colon and speaker in ("Agent", "Caller") else ("Caller", line)
        if words.strip():
            found.append((label, words.strip()))
    return found


def _text(turns: Turns) -> str:
    return "\n".join(f"{speaker}: {said}" for speaker, said in turns)


def _garbled(turns: Turns, chance: random.Random) -> Turns:
    """The turns as a recogniser writes them: without capitals and, by chance, without accents and punctuation."""
    bare, unmarked = chance.random() < 0.5, chance.random() < 0.7
    found: Turns = []
    for speaker, said in turns:
        text = said.lower()
        if bare:
            text = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
        if unmarked:
            text = " ".join("".join(c if c.isalnum() or c == "'" else " " for c in text).split())
        found.append((speaker, text or said))
    return found


def _inserted(turns: Turns, host: Turns, chance: random.Random) -> tuple[Turns, range]:
    """A part of another call with the turns inside, and where these are. One turn of the caller may also be within one
    of the call's own turns, and is then not told apart: the part is harmless, so the danger is still the only one.
    """
    most = chance.randint(*HOST_WORDS)
    start = chance.randrange(len(host))
    end, words = start, 0
    while end < len(host) and words < most:
        words += len(host[end][1].split())
        end += 1
    around = host[start:end]
    place = chance.randint(0, len(around))
    joined = (
        place < len(around) and around[place][0] == "Caller" and len(turns) == 1 and chance.random() < 0.5
    )
    if joined:
        said = around[place][1]
        added = f"{said} {turns[0][1]}" if chance.random() < 0.5 else f"{turns[0][1]} {said}"
        return [*around[:place], ("Caller", added), *around[place + 1 :]], range(place, place + 1)
    return [*around[:place], *turns, *around[place:]], range(place, place + len(turns))


def _examples(turns: Turns, own: range, labelled: Labelled, tokenizer: UnigramTokenizer) -> Iterator[Example]:
    """The windows of the turns. Those outside of `own` are no danger."""
    read = reading.read(_text(turns), voicemail=False)
    spoken = windows.sentences(read)
    for window in windows.windows(spoken, tokenizer):
        inside = [spoken[number].turn in own for number in window.sentences]
        if not labelled.dangerous:
            yield Example(window, (0,) * len(inside), NO_LABEL, labelled.status)
        elif any(inside):
            yield Example(window, tuple(int(flag) for flag in inside), labelled.kind, NO_LABEL)


def of_call(text: str, tokenizer: UnigramTokenizer) -> list[Window]:
    return windows.windows(windows.sentences(reading.read(text, voicemail=False)), tokenizer)
