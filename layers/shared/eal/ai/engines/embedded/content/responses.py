"""Composes a response to a review: by its stars, and by what it praises and complains of.

A response repeats nothing of the review, since it may name people and places: aspects select sentences. None admits a
fault, offers anything, or asks for another review.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.ai.content import ContentText
from eal.ai.engines.embedded.content import library
from eal.ai.engines.embedded.content.opinions import GOOD, MIXED, opinion

if TYPE_CHECKING:
    from eal.ai.content import ContentAssignment, Length
    from eal.ai.engines.embedded.content.wording import Choice

_ASPECTS_NAMED: dict[Length, int] = {"short": 1, "medium": 2, "long": 3}


def write(given: ContentAssignment, choice: Choice) -> ContentText:
    texts = library.sentences("responses.toml")
    rating = given.review.rating if given.review else None
    found = opinion((given.review.text if given.review else None) or "", rating)
    length = given.brief.length or "medium"
    most = _ASPECTS_NAMED[length]
    is_bad = rating is not None and rating < MIXED
    is_good = rating >= GOOD if rating is not None else not found.criticised
    band = "5" if is_good else "1" if is_bad else "3"
    first = [choice.one("thanks", texts[f"thanks_{band}"] if rating else texts["no_rating"])]
    if not is_good and (found.criticised or is_bad):
        first.append(choice.one("regret", texts["regret"]))
    praise = [choice.one(f"praise/{one}", texts[f"praise_{one}"]) for one in found.praised[:most]]
    if praise and not is_good:
        praise = [choice.one("praise", texts["praise_in_passing"])]
    complaints = [
        choice.one(f"complaint/{one}", texts[f"complaint_{one}"]) for one in found.criticised[:most]
    ]
    if not praise and is_good:
        praise = [choice.one("praise", texts["praise_general"])]
    if not complaints and is_bad:
        complaints = [choice.one("complaint", texts["complaint_general"])]
    paragraphs = [first, complaints + praise[:1] if is_bad else praise + complaints]
    if complaints or is_bad:
        contact = choice.some("contact", texts["contact_phone"], 1) or choice.some(
            "contact", texts["contact"], 1
        )
        more = choice.some("more", texts["more_1"], 1) if length == "long" else []
        paragraphs.append(contact + more)
    elif length != "short":
        paragraphs.append(choice.some("more", texts["more_5"], 1))
    paragraphs.append([choice.one("close", texts["close_1" if complaints or is_bad else "close_5"])])
    if length == "short":
        paragraphs[:2] = [[*paragraphs[0], *paragraphs[1]]]
    return ContentText(body="\n\n".join(" ".join(paragraph) for paragraph in paragraphs if paragraph))
