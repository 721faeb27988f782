"""Templates of e-mails: `{{ first_name | default("there") }}` and `{% if company %}` in a subject and a plain body.

The engine is Jinja2 in its sandbox, restricted to what cannot loop or call: variables, five filters, and if. Values are
data: nothing that a lead is called becomes a tag, a link or a header.

A body is plain text: paragraphs, addresses of pages, and links such as `[our work](https://example.com)`. It is sent as
text and as HTML.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from jinja2 import Template, nodes
    from jinja2.sandbox import SandboxedEnvironment

    from eal.domain.leads.model import Lead
    from eal.domain.organization_settings.outreach import Sender
    from eal.domain.outreach.sequences.model import Variant
    from eal.domain.prospects.model import Prospect

type FaultKind = Literal[
    "template_empty",
    "template_syntax",
    "template_too_complex",
    "template_construct",
    "unknown_filter",
    "unknown_variable",
    "variable_may_be_empty",
    "variable_in_link",
    "link_not_https",
]

OF_RECIPIENT = ("first_name", "last_name", "company", "title", "city", "state")
"""Variables that may be empty, because a lead or prospect may lack them."""
ALWAYS_SET = ("email", "sender_name", "sender_email", "postal_address", "unsubscribe_url")
VARIABLES = (*OF_RECIPIENT, *ALWAYS_SET)

_FILTERS: dict[str, Callable[..., str]] = {
    "default": lambda value, text: value or text,
    "upper": str.upper,
    "lower": str.lower,
    "title": str.title,
    "trim": str.strip,
}
_ALLOWED = f"variables, the filters {', '.join(_FILTERS)}, and if with variables, not, and, or"

MAX_SUBJECT_CHARACTERS, MAX_BODY_CHARACTERS = 250, 10_000
"""Limits of a template; the subject that is made of it is cut to the same length."""
_MAX_TAGS, _MAX_TOKENS_IN_TAG, _MAX_DEPTH = 100, 30, 5
"""Keep the engine's recursive parser and compiler far from Python's recursion limit."""
_MAX_VALUE_CHARACTERS = 200

_START, _END = "\ue000", "\ue001"
"""Around each value in a rendered text, until links are found and the rest is escaped. Private-use characters, which
templates and values lose."""
_NOT_IN_LINE = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\ue000\ue001\ud800-\udfff]+")
_NOT_IN_BODY = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ue000\ue001\ud800-\udfff]")
_VALUE = re.compile(f"{_START}([^{_START}{_END}]*){_END}")
_URL = rf"https?://[^\s()<>\"{_START}]{{1,2000}}(?<![.,;:!?'])"
_LINK = re.compile(rf"\[([^\[\]\n]{{1,300}})\]\(({_URL})\)|({_URL})")
_TAG = re.compile(r"\{\{.{,1000}?\}\}|\{%.{,1000}?%\}", re.DOTALL)
_UNSUBSCRIBE_TAG = re.compile(r"\{\{\s*unsubscribe_url\s*\}\}")
_TARGET = re.compile(r"\[[^\[\]\n]*\]\(([^)\n]*)|\b([A-Za-z][A-Za-z0-9+.-]{,20}://[^\s()<>\"]*)")
_HTTPS_TARGET = re.compile(rf"https://[^\s()<>\"{_START}/?#]+[^\s()<>\"{_START}]*")
_TOKENS = frozenset(
    {"data", "variable_begin", "variable_end", "block_begin", "block_end", "whitespace", "name", "string"}
)


class TemplateFault(Exception):
    """Why a template cannot be used. The message is a sentence for its author."""

    def __init__(self, kind: FaultKind, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


@dataclass(frozen=True, slots=True)
class Rendered:
    subject: str
    html: str
    text: str


def variables_of(person: Lead | Prospect) -> dict[str, str]:
    """The variables of a recipient. What the lead or prospect lacks is empty."""
    from eal.domain.prospects.model import Contact, Prospect

    if isinstance(person, Prospect):
        contact = person.contact or Contact()
        first_name, last_name, title = contact.first_name, contact.last_name, contact.title
    else:
        first_name, last_name, title = person.first_name, person.last_name, None
    return {
        "first_name": first_name or "",
        "last_name": last_name or "",
        "company": person.company or "",
        "title": title or "",
        "city": person.address.city if person.address else "",
        "state": person.address.state if person.address else "",
        "email": person.email or "",
    }


def render(variant: Variant, variables: Mapping[str, str], sender: Sender, unsubscribe_url: str) -> Rendered:
    """The e-mail to one recipient. If the body shows no postal address or unsubscribe link, they are appended.

    Raises: TemplateFault, also for a variable that is empty and has no default.
    """
    values = _values(variables, sender, unsubscribe_url)
    subject, body = _filled(variant.subject, values), _filled(variant.body, values)
    # Ours, so it may be the target of a link.
    body = body.replace(f"{_START}{unsubscribe_url}{_END}", unsubscribe_url)
    return _message(subject, body, sender, unsubscribe_url)


def filled(source: str, variables: Mapping[str, str], sender: Sender, unsubscribe_url: str) -> str:
    """A subject or body with the values of one recipient, as the content policy reads it.

    Raises: TemplateFault, also for a variable that is empty and has no default.
    """
    return _VALUE.sub(r"\1", _filled(source, _values(variables, sender, unsubscribe_url)))


def has_tags(source: str) -> bool:
    """Whether a text must be rendered, because a recipient must never see a tag. Most drafts need no engine."""
    return any(start in source for start in ("{{", "{%", "{#"))


def render_plain(subject: str, body: str, sender: Sender, unsubscribe_url: str) -> Rendered:
    """The e-mail with a subject and a body that have no tags, such as a review request."""
    return _message(_NOT_IN_LINE.sub(" ", subject), _NOT_IN_BODY.sub("", body), sender, unsubscribe_url)


def faults_in_subject(source: str) -> list[TemplateFault]:
    """Everything because of which a subject must not be sent."""
    return list(_faults(source))


def faults_in_body(source: str) -> list[TemplateFault]:
    """Everything because of which a body must not be sent."""
    return [*_faults(source), *_faults_in_links(source)]


def _values(variables: Mapping[str, str], sender: Sender, unsubscribe_url: str) -> dict[str, str]:
    return {
        **dict.fromkeys(OF_RECIPIENT, ""),
        **{name: _line(value)[:_MAX_VALUE_CHARACTERS] for name, value in variables.items()},
        "sender_name": _line(sender.name),
        "sender_email": _line(sender.email),
        "postal_address": _NOT_IN_BODY.sub("", sender.postal_address),
        "unsubscribe_url": unsubscribe_url,
    }


# ---------------------------------------------------------------- the message


def _message(subject: str, body: str, sender: Sender, unsubscribe_url: str) -> Rendered:
    """`body` may have values between _START and _END."""
    text, page = _text(body), _html(body)
    footer = []
    if " ".join(sender.postal_address.split()) not in " ".join(text.split()):
        identity = _NOT_IN_BODY.sub("", f"{sender.name}\n{sender.postal_address}")
        footer.append(f"{_START}{identity}{_END}")
    if unsubscribe_url not in text:
        footer.append(f"[Unsubscribe]({unsubscribe_url})")
    if footer:
        end = "\n".join(footer)
        # "-- " is the line before a signature (RFC 3676, 4.3): mail programs do not quote what follows it.
        text, page = f"{text}\n\n-- \n{_text(end)}", f"{page}\n<hr>\n{_html(end)}"
    return Rendered(
        subject=_line(_VALUE.sub(r"\1", subject))[:MAX_SUBJECT_CHARACTERS],
        html=f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head><body>\n{page}\n</body></html>\n',
        text=f"{text}\n",
    )


def _text(body: str) -> str:
    values, skeleton = _without_values(body)
    shown = _with_links(skeleton, str, lambda label, url: f"{label} ({url})" if label != url else url)
    paragraphs = re.sub(r"\n[ \t]*\n\s*", "\n\n", shown.strip())
    return _with_values(paragraphs, values)


def _html(body: str) -> str:
    values, skeleton = _without_values(body)
    shown = _with_links(
        skeleton,
        html.escape,
        lambda label, url: f'<a href="{html.escape(url)}">{html.escape(label)}</a>',
    )
    values = [html.escape(value) for value in values]
    paragraphs = re.split(r"\n[ \t]*\n\s*", shown.strip())
    lines = (_with_values(paragraph, values).replace("\n", "<br>\n") for paragraph in paragraphs)
    return "\n".join(f"<p>{paragraph}</p>" for paragraph in lines)


def _without_values(body: str) -> tuple[list[str], str]:
    """The values in the body, and the body with their numbers in their places."""
    values: list[str] = []

    def number(found: re.Match[str]) -> str:
        values.append(found[1])
        return f"{_START}{len(values) - 1}{_END}"

    return values, _VALUE.sub(number, body)


def _with_values(text: str, values: Sequence[str]) -> str:
    return _VALUE.sub(lambda found: values[int(found[1])], text)


def _with_links(skeleton: str, plain: Callable[[str], str], link: Callable[[str, str], str]) -> str:
    parts, end = [], 0
    for found in _LINK.finditer(skeleton):
        url = found[2] or found[3]
        parts += [plain(skeleton[end : found.start()]), link(found[1] or url, url)]
        end = found.end()
    return "".join((*parts, plain(skeleton[end:])))


def _line(text: str) -> str:
    """The text on one line, without control characters: no value can end a header."""
    return _NOT_IN_LINE.sub(" ", text).strip()


# ---------------------------------------------------------------- the engine


@lru_cache(maxsize=1)
def _engine() -> SandboxedEnvironment:
    # Here, because the import takes 60 ms, and most requests of a sequence need no template.
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    # Without autoescape: one text becomes the subject, the text part and the HTML part, which `_html` escapes.
    engine = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False, finalize=_marked)
    engine.globals.clear()
    engine.tests.clear()
    engine.filters = dict(_FILTERS)
    return engine


def _marked(value: str) -> str:
    if not value.strip():
        raise TemplateFault(
            "variable_may_be_empty", "A variable is empty for this recipient and has no default."
        )
    return f"{_START}{value}{_END}"


def _filled(source: str, values: Mapping[str, str]) -> str:
    from jinja2 import TemplateError

    try:
        return _compiled(source).render(values)
    except TemplateError as fault:
        raise TemplateFault("template_syntax", f"The template cannot be rendered: {fault}.") from None


@lru_cache(maxsize=256)
def _compiled(source: str) -> Template:
    """Raises: TemplateFault for a template with anything that is not allowed."""
    for fault in _faults(source):
        if fault.kind != "variable_may_be_empty":  # a fault only if the value is empty
            raise fault
    return _engine().from_string(_NOT_IN_BODY.sub("", source))


def _faults(source: str) -> Iterator[TemplateFault]:
    if not source.strip():
        yield TemplateFault("template_empty", "Must not be empty.")
        return
    try:
        tree = _tree(_NOT_IN_BODY.sub("", source))
    except TemplateFault as fault:
        yield fault
        return
    yield from _of_nodes(tree.body, frozenset(), 0)


def _tree(source: str) -> nodes.Template:
    """Raises: TemplateFault."""
    from jinja2 import TemplateSyntaxError

    try:
        _check_tokens(source)
        return _engine().parse(source)
    except TemplateSyntaxError as fault:
        raise TemplateFault("template_syntax", f"Line {fault.lineno}: {fault.message}") from None


def _check_tokens(source: str) -> None:
    """Look at the tokens before they are parsed: the lexer is iterative, and the parser is recursive.

    Raises: TemplateFault; TemplateSyntaxError.
    """
    tags = tokens = 0
    for line, kind, value in _engine().lex(source):
        if kind not in _TOKENS and not (kind == "operator" and value in "|()"):
            raise TemplateFault(
                "template_construct", f"Line {line}: {value.strip()[:20]} is not allowed in a template."
            )
        if kind in ("variable_begin", "block_begin"):
            tags, tokens = tags + 1, 0
        tokens += kind != "whitespace"
        if tags > _MAX_TAGS or (tokens > _MAX_TOKENS_IN_TAG and tags):
            raise TemplateFault("template_too_complex", f"Line {line}: too many or too long tags.")


def _of_nodes(body: Sequence[nodes.Node], filled: frozenset[str], depth: int) -> Iterator[TemplateFault]:
    """The faults of a part of the tree. `filled` are the variables that are known not to be empty in it."""
    from jinja2 import nodes

    if depth > _MAX_DEPTH:
        yield TemplateFault("template_too_complex", f"At most {_MAX_DEPTH} ifs may be inside each other.")
        return
    for node in body:
        match node:
            case nodes.Output():
                for shown in node.nodes:
                    if not isinstance(shown, nodes.TemplateData):
                        yield from _of_expression(shown, filled)
            case nodes.If():
                yield from _of_if(node, filled, depth)
            case _:
                yield _not_allowed(node)


def _of_if(node: nodes.If, filled: frozenset[str], depth: int) -> Iterator[TemplateFault]:
    for branch in (node, *node.elif_):
        yield from _of_test(branch.test)
        yield from _of_nodes(branch.body, filled | _filled_if(branch.test, True), depth + 1)
        filled |= _filled_if(branch.test, False)
    yield from _of_nodes(node.else_, filled, depth + 1)


def _of_test(test: nodes.Node) -> Iterator[TemplateFault]:
    from jinja2 import nodes

    match test:
        case nodes.Name():
            yield from _of_name(test)
        case nodes.Not():
            yield from _of_test(test.node)
        case nodes.And() | nodes.Or():
            yield from _of_test(test.left)
            yield from _of_test(test.right)
        case _:
            yield _not_allowed(test)


def _filled_if(test: nodes.Node, outcome: bool) -> frozenset[str]:
    """The variables that are not empty if the test has this outcome."""
    from jinja2 import nodes

    match test:
        case nodes.Name():
            return frozenset({test.name} if outcome else ())
        case nodes.Not():
            return _filled_if(test.node, not outcome)
        case nodes.And() if outcome:
            return _filled_if(test.left, True) | _filled_if(test.right, True)
        case nodes.Or() if not outcome:
            return _filled_if(test.left, False) | _filled_if(test.right, False)
        case _:
            return frozenset()


def _of_expression(shown: nodes.Node, filled: frozenset[str]) -> Iterator[TemplateFault]:
    """The faults of `{{ name | filter | default("text") }}`."""
    from jinja2 import nodes

    has_default = False
    while isinstance(shown, nodes.Filter) and shown.node is not None:
        if shown.name not in _FILTERS:
            yield TemplateFault(
                "unknown_filter", f"There is no filter '{shown.name[:40]}', only {', '.join(_FILTERS)}."
            )
        elif not _has_good_arguments(shown):
            needed = "one text in quotes" if shown.name == "default" else "no arguments"
            yield TemplateFault("template_construct", f"The filter '{shown.name}' takes {needed}.")
        has_default = has_default or shown.name == "default"
        shown = shown.node
    if not isinstance(shown, nodes.Name):
        yield _not_allowed(shown)
        return
    yield from _of_name(shown)
    if shown.name in OF_RECIPIENT and not has_default and shown.name not in filled:
        yield TemplateFault(
            "variable_may_be_empty",
            f"'{shown.name}' can be empty. Give it a default, as in {{{{ {shown.name} | default(\"…\") }}}}.",
        )


def _has_good_arguments(node: nodes.Filter) -> bool:
    from jinja2 import nodes

    if node.kwargs or node.dyn_args or node.dyn_kwargs:
        return False
    if node.name != "default":
        return not node.args
    return (
        len(node.args) == 1
        and isinstance(node.args[0], nodes.Const)
        and isinstance(node.args[0].value, str)
        and bool(node.args[0].value.strip())
        and not _NOT_IN_BODY.search(node.args[0].value)
    )


def _of_name(node: nodes.Name) -> Iterator[TemplateFault]:
    if node.name not in VARIABLES:
        yield TemplateFault(
            "unknown_variable", f"There is no variable '{node.name[:40]}', only {', '.join(VARIABLES)}."
        )


def _not_allowed(node: nodes.Node) -> TemplateFault:
    return TemplateFault(
        "template_construct",
        f"Line {node.lineno}: only {_ALLOWED} are allowed in a template.",
    )


def _faults_in_links(source: str) -> Iterator[TemplateFault]:
    skeleton = _TAG.sub(_START, _UNSUBSCRIBE_TAG.sub("https://unsubscribe.example", source))
    for found in _TARGET.finditer(skeleton):
        target = (found[1] if found[1] is not None else found[2]).strip()
        if _START in target:
            yield TemplateFault("variable_in_link", "The address of a link must not have variables.")
        elif not _HTTPS_TARGET.fullmatch(target):
            yield TemplateFault("link_not_https", f"'{target[:60]}' must be an address with https://.")
