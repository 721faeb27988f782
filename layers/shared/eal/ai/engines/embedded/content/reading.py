"""Reading of a brief: the article that fits its topic, its readers, and the words that it wants in the text.

Topic, keywords and audience are the tenant's own words and appear in the text, unless the content policy has something
against them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from eal.ai import content_policy
from eal.ai.engines.embedded.content import library
from eal.ai.engines.embedded.content.wording import capitalized, stems, titled

if TYPE_CHECKING:
    from eal.ai.content_assignment import ContentAssignment
    from eal.ai.engines.embedded.content.library import Article, Audience
    from eal.ai.engines.embedded.content.wording import Choice

type News = Literal["jobs", "hire", "place", "milestone", "event", "thanks", "news"]

_MAX_TOPIC_WORDS_IN_SENTENCE = 7
_MAX_AUDIENCE_WORDS = 6

_FAMILIES = (
    ("mold", r"mou?ld"),
    ("water", r"water|wet\b|moist|leak"),
    ("fire", r"fire|flame"),
    ("storm", r"storm|weather"),
    ("seasonal", r"season|maintenance|checklist"),
    ("choosing", r"restoration"),
)
_NEWS: tuple[tuple[News, str], ...] = (
    (
        "jobs",
        r"\b(?:we're|we are|now) hiring\b|\bjoin our team\b|\b(?:job|open) (?:openings?|positions?)\b|\bcareers?\b",
    ),
    (
        "hire",
        r"\bhir(?:ed|ing)\b|\bwelcom\w+|\bnew (?:\w+ ){0,2}(?:employee|technician|team ?mate|colleague|hire|manager"
        r"|member|crew|estimator)s?\b|\bjoin(?:s|ed|ing) (?:us|our|the)\b"
        r"|\bpromot(?:ed|ion)\b|\bmeet (?:the|our)\b",
    ),
    (
        "place",
        r"\bnew (?:\w+ ){0,2}(?:office|location|building|warehouse|address|branch|shop)\b|\b(?:we|have|has) moved\b"
        r"|\bopen(?:ed|ing|s)? (?:\w+ ){0,3}(?:office|location|branch|in)\b|\bgrand opening",
    ),
    ("milestone", r"\banniversar\w+|\bmilestone|\byears (?:in|of|ago)\b|\baward\w*|\bcelebrat\w+|\bbirthday"),
    (
        "event",
        r"\bevent\b|\bopen house|\bsponsor\w*|\bfundrais\w+|\bcharity|\bvolunteer\w*|\bparade|\b5k\b|\bcommunity"
        r"|\bfestival|\bfair\b|\bworkshop|\bclass\b|\bjoin us\b|\bfood drive|\btoy drive|\bdonat\w+",
    ),
    (
        "thanks",
        r"\bthank(?:s|ful)?\b(?!giving)|\bhappy (?:holidays|new year|thanksgiving|fourth)|\bholiday (?:greeting|wish)",
    ),
    (
        "news",
        r"\bannounc\w+|\bnews\b|\bour new\b|\bwe (?:now|are|have)\b|\bwe're\b|\bnew (?:van|truck|website|logo|hours)",
    ),
)
_OURS = (
    r"\byears in business|\bcelebrat\w+ (?:\w+ )?years|\b(?:we|we're|we've|our|us|welcom\w+|meet|now hiring|careers?)"
    r"\b|\bnew (?:\w+ )?(?:office|location|branch|address)\b|\bgrand opening"
    r"|\banniversary|\bfundrais\w+|\b(?:food|toy) drive|\bopen house|\bsponsor\w*|\bvolunteer\w*"
)
"""Words that make news of a topic that an article knows, too."""
_TITLE_LIKE = re.compile(
    r"^(?:how|what|why|when|where|who|which|is|are|do|does|can|should|\d+|five|six|seven|ten|three|four|the|your|our"
    r"|a|an|don't|prepar\w+|protect\w*|prevent\w*|keep\w*|get\w*|avoid\w*|sav\w+|choos\w+|understand\w*|deal\w*"
    r"|clean\w*|fix\w*|check\w*|before|after|when)\b",
    re.IGNORECASE,
)
_NO_NOUN_PHRASE = re.compile(
    r"^(?:how|what|why|when|where|who|which|is|are|do|does|can|should|we|our|i|you|it|don't|five|ten|\d+|prepare|protect"
    r"|prevent|keep|get|avoid|save|choose|understand|deal|clean|fix|check|write|tell)\b|[?!:.]"
    r"|\b(?:is|are|was|were|has|have|will)\b",
    re.IGNORECASE,
)
_NAMES = re.compile(
    r"(?:Thanksgiving|Christmas|Hanukkah|Halloween|Easter|American|Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)(?:day)?s?"
    r"|January|February|March|April|May|June|July|August|September|October|November|December"
)
_COUNT = re.compile(
    r"^(?:the )?(?:top )?(?:\d+|two|three|four|five|six|seven|eight|nine|ten) (?=(?:\w+ )?(?:signs|tips|ways|things"
    r"|steps|reasons|questions|mistakes|myths|facts|causes)\b)",
    re.IGNORECASE,
)
"""The number of a list in a title. A post has as many items as it has."""
_MIN_TITLE_WORDS = 4
_COMMON = stems(
    "what when your that with from have this damage home house restoration water after before about"
)


@dataclass(frozen=True, slots=True)
class BriefReading:
    """`topic` and `audience_words` are null if there are none, or none that may be said. `article` is null if nothing
    here is about the topic; `news`: the topic is something that happened to the company.
    """

    topic: str | None
    article: Article | None
    news: News | None
    audience: Audience | None
    audience_words: str | None
    keywords: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def phrase(self) -> str | None:
        """The topic as words in a sentence, if it reads like that."""
        if self.topic is None or len(self.topic.split()) > _MAX_TOPIC_WORDS_IN_SENTENCE:
            return None
        return None if _NO_NOUN_PHRASE.search(self.topic) else _lowered(self.topic)

    @property
    def words(self) -> frozenset[str]:
        """The words of topic and keywords, by which parts of the article are chosen."""
        return stems(" ".join((self.topic or "", *self.keywords))) - _COMMON

    @property
    def special_words(self) -> frozenset[str]:
        """The words that not everything in the article is about."""
        return self.words - stems(self.article.subject) if self.article else self.words

    @property
    def title(self) -> str | None:
        """The topic as a title, if it reads like one."""
        if self.topic is None:
            return None
        words = _COUNT.sub("", self.topic.rstrip(".")).split()
        if len(words) >= _MIN_TITLE_WORDS or (len(words) > 2 and _TITLE_LIKE.search(self.topic)):
            return capitalized(titled(" ".join(words)))
        return None


def read(given: ContentAssignment, choice: Choice) -> BriefReading:
    remarks: list[str] = []
    topic = _said(given.brief.topic, remarks)
    if topic and topic.isupper() and " " in topic:
        topic = topic.lower()
    audience_words = _said(given.brief.audience, remarks)
    keywords = [word for word in (_said(word, remarks) for word in given.brief.keywords) if word]
    subject = f"{given.brief.topic or ''}"
    news = next((kind for kind, cue in _NEWS if re.search(cue, subject, re.IGNORECASE)), None)
    article = article_for(subject, keywords, choice)
    if news and topic and (article is None or re.search(_OURS, subject, re.IGNORECASE)):
        article = None
    else:
        news = None
    if news:
        remarks.append(f"topic:{news}")
    elif article:
        remarks.append(f"topic:{article.name}")
    elif given.type != "review_response":
        remarks.append("topic_not_understood" if subject else "topic_missing")
    audience = audience_for(audience_words)
    if audience_words and not audience:
        remarks.append("audience_not_understood")
        if len(audience_words.split()) > _MAX_AUDIENCE_WORDS or re.search(r"[.!?:]", audience_words):
            audience_words = None
    return BriefReading(
        topic,
        article,
        news,
        audience,
        _lowered(audience_words) if audience_words else None,
        tuple(dict.fromkeys(keywords)),
        tuple(dict.fromkeys(remarks)),
    )


def article_for(topic: str, keywords: list[str], choice: Choice) -> Article | None:
    """The article with the most of the topic's words among its cues; keywords decide if the topic does not."""
    for text in (topic, " ; ".join(keywords)):
        is_mold = re.search(r"\bmou?ld", text, re.IGNORECASE) is not None
        scores = {
            article.name: sum(len(match) for match in _matches(article, text))
            for article in library.articles()
            if article.family == "mold" or not is_mold
        }
        best = max(scores.values())
        if best:
            return choice.shuffled(
                "article", [article for article in library.articles() if scores.get(article.name) == best]
            )[0]
        for family, cue in _FAMILIES:
            if re.search(rf"\b(?:{cue})", text, re.IGNORECASE):
                members = [article for article in library.articles() if article.family == family]
                return choice.shuffled("article", members)[0]
    return None


def audience_for(words: str | None) -> Audience | None:
    if words is None:
        return None
    return next((audience for audience in library.audiences() if audience.cues.search(words)), None)


def forbidden(text: str) -> list[str]:
    """The rules that a text breaks."""
    facts = content_policy.PolicyFacts(is_published=True, held=())
    return [finding.rule for finding in content_policy.text_findings({"body": text}, facts)]


def _matches(article: Article, text: str) -> list[str]:
    return [match[0] for match in article.cues.finditer(text)]


def _said(words: str | None, remarks: list[str]) -> str | None:
    plain = " ".join((words or "").split()).strip(" \"'").replace("{", "(").replace("}", ")").lstrip("#")
    if not plain:
        return None
    rules = forbidden(plain)
    remarks += [f"left_out:{rule}" for rule in rules]
    return None if rules else plain


def _lowered(words: str) -> str:
    """The words inside a sentence: a first word with one capital loses it, except in names."""
    first, _, rest = words.partition(" ")
    is_name = rest != rest.lower() or first[1:] != first[1:].lower() or _NAMES.fullmatch(first) is not None
    return words if is_name else words[:1].lower() + words[1:]
