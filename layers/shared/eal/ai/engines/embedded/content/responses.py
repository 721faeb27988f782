"""Composes a response to a review: by its stars, and by what it praises and complains of.

A response repeats nothing of the review, since it may name people and places: aspects select sentences. None admits a
fault, offers anything, or asks for another review.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from eal.ai.content import ContentText
from eal.ai.engines.embedded.content import library
from eal.ai.engines.embedded.content.opinions import GOOD, MISTAKEN, MIXED, opinion

if TYPE_CHECKING:
    from eal.ai.content import Length
    from eal.ai.content_assignment import ContentAssignment
    from eal.ai.engines.embedded.content.opinions import Opinion
    from eal.ai.engines.embedded.content.wording import Choice
    from eal.ai.tone import Tone

_ASPECTS_NAMED: dict[Length, int] = {"short": 1, "medium": 2, "long": 3}
type _Band = Literal["5", "3", "1"]
"""Band of reviews for which a list of sentences is: good, mixed and bad reviews."""


def write(given: ContentAssignment, choice: Choice) -> ContentText:
    texts = library.sentences("responses.toml")
    rating = given.review.rating if given.review else None
    said = ((given.review.text if given.review else None) or "").strip()
    found = opinion(said, rating)
    tone = given.brief.tone
    length = "short" if tone == "brief" else given.brief.length or "medium"
    is_bad = rating is not None and rating < MIXED
    is_good = rating >= GOOD if rating is not None else not found.criticised
    band: _Band = "5" if is_good else "1" if is_bad else "3"
    is_mistaken = is_bad and MISTAKEN.search(said) is not None
    praise, complaints = _answers(found, band, _ASPECTS_NAMED[length], choice)
    if is_mistaken:
        praise, complaints = [], [choice.one("mistaken", texts["mistaken"])]
    first = [_thanks(rating, said, band, choice)]
    if said and not is_mistaken:
        first += _feelings(found, band, tone, choice)
    paragraphs = [first, complaints + praise[:1] if is_bad else praise + complaints]
    if complaints or is_bad:
        contact = choice.some("contact", texts["contact_phone"], 1) or choice.some(
            "contact", texts["contact"], 1
        )
        more = choice.some("more", texts["more_1"], 1) if length == "long" and said else []
        paragraphs.append(contact + more)
    elif length != "short":
        paragraphs.append(choice.some("more", texts["more_5" if said and is_good else "stars_only_more"], 1))
    closes = "close_1" if complaints or is_bad else "close_5"
    if tone == "formal" or (tone == "friendly" and closes == "close_5"):
        closes = f"closes_{tone}"
    paragraphs.append([choice.one("close", texts[closes])])
    if length == "short":
        paragraphs[:2] = [[*paragraphs[0], *paragraphs[1]]]
    return ContentText(body="\n\n".join(" ".join(paragraph) for paragraph in paragraphs if paragraph))


def _thanks(rating: int | None, said: str, band: _Band, choice: Choice) -> str:
    """A review of stars alone has no words to thank for."""
    name = "no_rating" if rating is None else f"thanks_{band}" if said else f"stars_only_{band}"
    return choice.one("thanks", library.sentences("responses.toml")[name])


def _feelings(found: Opinion, band: _Band, tone: Tone | None, choice: Choice) -> list[str]:
    texts = library.sentences("responses.toml")
    feelings = []
    if band == "1" or (band == "3" and found.criticised):
        feelings.append(choice.one("regret", texts["regret"]))
    if tone == "empathetic" and band != "3":
        feelings.append(choice.one("empathy", texts[f"empathetic_{band}"]))
    return feelings


def _answers(found: Opinion, band: _Band, most: int, choice: Choice) -> tuple[list[str], list[str]]:
    """Sentences on what is praised and on what is criticised, so many at most of each."""
    texts = library.sentences("responses.toml")
    praise = [choice.one(f"praise/{name}", texts[f"praise_{name}"]) for name in found.praised[:most]]
    complaints = [
        choice.one(f"complaint/{name}", texts[f"complaint_{name}"]) for name in found.criticised[:most]
    ]
    if band == "5":
        return praise or [choice.one("praise", texts["praise_general"])], complaints
    praise = [choice.one("praise", texts["praise_in_passing"])] if praise else []
    if band == "1" and not complaints:
        complaints = [choice.one("complaint", texts["complaint_general"])]
    return praise, complaints
