"""Templates: what a recipient gets, what is refused, and what a hostile template or value cannot do."""

from __future__ import annotations

import html.parser
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.domain.organization_settings.outreach import Sender
from eal.domain.outreach import templates
from eal.domain.outreach.sequences.model import Variant
from eal.domain.outreach.templates import (
    MAX_BODY_CHARACTERS,
    MAX_SUBJECT_CHARACTERS,
    Rendered,
    TemplateFault,
    faults_in_body,
    faults_in_subject,
    render,
    render_plain,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

SENDER = Sender("Kim Lee", "kim@acme.example", "1 Main St\nTampa, FL 33602")
UNSUBSCRIBE = "https://api.example.com/u/abc"
DANA = {"first_name": "Dana", "company": "Harbor & Sons", "email": "dana@example.com"}
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def _rendered(
    body: str, subject: str = "Hello", values: Mapping[str, str] = DANA, sender: Sender = SENDER
) -> Rendered:
    return render(Variant(name="A", subject=subject, body=body), values, sender, UNSUBSCRIBE)


class _Page(html.parser.HTMLParser):
    """The links, the tags and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: list[str | None] = []
        self.tags: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value for name, value in attributes if name == "href"]
        assert {name for name, _ in attributes} <= {"href", "charset"}

    def handle_data(self, data: str) -> None:
        self.text += data


# ---------------------------------------------------------------- what is sent


def test_a_body_becomes_text_and_html() -> None:
    made = _rendered(
        'Hi {{ first_name | default("there") }},\n\nread [our guide](https://acme.example/a?b=1&c=2)\n'
        "or https://acme.example/faq.\n\n\n\nBye"
    )

    assert made.text.startswith(
        "Hi Dana,\n\nread our guide (https://acme.example/a?b=1&c=2)\nor https://acme.example/faq.\n\nBye\n"
    )
    page = _Page(made.html)
    assert page.links == ["https://acme.example/a?b=1&c=2", "https://acme.example/faq", UNSUBSCRIBE]
    assert "<p>Hi Dana,</p>\n<p>read <a href=" in made.html
    assert "<p>Bye</p>" in made.html


def test_the_law_s_footer_is_appended_if_the_body_lacks_it() -> None:
    """15 USC 7704(a)(3) and (5): a way to opt out, and a valid physical postal address."""
    made = _rendered("Hi")

    assert made.text == (f"Hi\n\n-- \nKim Lee\n1 Main St\nTampa, FL 33602\nUnsubscribe ({UNSUBSCRIBE})\n")
    page = _Page(made.html)
    assert page.links == [UNSUBSCRIBE]
    assert "Tampa, FL 33602" in page.text


def test_a_body_with_its_own_footer_gets_no_second_one() -> None:
    made = _rendered("Hi\n\n{{ postal_address }}\n\n[No more mail]({{ unsubscribe_url }})")

    assert made.text == f"Hi\n\n1 Main St\nTampa, FL 33602\n\nNo more mail ({UNSUBSCRIBE})\n"
    assert _Page(made.html).links == [UNSUBSCRIBE]


@pytest.mark.parametrize(
    "body",
    [
        "{% if city %}{{ unsubscribe_url }} {{ postal_address }}{% endif %}Hi",
        "{{ unsubscribe_url | upper }} {{ postal_address | lower }}",
        "{{ unsubscribe_url }}",
        "{{ postal_address }}",
    ],
)
def test_what_a_template_mentions_but_does_not_show_is_appended(body: str) -> None:
    made = _rendered(body)

    for shown in (made.text, _Page(made.html).text):
        assert "Tampa, FL 33602" in shown
    assert UNSUBSCRIBE in made.text
    assert UNSUBSCRIBE in _Page(made.html).links


def test_filters_and_conditions() -> None:
    body = (
        "{{ first_name | upper }} {{ company | lower | title }} {{ city | default('your town') }}"
        "{% if city %} in town{% elif company and not state %} a company{% else %} nothing{% endif %}"
    )

    assert _rendered(body).text.startswith("DANA Harbor & Sons your town a company\n")
    town = _rendered(body, values={**DANA, "city": "Oakland"})
    assert town.text.startswith("DANA Harbor & Sons Oakland in town\n")


def test_an_empty_value_without_default_is_a_fault_and_never_an_empty_name() -> None:
    with pytest.raises(TemplateFault, match="no default") as fault:
        _rendered("Hi {{ first_name }}", values={})

    assert fault.value.kind == "variable_may_be_empty"
    with pytest.raises(TemplateFault):
        _rendered("Hi", subject="{{ title }}")


def test_a_subject_is_one_short_line() -> None:
    made = _rendered("Hi", subject="A {{ company }}", values={"company": "x" * 900})

    assert len(made.subject) <= MAX_SUBJECT_CHARACTERS
    assert _rendered("Hi", subject="{{ postal_address }}").subject == "1 Main St Tampa, FL 33602"


def test_a_draft_has_no_tags() -> None:
    made = render_plain(
        "50% off? {{ no }}", "{{ first_name }} {% if %} [a](https://b.example)", SENDER, UNSUBSCRIBE
    )

    assert made.subject == "50% off? {{ no }}"
    assert made.text.startswith("{{ first_name }} {% if %} a (https://b.example)\n")
    assert _Page(made.html).links == ["https://b.example", UNSUBSCRIBE]


# ---------------------------------------------------------------- hostile values


@pytest.mark.parametrize(
    "value",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "[free money](https://evil.example)",
        "https://evil.example/x",
        "{{ unsubscribe_url }}",
        "{% for a in b %}",
        "Dana\r\nBcc: other@example.com",
        "Dana\u2028Bcc: other@example.com",
        "\ue000https://evil.example\ue001",
        "\ue0000\ue001",
        "](https://evil.example) [x",
        "a\x00b",
        "\ud800",
        "&lt;b&gt;",
    ],
)
def test_a_value_is_text_and_nothing_else(value: str) -> None:
    made = _rendered(
        "Hi {{ first_name | default('x') }} [of {{ first_name | default('x') }}](https://acme.example)",
        "{{ first_name | default('x') }}",
        {"first_name": value},
    )

    page = _Page(made.html)
    assert page.tags <= {"html", "head", "meta", "body", "p", "br", "hr", "a"}
    assert page.links == ["https://acme.example", UNSUBSCRIBE]
    assert not CONTROLS.search(made.subject)
    assert "\ue000" not in made.html + made.text + made.subject
    (made.subject + made.text + made.html).encode()


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_no_values_inject_a_header_a_tag_or_a_link(first_name: str, company: str, name: str) -> None:
    body = (
        "{{ first_name | default('x') }}[{{ company | default('x') }}](https://acme.example){{ sender_name }}"
    )
    values = {"first_name": first_name, "company": company}
    sender = Sender(f"Kim {name}", "kim@acme.example", "1 Main St")

    made = _rendered(body, "{{ first_name | default('x') }} {{ sender_name }}", values, sender)

    page = _Page(made.html)
    assert page.tags <= {"html", "head", "meta", "body", "p", "br", "hr", "a"}
    assert page.links == ["https://acme.example", UNSUBSCRIBE]
    assert not CONTROLS.search(made.subject)
    assert 0 < len(made.subject) <= MAX_SUBJECT_CHARACTERS


# ---------------------------------------------------------------- hostile and faulty templates

DEEP = 3_000
HOSTILE = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ first_name.__class__ }}",
    "{{ first_name['__class__'] }}",
    "{{ first_name|attr('__class__') }}",
    "{{ self.__init__.__globals__ }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ lipsum.__globals__ }}",
    "{{ namespace() }}",
    "{{ range(10**9)|list }}",
    "{{ 'a' * 10**9 }}",
    "{{ 9**9**9 }}",
    "{{ first_name|format('%1000000000d') }}",
    "{{ first_name|center(1000000000) }}",
    "{{ first_name|default(unsubscribe_url) }}",
    "{{ first_name|default('a', true) }}",
    "{{ first_name|default(default_value='a') }}",
    "{{ first_name|default('') }}",
    "{{ first_name|default('\\ud800') }}",
    "{{ first_name|default('\\r\\nBcc: x') }}",
    "{{ first_name|upper('x') }}",
    "{{ first_name|map('upper') }}",
    "{{ first_name|safe }}",
    "{{ first_name ~ company }}",
    "{{ first_name if company else 'x' }}",
    "{{ first_name is defined }}",
    "{{ [first_name] }}",
    "{{ {'a': first_name} }}",
    "{{ 'text' }}",
    "{{ none }}",
    "{{ true }}",
    "{{ 1 }}",
    "{{ loop }}",
    "{{ super() }}",
    "{{ caller() }}",
    "{{ varargs }}",
    "{% for a in first_name %}x{% endfor %}",
    "{% for a in range(10) recursive %}{{ loop(a) }}{% endfor %}",
    "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}",
    "{% set a = first_name %}",
    "{% include 'x' %}",
    "{% extends 'x' %}",
    "{% import 'os' as os %}",
    "{% block a %}{% endblock %}",
    "{% call a() %}{% endcall %}",
    "{% filter upper %}x{% endfilter %}",
    "{% with a = 1 %}{% endwith %}",
    "{% autoescape false %}{% endautoescape %}",
    "{% raw %}{{ x }}{% endraw %}",
    "{% do x %}",
    "{% debug %}",
    "{% if first_name == 'x' %}a{% endif %}",
    "{% if first_name|upper %}a{% endif %}",
    "{% if secret %}a{% endif %}",
    "{# a comment #}",
    "{{ first_name",
    "{% if first_name %}",
    "{% endif %}",
    "{{ }}",
    "{{ %}",
    "{{" + "(" * DEEP + "first_name" + ")" * DEEP + "}}",
    "{{ first_name" + "|upper" * DEEP + "}}",
    "{% if " + "not " * DEEP + "first_name %}a{% endif %}",
    "{% if first_name %}" * 500 + "{% endif %}" * 500,
    "{% if first_name %}" * 7 + "a" + "{% endif %}" * 7,
    "{{ email }}" * 101,
    "{{ " + "9" * 5_000 + " }}",
    "{{ '\\N{' }}",
    "{{ secret }}",
    "{{ firstname | default('x') }}",
    "   ",
]  # fmt: skip
"""Templates that do what they must not: reach Python, loop, call, hide a value, or exhaust the parser."""


@pytest.mark.parametrize("source", HOSTILE)
def test_a_hostile_or_faulty_template_is_refused_and_never_rendered(source: str) -> None:
    for faults in (faults_in_subject(source), faults_in_body(source)):
        assert faults
        assert all(len(fault.message) < 400 for fault in faults)
    for subject, body in (("Hi", source), (source, "Hi")):
        with pytest.raises(TemplateFault):
            _rendered(body, subject)


@given(st.text(alphabet="{}%#|()'\"[]<>. \n_abfirst_nameupper19\\", max_size=60))
def test_any_text_is_refused_or_rendered(source: str) -> None:
    if source.strip() and not faults_in_body(source):
        assert _rendered(source).text.endswith(f"Unsubscribe ({UNSUBSCRIBE})\n")
    else:
        assert all(
            fault.message.endswith((".", "…", "}", "'")) or fault.message for fault in faults_in_body(source)
        )


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("", "template_empty"),
        ("Hi {{ first_name }}", "variable_may_be_empty"),
        ("{{ first_name | trim }}", "variable_may_be_empty"),
        ("{% if city %}{{ first_name }}{% endif %}", "variable_may_be_empty"),
        ("{% if first_name or city %}{{ first_name }}{% endif %}", "variable_may_be_empty"),
        ("{% if first_name %}a{% else %}{{ first_name }}{% endif %}", "variable_may_be_empty"),
        ("{% if not first_name %}{{ first_name }}{% endif %}", "variable_may_be_empty"),
        ("{{ nickname }}", "unknown_variable"),
        ("{{ first_name | default('x') | reverse }}", "unknown_filter"),
        ("{% for a in b %}{% endfor %}", "template_construct"),
        ("{{ first_name", "template_syntax"),
        ("http://acme.example", "link_not_https"),
        ("[a](http://acme.example)", "link_not_https"),
        ("[a](javascript:alert(1))", "link_not_https"),
        ("[a](mailto:x@example.com)", "link_not_https"),
        ("[a](data:text/html,x)", "link_not_https"),
        ("[a]()", "link_not_https"),
        ("ftp://acme.example/x", "link_not_https"),
        ("[a](https://)", "link_not_https"),
        ("https://acme.example/{{ email }}", "variable_in_link"),
        ("[a](https://acme.example/?e={{ email }})", "variable_in_link"),
        ("[a]({{ email }})", "variable_in_link"),
        ("https://{% if city %}a{% endif %}.example", "variable_in_link"),
    ],
)
def test_each_fault_of_a_body_has_a_kind(source: str, kind: str) -> None:
    assert [fault.kind for fault in faults_in_body(source)] == [kind]


@pytest.mark.parametrize(
    "source",
    [
        "Hi {{ first_name | default('there') }}",
        "{{ first_name | default('there') | title }}",
        "{% if first_name %}{{ first_name }}{% endif %}",
        "{% if first_name and city %}{{ first_name }} {{ city }}{% endif %}",
        "{% if not first_name %}Hi{% else %}{{ first_name }}{% endif %}",
        "{% if not first_name or not city %}Hi{% else %}{{ first_name }} {{ city }}{% endif %}",
        "{% if not first_name %}Hi{% elif city %}{{ first_name }} {{ city }}{% endif %}",
        "{{ email }} {{ sender_name }} {{ sender_email }} {{ postal_address }} {{ unsubscribe_url }}",
        "[x]({{ unsubscribe_url }}) [y](https://acme.example/a) https://acme.example",
        '"https://acme.example/a", <https://acme.example/b> (https://acme.example/c)',
        "100% {sure} }} # 'quoted' <b>",
        "x" * MAX_BODY_CHARACTERS,
    ],
)
def test_a_good_body_has_no_fault(source: str) -> None:
    assert faults_in_body(source) == []
    _rendered(source, values=dict.fromkeys((*templates.OF_RECIPIENT, "email"), "Dana"))


def test_every_fault_is_listed_at_once() -> None:
    kinds = [
        fault.kind
        for fault in faults_in_body("{{ first_name }} {{ nickname }} {{ city | reverse }} http://a.example")
    ]

    assert kinds == [
        "variable_may_be_empty",
        "unknown_variable",
        "unknown_filter",
        "variable_may_be_empty",
        "link_not_https",
    ]
