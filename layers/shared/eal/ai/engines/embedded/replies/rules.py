"""Rules that stand above the trained head: what a machine sent, a wish to get no more mail, and hostility with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_SERVICE_SENDERS = ("mailer-daemon", "postmaster", "mail-daemon", "maildelivery", "mailerdaemon")
_BOUNCE_SUBJECT = re.compile(
    r"(?:undeliver(?:able|ed)|returned mail|failure notice|mail delivery (?:failed|failure|subsystem|system)"
    r"|delivery "
    r"(?:status notification|failure|failed|has failed|incomplete|delayed)|delivery notification|delayed mail|"
    r"message not delivered|could not be delivered|no entregado)",
    re.I,
)
_AUTOMATIC_SUBJECT = re.compile(
    r"\s*\[?(?:automatic reply|auto(?:matic)?[ -]?(?:reply|response|responder)|automated (?:reply|response)"
    r"|autoreply|"
    r"auto|out of (?:the )?office|ooo|respuesta autom\u00e1tica|r\u00e9ponse automatique)\b(?: autoreply)?\]?"
    r"(?:\s*[:\u2013-]|$)",
    re.I,
)


def is_bounce(headers: Mapping[str, str], sender: str, subject: str) -> bool:
    """Whether headers mark the mail as a report about the delivery of ours (RFC 3464, and what mail servers do).

    The names of headers are in lower case. A report of a reading (RFC 8098) is no bounce.
    """
    kind = headers.get("content-type", "").lower()
    if kind.startswith("multipart/report"):
        return "disposition-notification" not in kind
    if "x-failed-recipients" in headers or "x-ms-exchange-message-is-ndr" in headers:
        return True
    local = sender.rpartition("<")[2].partition("@")[0].strip().lower()
    if local.startswith(_SERVICE_SENDERS):
        return True
    empty_path = headers.get("return-path", "").strip() == "<>"
    return empty_path and bool(_BOUNCE_SUBJECT.match(subject.strip()))


def is_automatic(headers: Mapping[str, str], subject: str) -> bool:
    """Whether a machine sent the mail by itself (RFC 3834, and the conventions before it).

    `Precedence: bulk` and `list`, an empty return path and `X-Auto-Response-Suppress` are not enough: mailing lists and
    relays add them to mails of people. The head weighs them.
    """
    submitted = headers.get("auto-submitted", "no").partition(";")[0].strip().lower()
    return (
        submitted not in ("no", "")
        or headers.get("precedence", "").strip().lower() == "auto_reply"
        or not headers.keys().isdisjoint(("x-autoreply", "x-autorespond", "x-autoresponder"))
        or headers.get("x-ms-exchange-generated-message-source", "").lower() == "mailbox rules agent"
        or bool(_AUTOMATIC_SUBJECT.match(subject))
    )


# RFC 3463: 5.1.x is an address or a domain that does not exist, 5.2.1 a mailbox that is disabled, 5.4.4 a domain
# without a mail server. Not dead: a full mailbox (x.2.2), a refusal by policy (5.7.x), what is temporary (4.x.x).
_DEAD = re.compile(
    r"\b5\.(?:1\.\d{1,3}|2\.1|4\.4|4\.310)\b"
    r"|\b(?:no such (?:user|person|recipient|mailbox)|(?:user|recipient) (?:is )?unknown|unknown (?:user|recipient)"
    r"|invalid recipient|recipient not ?found|no mailbox here|not listed in)\b"
    r"|\baccount (?:disabled|closed|inactive)\b|\bdomain \S{1,120} not found\b"
    r"|\b(?:address|domain|e-?mail account|account|recipient|user|mailbox)\b(?:[^.\n]|\.\w){0,80}?"
    r"(?:\bnot found\b|n.t be found\b|\bnot be found\b|n.t exist\b|\bnot exist\b"
    r"|\bno longer (?:exists?|active|in use|valid|here|accepts)\b"
    r"|\b(?:is|was|been) (?:now )?(?:closed|disabled|deactivated|deleted|inactive)\b)"
    r"|@[\w.-]{1,120} ?(?:wasn.t|was not) found\b|\bwasn.t found at\b",
    re.I,
)


def is_dead_mailbox(text: str) -> bool:
    """Whether a machine reports that the address has no mailbox, and never will."""
    return bool(_DEAD.search(text))


# What a mail is called by somebody who wants no more of them.
_MAIL = (
    r"(?:e-?mails?|mails?|messages?|letters|newsletters?|correspondence|solicitations?|marketing|spam|contact"
    r"|communications?|follow[ -]?ups?|notes|these|this|those|it|them|anything)"
)
_LIST = (
    r"(?:lists?|database|mailings?|system|crm|e-?mails?|records|rolls?|campaigns?|sequence|spreadsheet|files?"
    r"|blast|newsletters?|distribution|outreach|whatever)"
)
_SENDING = (
    r"(?:e-?mail(?:ing)?s?|mail(?:ing)?s?|sending|writing|contact(?:ing)?|messag(?:ing|es)|bothering|spamming"
    r"|solicit(?:ing|ations?)|pestering|following up|reaching out|these|communications?)"
)
_WISH = re.compile(
    # A command alone on its line.
    r"(?:^|\n)[^\w\n]*+(?:stop|remove|unsubscribe|unsub|opt[ -]?out|cancel|delete|off|no more)[^\w\n]*+"
    r"(?:(?:me|please|pls|now|thanks|thank you)[^\w\n]*+)?(?:$|\n)"
    r"|\bun-?su(?:b|bscr?ibe|scribe|bcribe)\b(?! ?(?:link|button|footer|page|below|here|thing|option|line|:))"
    rf"|\b(?:be|get|been|were|was) (?:removed|taken off|unsubscribed|dropped|excluded|left off|left alone)\b"
    r"|\b(?:leave (?:me|us) (?:alone|be|out)|(?:cross|scratch|strike|count|cut|x) (?:me|us|my name|our name) "
    r"(?:off|out))\b"
    r"|\bdo[- ]not[- ](?:contact|e-?mail|mail|solicit)\b|\bcancel (?:my|this|the|our) (?:subscription|e-?mails)\b"
    r"|\bmake (?:it|this|them) stop\b|(?:^|[.!?,;:\n] ?)(?:please |just |kindly |ok |now |so )*(?:stop|quit)"
    r"(?: it| this| now"
    r"| please| already)*(?:[.!\n]|$)|\benough (?:already|of these|with the) ?(?:e-?mails?)?\b"
    r"|\bopt(?:ed|ing)?(?: \w+)?[ -]?out\b(?! ?:)"
    rf"|\b(?:remove|delete|drop|scrub|strike|purge|erase|scratch|pull|cut|take|suppress|come) (?:\S+ ){{1,8}}?"
    rf"(?:from|off(?: of)?|out of) (?:\S+ ){{0,3}}?{_LIST}\b"
    rf"|\bremove from (?:\w+ )?{_LIST}\b"
    r"|\b(?:remove|delete|drop|erase|purge|scrub|suppress) (?:me|us|my|our|this)"
    r"(?: (?:e-?mail|address|contact|info(?:rmation)?|name|details|number))*\b(?! from (?:my|our))"
    r"|\b(?:lose|forget) (?:my|our|this) (?:e-?mail|address|contact|info|name|number)"
    r"|\btake (?:me|us|(?:my|our|this) \w+|[^\s@]+@[^\s@]+)(?: \w+)? off\b"
    rf"|\b(?:stop|quit|cease|discontinue|refrain from)(?: (?:all|any|from|these|this|the|your|with|me|us))*"
    rf"(?: \w+)? {_SENDING}\b"
    r"|\b(?:kindly|please|just) (?:stop|cease|quit)\b(?! (?:by|in|over|round))"
    r"|\b(?:do not|don'?t|never|not to|no need to|rather you didn'?t|wish you wouldn'?t|prefer you not"
    r"|prefer not to be)(?: ever)?(?: please)? (?:e-?mail(?:ed)?|write|contact(?:ed)?|message|mail|send|solicit"
    r"|follow up|reach out|bother|ping)\b(?: (?!about|that)\S+){0,5}?,? ?"
    r"(?:again|any ?more|further|ever|me|us|this address|these)\b"
    rf"|\bno (?:more|further|additional|future) (?:of )?(?:\w+ )?{_MAIL}\b"
    rf"|\b(?:not|don'?t|no longer|rather not|never) (?:\w+ ){{0,4}}?(?:get|receive|hear|be on|be contacted"
    rf"|be e-?mailed|want)(?:ting|ing)? (?:(?:\w+ ){{0,3}}?{_MAIL} ?(?:from you|any ?more|again|at all)"
    rf"|from you\b|(?:be )?on (?:your|this|any) (?:\w+ )?{_LIST})"
    rf"|\b(?:get|receive|have|see|want) (?:no|fewer) (?:more|further) (?:of )?(?:\w+ )?{_MAIL}\b"
    r"|\bhow (?:do|can) (?:i|we) (?:get off|stop|be removed|be taken off)\b"
    rf"|(?:^|[.!?,;:\n] ?)off (?:of )?(?:your|this|the|it|that)?(?: \w+)? ?(?:{_LIST})?,? ?please\b"
    r"|\bcease and desist\b"
    r"|\bno me (?:escriba|mande|env\u00ede)\w*|\bdej[ae]n? de (?:escribir|mandar|enviar)\w*|\bqu\u00edten?me de\b",
    re.I,
)
# In a sentence before the words of _WISH: a mailing's footer, such as that of the writer's own company.
_FOOTER = re.compile(
    r"\b(?:if (?:you|not interested|this)\b(?!.{0,40}\b(?:i|me|us|my)\b)|(?:reply|respond|text|click|tap|visit"
    r"|log in)\b.{0,60}"
    r"\b(?:to|and|or)\b|at any time|you (?:can|may))[^.!?\n]*$",
    re.I,
)
# Before the words of _WISH: what somebody else does, a mistake, or a refusal.
_NOT_WISHED = re.compile(
    r"\b(?:to|can|could|click(?:ing|ed)?|typed|hit|the|an?|your|accidentally|almost|nearly|instead of|rather than"
    r"|before i"
    r"|without|did i|didn'?t(?: mean to)?|won'?t|not|never|tenants?|they|people|customers?|guests?) \W?$",
    re.I,
)
_REFUSAL = re.compile(r"\W*(?:never|do not|don't|no|not|leave|how)\b", re.I)
_ABUSE = re.compile(
    r"\b(?:morons?|idiots?|parasites?|vultures?|scum(?:bags?)?|leech(?:es)?|clowns?|crooks?|thieves|thieving"
    r"|scammers?"
    r"|spammers?|jerks?|trash|garbage|losers?|liars?|bastards?|fuck\w*|shit\w*|assholes?|stupid"
    r"|brain[ -]?dead|ambulance[ -]chas\w+|bottom[ -]?feed\w+|shove (?:it|your)|drop dead|screw you|piss off|get lost"
    r"|go to hell|disgusting|pathetic|creeps|weasels?|maggots?|cockroach\w*|imbeciles?|lowlifes?|sleaz\w+|vermin"
    r"|con artists?|you people make me sick|sick of you|are you (?:people )?(?:blind|deaf|dumb|dense|illiterate)"
    r"|kiss my|pendej[oa]s?|ching\w+|pinches?|cabr[o\u00f3]n\w*|rater[oa]s?|hasta la madre)\b|\b\w\*{2,}",
    re.I,
)
_THREAT = re.compile(
    r"\b(?:or else|i(?:'?ll|'?m going to| will| am going to) (?:\w+ )?(?:sue|report|bury|find you|file|come "
    r"(?:down|over))"
    r"|we (?:will|shall|intend to|are going to) (?:sue|report|file|seek|pursue|take legal)|(?:or|and) my "
    r"(?:lawyer|attorney)"
    r"|suing you|i know where (?:you|your)|come down there|come over there|driving over there|(?:last|final) warning"
    r"|you'?ll (?:regret|be sorry|hear from my)|see you in court"
    r"|report(?:ed|ing)? (?:you|your|this|it|every|all)\b.{0,40}\b(?:spam|ftc|fcc|attorney|bureau|bbb|domain"
    r"|authorit\w+))",
    re.I,
)
_LEGAL = re.compile(
    r"\b(?:(?:my|our|his|her|through|by) (?:lawyers?|attorneys?|counsel)|legal (?:action|notice|remed\w+)|lawsuits?"
    r"|cease and desist|can-?spam|tcpa|casl|gdpr|ftc|fcc|statutory|damages|attorney general|formal (?:notice"
    r"|complaint)"
    r"|(?:on|hereby) notice|constitutes? (?:harassment|consent)|treated as harassment|injunction|small claims)\b",
    re.I,
)


def wishes_no_more(text: str) -> bool:
    """Whether the text, which has no quotes, asks for no more mail."""
    for match in _WISH.finditer(text):
        before = text[max(0, match.start() - 120) : match.start()]
        refused = not _REFUSAL.match(match[0]) and _NOT_WISHED.search(before)
        if not refused and not _FOOTER.search(before):
            return True
    return False


def is_abusive(text: str) -> bool:
    """Whether the text insults, threatens, or gives notice of legal steps."""
    return any(pattern.search(text) for pattern in (_ABUSE, _THREAT, _LEGAL))
