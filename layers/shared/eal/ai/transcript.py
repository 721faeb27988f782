"""A transcript as turns: "Speaker: words" lines, or plain text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

Speaker = Literal["caller", "agent", "unknown"]

# An hour of talk is about 50,000 characters. Text beyond the limits is ignored.
MAX_CHARACTERS = 60_000
MAX_TURNS = 1_000

_AGENT_LABELS = frozenset({
    "agent", "rep", "representative", "csr", "operator", "dispatcher", "dispatch", "receptionist",
    "reception", "staff", "office", "employee", "assistant", "bot", "ai", "us", "host", "support", "intake",
    "ivr", "greeting", "company", "coordinator", "manager", "secretary", "answering_service", "call_center",
    "customer_service", "service_rep", "sales_rep", "scheduler", "estimator", "virtual_assistant",
    "ai_agent", "ai_assistant", "ai_receptionist", "voice_agent", "phone_agent", "intake_specialist",
    "call_taker", "answering", "team", "office_staff", "technician", "tech", "crew", "assistant_ai",
    "call_agent", "service_agent", "agente", "operador", "operadora", "recepcionista", "recepcion", "despachador",
    "despachadora", "asesor", "asesora", "representante", "oficina", "compania", "empresa",
})  # fmt: skip
_CALLER_LABELS = frozenset({
    "caller", "customer", "client", "homeowner", "home_owner", "lead", "prospect", "guest", "user",
    "tenant", "visitor", "plumber", "man", "woman", "adjuster", "voicemail", "recording", "robocall",
    "automated_voice", "automated", "recorded_message", "recorded_voice", "message", "realtor",
    "property_manager", "landlord", "owner", "neighbor", "neighbour", "contact", "lady", "male", "female",
    "renter", "salesperson", "vendor", "customer_1", "caller_1", "unknown_caller", "inbound",
    "inbound_caller", "applicant", "external", "voice_mail", "vm", "cliente", "clienta", "llamante",
    "propietario", "propietaria", "dueno", "duena", "inquilino", "inquilina", "vecino", "vecina", "senor",
    "senora", "usuario", "usuaria", "mensaje", "buzon",
})  # fmt: skip
# Labels of a machine, or of a caller who imitates one: neither side of the call.
_NEITHER_SIDE = frozenset({
    "system", "developer", "automated_system", "instructions",
})  # fmt: skip
# Words before a colon that are no labels: "Address: 12 Main St" in the middle of a turn.
_NOT_LABELS = frozenset({
    "address", "phone", "number", "name", "email", "zip", "date", "time", "note", "notes", "subject", "re",
    "ps", "http", "https", "claim", "policy", "unit", "transcript", "summary", "call", "duration", "from",
    "to", "callback",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Turn:
    """The words of one speaker up to the next speaker. `text` is a slice of the transcript."""

    index: int
    speaker: Speaker
    text: str


@dataclass(frozen=True, slots=True)
class _Piece:
    label: str | None
    start: int
    end: int


def parse(text: str) -> tuple[Turn, ...]:
    """The turns of a transcript, in order; limited to `MAX_CHARACTERS` and `MAX_TURNS`."""
    return tuple(turn for turn, _ in located(text))


def located(text: str) -> Iterator[tuple[Turn, int]]:
    """The turns of `parse`, each with the position of its text in the transcript."""
    text = text[:MAX_CHARACTERS]
    pieces = _pieces(text)
    roles = _roles(pieces, text)
    index = 0
    for piece in pieces:
        words = text[piece.start : piece.end]
        start = piece.start + len(words) - len(words.lstrip())
        if not words.strip():
            continue
        yield Turn(index, roles.get(piece.label, "unknown"), words.strip()), start
        index += 1
        if index == MAX_TURNS:
            break


def labels(text: str) -> Iterator[tuple[int, int]]:
    """The spans of the labels between the turns, with their colons and times."""
    for start, end, _ in _labels(text[:MAX_CHARACTERS]):
        yield start, end


@cache
def role_words() -> frozenset[str]:
    """The words of labels that name a role: "agent", "office", "customer"."""
    return frozenset(
        word for label in _AGENT_LABELS | _CALLER_LABELS | _NEITHER_SIDE for word in label.split("_")
    )


@cache
def _line_label() -> re.Pattern[str]:
    # "[00:12] Agent (00:12): words", and the variants of call trackers.
    return re.compile(
        r"^[ \t]{0,8}(?:[\[(]?\d{1,2}:\d{2}(?::\d{2})?(?:\.\d{1,3})?[\])]?[ \t]{0,3}[-|]?[ \t]{0,3})?"
        r"[*_>\-]{0,3}[ \t]?([A-Za-z][\w .'\u2019#&/-]{0,38}?)[ \t]?(?:[\[(][^\])\n]{0,24}[\])])?"
        r"[ \t]?[*_]{0,2}:[*_]{0,2}(?=\s|[A-Z])",
        re.MULTILINE,
    )


@cache
def _inline_label() -> re.Pattern[str]:
    return re.compile(
        r"(?<=[\s.?!])(Agent|Caller|Customer|Rep|CSR|Operator|Dispatcher|Speaker \d|System):(?=\s)",
        re.IGNORECASE,
    )


def _key(label: str) -> str:
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")


def _known(key: str) -> Speaker | None:
    if key in _NEITHER_SIDE:
        return "unknown"
    bare = re.sub(r"_?\d+$", "", key)
    for form in (key, bare):
        if form in _AGENT_LABELS:
            return "agent"
        if form in _CALLER_LABELS:
            return "caller"
    words = set(key.split("_"))
    if words & {"agent", "rep", "csr", "dispatcher", "receptionist", "operator", "restoration"}:
        return "agent"
    if words & {"caller", "customer", "homeowner"}:
        return "caller"
    return None


def _is_name(label: str) -> bool:
    words = label.split()
    return 0 < len(words) <= 4 and all(w[0].isupper() or w[0].isdigit() or w[0] in "#(&" for w in words)


def _labels(text: str) -> Iterator[tuple[int, int, str]]:
    """The labels in order, as (start, end, key); none begins within another."""
    marks: list[tuple[int, int, str]] = []
    for match in _line_label().finditer(text):
        key = _key(match[1])
        if key and key not in _NOT_LABELS and (_known(key) or _is_name(match[1])):
            marks.append((match.start(), match.end(), key))
    if not any(_known(key) for _, _, key in marks) and len(marks) < 2:
        marks = []
    marks += [(m.start(), m.end(), _key(m[1])) for m in _inline_label().finditer(text)]
    last = 0
    for start, end, key in sorted(marks):
        if start >= last:
            yield start, end, key
            last = end


def _pieces(text: str) -> list[_Piece]:
    pieces: list[_Piece] = []
    begin, label = 0, None
    for start, end, key in _labels(text):
        pieces.append(_Piece(label, begin, start))
        begin, label = end, key
    pieces.append(_Piece(label, begin, len(text)))
    return pieces


@cache
def _agent_talk() -> re.Pattern[str]:
    return re.compile(
        r"thanks? (?:you )?for calling|how (?:can|may) (?:i|we) help"
        r"|what(?:'s| is) (?:the|your) (?:address|name|zip)"
        r"|(?:can|could|may) i (?:get|have) your|restoration,? this is|what(?:'s| is) going on|is the water"
        r"|do you smell|we(?:'ll| will| can) (?:send|get|have) (?:someone|a crew|somebody|a tech)"
        r"|call(?:ing)? you back from|are you the (?:owner|homeowner)",
        re.IGNORECASE,
    )


def _roles(pieces: list[_Piece], text: str) -> dict[str | None, Speaker]:
    labels = list(dict.fromkeys(p.label for p in pieces if p.label))
    roles: dict[str | None, Speaker] = {}
    for label in labels:
        role = _known(label)
        if role:
            roles[label] = role
    unknown = [label for label in labels if label not in roles]
    if not unknown:
        return roles
    if "agent" in roles.values() or "caller" in roles.values():
        other: Speaker = "caller" if "agent" in roles.values() else "agent"
        return roles | dict.fromkeys(unknown, other)
    if len(unknown) == 1:
        return roles | {unknown[0]: "caller"}
    talk = dict.fromkeys(unknown, 0)
    for piece in pieces[:60]:
        if piece.label in talk:
            talk[piece.label] += len(_agent_talk().findall(text[piece.start : piece.end]))
    # On a tie, the first speaker: the agent picks up the phone and speaks first.
    agent = max(unknown, key=lambda label: talk[label])
    return roles | {label: ("agent" if label == agent else "caller") for label in unknown}
