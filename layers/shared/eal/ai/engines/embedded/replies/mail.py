"""Own words of an e-mail's writer: the text without quotes, signature, disclaimer and markup.

email-reply-parser does a part of this and has had no release since 2020. It knows neither HTML nor disclaimers, and its
patterns take quadratic time on long bodies. Everything here takes linear time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_BODY_CHARACTERS = 60_000
"""Further characters are ignored. What people write is at the top; a longer body is mostly quotes."""
_MAX_LINES = 2_000
MAX_LINE_CHARACTERS = 2_000
_MAX_ATTRIBUTION_LINES = 4

_TAG = re.compile(
    r"</?(?:html|body|div|p|br|table|span|blockquote|head|style|a|b|i|font|td)\b[^<>]{0,500}>", re.I
)
_BLOCKS = frozenset(
    {
        "p", "div", "br", "tr", "table", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "hr",
        "section", "article", "header", "footer", "pre",
    }
)  # fmt: skip
_UNREAD = frozenset({"head", "style", "script", "title", "template"})
_VOID = frozenset(
    {"br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "source", "track", "wbr"}
)
_QUOTES = re.compile(
    r"(?:gmail_quote|yahoo_quoted|moz-cite-prefix|divrplyfwdmsg|appendonsend|protonmail_quote|zmail_extra)"
)

_INVISIBLE = dict.fromkeys(
    [0xAD, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF]
)
_SPACES = re.compile(r"[ \t\f\v\u00a0\u2000-\u200a\u202f\u3000]+")

_ATTRIBUTION_START = re.compile(
    r"(?:on|el|le|am|em|il|op)\b.{0,200}|.{0,120}<[^<>@\s]{1,64}@[^<>@\s]{1,255}>.{0,40}", re.I
)
_ATTRIBUTION_END = re.compile(
    r"(?:.{0,200}\b(?:wrote|writes|said|escribi\u00f3|a \u00e9crit|schrieb|escreveu|ha scritto|schreef)"
    r"\b.{0,80}:\s*|.{0,200}(?:wrote|escribi\u00f3) ?:?\s*)$",
    re.I,
)
_WROTE = re.compile(r"[^.!?]{1,100}\b(?:wrote|writes|escribi\u00f3):|on \d.{1,100}\bwrote: .{0,300}", re.I)
_ORIGINAL = re.compile(
    r"-{2,} ?(?:original (?:message|appointment)|forwarded message|mensaje original|reply above this line|"
    r"message d'origine|urspr\u00fcngliche nachricht)\b.{0,40}|begin forwarded message:?$"
    r"|reply above this line.{0,40}|"
    r"#{2,}.{0,20}reply above this line.{0,40}",
    re.I,
)
_HEADER = re.compile(
    r"\*?(?:from|sent|to|date|subject|cc|reply-to|de|para|enviado|asunto|fecha)\*?: ?\S?", re.I
)
_RULE = re.compile(r"[_=*-]{8,}$|(?:[_=*-] ){2,}[_=*-]$")
_SIGNATURE = re.compile(r"(?:--|\u2014|__)\s*$")
_DEVICE = re.compile(
    r"(?:sent (?:from|via|with|by) (?:my |the |a )?.{1,60}|get outlook for .{1,20}|enviado desde .{1,40}|"
    r"(?:please )?(?:excuse|forgive|pardon) (?:any |the |my )?(?:typos|brevity|mistakes|thumbs|spelling).{0,60})",
    re.I,
)
# The footers of mailings, which some mail programs quote without a mark.
_FOOTER = re.compile(
    r"(?:unsubscribe|manage (?:your )?preferences|privacy(?: policy)?) ?(?:[|\u00b7\u2022<(\[]|https?:).{0,300}|"
    r"(?:to|click(?: here)? to|click|if you (?:wish|want|would like|prefer) to) ?(?:unsubscribe|opt[ -]out"
    r"|stop receiving)\b.{0,300}|"
    r"you(?:'re|\u2019re| are) (?:receiving|getting) this .{0,300}|"
    r"(?:if you(?:'d|\u2019d| would) rather not (?:hear|get|receive)|if you no longer (?:wish|want)|don't want "
    r"(?:these|to get)).{0,300}"
    r"\b(?:unsubscribe|opt[ -]out|stop|click)\b.{0,200}|"
    r"reply (?:with )?\W?(?:stop|unsubscribe|remove)\W? (?:to|and|or)\b.{0,300}",
    re.I,
)
_DISCLAIMER = re.compile(
    r"\W{0,3}(?:confidential(?:ity)?\b.{0,60}(?:notice|statement|note|:)|"
    r"(?:this|the information (?:contained )?in this|the contents of this) "
    r"(?:e-?mail|message|communication|transmission|electronic)\b"
    r".{0,200}\b(?:confidential|privileged|intended|recipient|scanned|virus|public record)|"
    r"(?:please )?(?:consider|think of) the environment|if you (?:are not the intended|have received this "
    r"(?:e-?mail|message|communication) in error)|"
    r"(?:notice|disclaimer|privileged|caution|external(?: e-?mail)?|warning)\b ?[:\u2014-].{0,200}"
    r"|\[external.{0,40}\].{0,100}|"
    r"(?:virus-free|scanned by)\b.{0,60})",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Written:
    """`text` is what the person wrote, without the signature; `ending` is the signature, without device lines and
    disclaimers. `quoted` is whether the mail quotes another one."""

    text: str
    ending: str
    quoted: bool


def written(body: str) -> Written:
    """The parts of a mail's body, which is plain text or HTML. Any text is valid."""
    body = body[: 4 * MAX_BODY_CHARACTERS].replace("\r\n", "\n").replace("\r", "\n")
    if len(_TAG.findall(body[:MAX_BODY_CHARACTERS], 0, MAX_BODY_CHARACTERS)) >= 2:
        body, quoted = _from_html(body)
    else:
        quoted = False
    lines = [
        _SPACES.sub(" ", line.translate(_INVISIBLE))[:MAX_LINE_CHARACTERS].strip()
        for line in body[:MAX_BODY_CHARACTERS].split("\n")[:_MAX_LINES]
    ]
    own, cut = _without_quotes(lines)
    text, ending = _without_ending(own)
    return Written(text, ending, quoted or cut)


