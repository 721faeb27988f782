"""Orders in the instructions for a revision: a list of orders of closed kinds, and the words that are none of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

type Kind = Literal[
    "shorter",
    "longer",
    "friendly",
    "formal",
    "empathetic",
    "set_title",
    "new_title",
    "replace",
    "remove_hashtags",
    "add_hashtags",
    "remove_links",
    "add_links",
    "remove_closing",
    "add_closing",
    "remove_part",
    "remove_words",
    "add_keywords",
    "state",
    "say",
    "calm",
    "audience",
]

MAX_ORDERS = 20
_MANNERS: tuple[Kind, ...] = ("shorter", "longer", "friendly", "formal", "empathetic", "calm")
_SAID_PLAINLY = frozenset({*_MANNERS, "new_title", "add_closing"})
"""Orders that quoted words never give."""

_ORDER_VERBS = (
    r"(?:add|include|mention|say|make|change|set|rename|remove|delete|drop|cut|shorten|expand|replace|use"
    r"|avoid|don't|do not|write|keep|give|put|swap|trim|turn|rewrite|tone|insert|leave|state|note|explain"
    r"|end|begin|start|focus|talk|point|new)"
)
_QUOTED = re.compile(r"\"([^\"\n]+)\"|\u201c([^\u201c\u201d\n]+)\u201d|(?<!\w)'([^'\n]+)'(?!\w)")
_POLITE = re.compile(
    r"^(?:(?:please|kindly|also|then|and|but|now|just|maybe|perhaps|could you|can you|would you|i(?:'d"
    r"| would) like(?: you)? to|i want(?: you)? to|i'd prefer if you|let's|try to|we should|you should"
    r"|it should|i think)\b[ ,]*)+",
    re.IGNORECASE,
)
_THING = r"(?:section|paragraph|part|sentence|scene|bit|passage|point|item|bullet)s?"
_TITLE = r"(?:title|headline|heading at the top)"

_PATTERNS: tuple[tuple[Kind, str], ...] = (
    (
        "set_title",
        rf"^(?:change|set|make|rename|update|replace)\b.{{0,15}}\b{_TITLE}\b.{{0,12}}?(?: to| with|:"
        r"| be)?:? \"(.+?)\"",
    ),
    ("set_title", rf"^(?:change|set|rename|update) (?:the |its )?{_TITLE} to:? (.+)$"),
    ("set_title", rf"^(?:use|new|the)? ?(?:\"(?P<q>.+?)\" as (?:the )?{_TITLE}|{_TITLE}: ?(?P<t>.+))$"),
    (
        "new_title",
        rf"\b(?:new|another|different|better|other|catchier|shorter) {_TITLE}|^(?:change|rewrite|improve"
        rf"|rephrase) (?:the )?{_TITLE}$",
    ),
    (
        "replace",
        r"^(?:replace|change|swap|turn|use) (?:the (?:word|phrase) )?\"(.+?)\" (?:with|to|by|for|into) \"(.*?)\"",
    ),
    ("replace", r"^(?:replace|swap) (?:the (?:word|phrase) )?(.+?) (?:with|by|for) (.+)$"),
    ("replace", r"^(?:use|say|write) \"(.+?)\" instead of \"(.+?)\"()"),
    ("remove_hashtags", r"^(?:remove|delete|drop|cut|no|without|leave out)\b.{0,20}\bhash ?tags?\b"),
    ("add_hashtags", r"^(?:add|use|include|put)\b.{0,30}?((?:#\w+[ ,]*(?:and )?)+)"),
    ("add_hashtags", r"^(?:add|use|include) (?:the )?hash ?tags? (.+)$"),
    ("remove_links", r"^(?:remove|delete|drop|cut|no|without|leave out)\b.{0,20}\b(?:links?|urls?)\b"),
    ("add_links", r"^(?:add|use|include|put|link)\b.{0,40}?(https://\S+)"),
    (
        "remove_closing",
        r"^(?:remove|delete|drop|cut|no|without|leave out)\b.{0,20}\b(?:call(?:-| )to(?:-| )action|cta"
        r"|closing|sales pitch)\b",
    ),
    (
        "add_closing",
        r"\b(?:call(?:-| )to(?:-| )action|cta)\b|\b(?:tell|ask|invite|encourage) (?:people|readers|them"
        r"|viewers|customers) to (?:call|contact|reach)|^(?:add|include|put"
        r"|give) (?:\w+ ){0,2}(?:contact (?:details|info\w*)|phone number)",
    ),
    (
        "remove_part",
        r"^(?:remove|delete|drop|cut|take out|leave out|skip)(?: out)? (?:the )?((?:first|second|third"
        rf"|last|final) {_THING})",
    ),
    (
        "remove_part",
        rf"^(?:remove|delete|drop|cut|take out|leave out|skip)(?: out)? (?:the )?{_THING} (?:about|on"
        r"|called|titled|named|with|that mentions?|mentioning|where|headed|under) (.+)$",
    ),
    ("remove_part", rf"^(?:remove|delete|drop|cut|take out|leave out|skip)(?: out)? the (.+?) {_THING}$"),
    (
        "calm",
        r"\b(?:no|fewer|remove|without|avoid|drop|delete|less)\b.{0,15}\b(?:exclamation|emojis?"
        r"|exclamation (?:marks?|points?))\b",
    ),
    (
        "shorter",
        r"\b(?:shorter|shorten|briefer|more concise|condense|tighten|trim(?: it)?(?: down)?|cut (?:it"
        r"|this) (?:down|in half)|half as long|too long|less text|fewer words)\b",
    ),
    (
        "longer",
        r"\b(?:longer|lengthen|more detail\w*|expand|elaborate|extend|too short|flesh (?:it )?out"
        r"|add (?:another|more|an?|one more) (?:\w+ )?(?:section|paragraph|tip|point|scene|step"
        r"|advice)s?)\b",
    ),
    (
        "friendly",
        r"\b(?:friendl(?:y|ier)|warmer|casual|conversational|relaxed|less (?:formal|stiff)|lighter"
        r"|neighborly|personal)\b",
    ),
    ("formal", r"(?<!less )\b(?:more )?(?:formal|professional|serious|businesslike|less casual)\b"),
    ("empathetic", r"\b(?:empath\w+|compassion\w*|caring|sympath\w+|sensitive|gentler)\b"),
    (
        "add_keywords",
        r"^(?:add|include|use|work in|insert|put in|weave in) (?:in )?(?:the )?(?:keywords?|key ?phrases?"
        r"|search terms?|phrases?|words?|terms?):? (.+)$",
    ),
    (
        "remove_words",
        r"^(?:remove|delete|drop|avoid|take out|leave out|don't (?:use|mention|say)|do not (?:use|mention"
        r"|say)|without|no) (?:using |mentioning |the )*(?:keywords?|words?|phrases?|terms?|mentions? of"
        r"|references? to|anything about)?:? ?(.+)$",
    ),
    (
        "audience",
        r"^(?:write|make|aim|gear|address|rewrite|tailor|focus)\b.{0,25}?\b(?:for|at|to|toward|towards) (.+)$",
    ),
    (
        "state",
        r"^(?:mention|say|add|note|include|state|explain|point out|let (?:them|readers|people) know|tell (?:them"
        r"|readers|people|customers|viewers)|end with|put in|insert)(?: something| a sentence| a line| a note)?"
        r"(?: that| saying| that says)+:? (.+)$",
    ),
    (
        "say",
        r"^(?:mention|say|add|note|include|state|explain|point out|talk about|tell (?:them|readers|people|customers"
        r"|viewers)|end with|put in|insert)(?: something| a sentence| a line| a note)?(?: about| on)?:? (.+)$",
    ),
)


@dataclass(frozen=True, slots=True)
class Order:
    """`words` are what it is about, and `others` what they are replaced by."""

    kind: Kind
    words: str = ""
    others: str = ""


@dataclass(frozen=True, slots=True)
class Orders:
    orders: tuple[Order, ...]
    not_understood: tuple[str, ...]


def read(instructions: str) -> Orders:
    orders: list[Order] = []
    unknown: list[str] = []
    lines = (" ".join(line.split()).strip(" -*\u2022") for line in instructions.splitlines())
    for clause in _clauses("\n".join(lines)):
        found = _orders(clause)
        orders += found
        unknown += [] if found else [clause]
    return Orders(tuple(orders[:MAX_ORDERS]), tuple(unknown[:MAX_ORDERS]))


def _clauses(text: str) -> Iterator[str]:
    """The instructions, order by order. Quoted words stay together. No two spaces follow each other in the text."""
    quotes: list[str] = []

    def kept(match: re.Match[str]) -> str:
        quotes.append(next(filter(None, match.groups())))
        return f"\x00{len(quotes) - 1}\x00"

    masked = _QUOTED.sub(kept, text.replace("\u2019", "'"))
    divided = re.split(
        rf"[!?;\n]+|\.(?=\s|$)|,? (?:and|but|then)(?: then| also| please)?[ \n](?={_ORDER_VERBS}\b)"
        rf"|, (?={_ORDER_VERBS}\b)",
        masked,
        flags=re.IGNORECASE,
    )
    for part in divided:
        clause = re.sub("\x00(\\d+)\x00", lambda match: f'"{quotes[int(match[1])]}"', part)
        plain = _POLITE.sub("", " ".join(clause.split())).strip(" ,:")
        if any(letter.isalpha() for letter in plain):
            yield plain


def _orders(clause: str) -> list[Order]:
    """The orders of a clause: one, or all of how the text should sound, as in "shorter and warmer"."""
    found = _first(clause, [kind for kind, _ in _PATTERNS])
    if found is None or found.kind not in _MANNERS:
        return [found] if found else []
    return [order for kind in _MANNERS if (order := _first(clause, [kind]))]


def _first(clause: str, kinds: list[Kind]) -> Order | None:
    for kind, pattern in _PATTERNS:
        plain = _QUOTED.sub('""', clause) if kind in _SAID_PLAINLY else clause
        match = _compiled(pattern).search(plain) if kind in kinds else None
        if match:
            words = [found for found in match.groups() if found]
            if kind == "replace" and "instead of" in match[0].lower():
                words.reverse()
            return Order(kind, *(word.strip(" \"'.,") for word in words[:2]))
    return None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