def _without_quotes(lines: Sequence[str]) -> tuple[list[str], bool]:
    own: list[str] = []
    quoted = False
    position = 0
    while position < len(lines):
        line = lines[position]
        if line.startswith((">", "|>", "&gt;")):
            quoted = True
            position += 1
        elif attribution := _attribution(lines, position):
            quoted = True
            position += attribution
            if not _next(lines, position).startswith(">"):
                return own, True
        elif _ORIGINAL.match(line) or _header_block(lines, position):
            return own, True
        else:
            own.append(line)
            position += 1
    return own, quoted


def _attribution(lines: Sequence[str], position: int) -> int:
    """The number of lines of "On …, Dana Lee <dana@…> wrote:", which mail programs wrap; 0 if there is none."""
    if position and _WROTE.fullmatch(lines[position]):
        return 1
    if not _ATTRIBUTION_START.match(lines[position]):
        return 0
    joined = ""
    for count in range(1, _MAX_ATTRIBUTION_LINES + 1):
        if position + count > len(lines) or not lines[position + count - 1]:
            return 0
        joined = f"{joined} {lines[position + count - 1]}".strip()[:400]
        if _ATTRIBUTION_END.match(joined) and joined.endswith(":"):
            return count
    return 0


def _header_block(lines: Sequence[str], position: int) -> bool:
    """Whether the lines are the header of a quoted mail: "From:" with one more within the next five lines."""
    line = lines[position]
    start = position + 1 if _RULE.match(line) else position
    block = [each for each in lines[start : start + 8] if each][:5]
    if not block or not re.match(r"\*?(?:from|de|von)\*?:", block[0], re.I):
        return False
    return sum(bool(_HEADER.match(each)) for each in block) >= 2 or (start > position and len(block) > 1)


def _next(lines: Sequence[str], position: int) -> str:
    return next((line for line in lines[position:] if line), "")


def _without_ending(lines: Sequence[str]) -> tuple[str, str]:
    text: list[str] = []
    ending: list[str] = []
    part = text
    for line in lines:
        if (_SIGNATURE.match(line) or _RULE.match(line)) and any(text):
            part = ending
        elif _DISCLAIMER.match(line):
            if any(text):
                part = ending
        elif not any(pattern.fullmatch(line) for pattern in (_DEVICE, _FOOTER, _RULE)):
            part.append(line)
    return _joined(text), _joined(ending)


def _joined(lines: Sequence[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Text(HTMLParser):
    """The text of HTML without quotes, styles and hidden elements."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.quoted = False
        self._skipped: list[str] = []  # the open elements, from the first one that is not read

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._skipped:
            if tag not in _VOID:
                self._skipped.append(tag)
            return
        if tag in _BLOCKS:
            self.parts.append("\n")
        quote = tag == "blockquote" or any(
            name in ("class", "id") and _QUOTES.search((value or "").lower()) for name, value in attrs
        )
        self.quoted = self.quoted or quote
        if (quote or tag in _UNREAD or _hidden(attrs)) and tag not in _VOID:
            self._skipped.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._skipped:
            while self._skipped.pop() != tag:
                pass
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self.parts.append(data.replace("\n", " "))


def _hidden(attributes: Sequence[tuple[str, str | None]]) -> bool:
    style = next((value or "" for name, value in attributes if name == "style"), "").lower().replace(" ", "")
    return "display:none" in style or "font-size:0" in style or "visibility:hidden" in style


def _from_html(body: str) -> tuple[str, bool]:
    parser = _Text()
    parser.feed(body)
    parser.close()
    return "".join(parser.parts), parser.quoted
