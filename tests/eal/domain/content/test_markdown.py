"""Markdown becomes HTML without anything that a page would execute."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eal.domain.content import limits
from eal.domain.content.markdown import ATTRIBUTES, SCHEMES, TAGS, _renderer, _sanitizer, html

HOSTILE = (
    # HTML in Markdown
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script\n>alert(1)</script\n>",
    "<script/x>alert(1)</script>",
    "<<script>alert(1)//<</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=x OnErRoR=alert(1)>",
    "<img src=x onerror\n=\nalert(1)>",
    '<img src="x" onerror="alert(1)"',
    "<img/src=x/onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<math href='javascript:alert(1)'>x</math>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='javascript:alert(1)'></object>",
    "<embed src='javascript:alert(1)'>",
    "<form action='javascript:alert(1)'><button>x</button></form>",
    "<input onfocus=alert(1) autofocus>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<body onload=alert(1)>",
    "<base href='javascript:alert(1)//'>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<style>@import '//evil.example/x.css';</style>",
    "<div style='background:url(javascript:alert(1))'>x</div>",
    "<p style=width:expression(alert(1))>x</p>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<textarea></textarea><img src=x onerror=alert(1)>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?php echo '<script>alert(1)</script>'; ?>",
    "<a href='javascript:alert(1)'>x</a>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "\\<script>alert(1)\\</script>",
    # links
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x]( javascript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](javascript&colon;alert(1))",
    "[x](javascript&#58;alert(1))",
    "[x](&#x6A;avascript:alert(1))",
    "[x](java&Tab;script:alert(1))",
    "[x](java&NewLine;script:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](%6Aavascript:alert(1))",
    "[x](javascript%3Aalert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](file:///etc/passwd)",
    "[x](blob:https://evil.example/1)",
    "[x](view-source:javascript:alert(1))",
    "[x]: javascript:alert(1)\n\n[x]",
    "[x]: <javascript:alert(1)> 'y'\n\n[x]",
    "<javascript:alert(1)>",
    "<JAVASCRIPT:alert(document.domain)>",
    "<data:text/html,<script>alert(1)</script>>",
    '[x](https://example.com "\\" onmouseover=\\"alert(1)")',
    "[x](https://example.com/\"onmouseover='alert(1)')",
    "[x](https://example.com' onclick='alert(1))",
    "[x](<https://example.com> 'a\" onmouseover=\"alert(1)')",
    "[<img src=x onerror=alert(1)>](https://example.com)",
    "[](javascript:alert(1))",
    "[a](javascript:alert(1)) [b](https://example.com)",
    "[ ![x](javascript:alert(1)) ](javascript:alert(2))",
    # images
    "![x](javascript:alert(1))",
    "![x](data:image/svg+xml;base64,PHN2Zy9vbmxvYWQ9YWxlcnQoMSk+)",
    "![x](data:image/gif;base64,R0lGODlhAQABAAAAACw=)",
    '![x" onerror="alert(1)](https://example.com/x.png)',
    '![x](https://example.com/x.png"onerror="alert(1))',
    "![x](https://example.com/x.png 'y\" onerror=\"alert(1)')",
    "![<script>alert(1)</script>](https://example.com/x.png)",
    # code, tables, lists and headings
    '```"onmouseover="alert(1)\nx\n```',
    "```<script>alert(1)</script>\n<script>alert(1)</script>\n```",
    "`<script>alert(1)</script>`",
    "    <script>alert(1)</script>",
    "|<script>alert(1)</script>|b|\n|-|-|\n|<img src=x onerror=alert(1)>|[x](javascript:alert(1))|",
    "# <script>alert(1)</script>",
    "> <script>alert(1)</script>",
    "- <script>alert(1)</script>\n  <img src=x onerror=alert(1)>",
    "1. <b onclick=alert(1)>x</b>",
    "*<img src=x onerror=alert(1)>*",
    "**[x](javascript:alert(1))**",
    "~~<script>alert(1)</script>~~",
    # strange characters
    "<scr\x00ipt>alert(1)</scr\x00ipt>",
    "<\u017fcript>alert(1)</\u017fcript>",
    "\u2028<script>alert(1)</script>\u2029",
    "\ufeff<script>alert(1)</script>",
    "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
)
"""Texts that browsers were made to execute, in the forms in which Markdown can bring it (among others of the OWASP
cheat sheets about cross-site scripting)."""


class _Page(HTMLParser):
    """The content of a page: tags with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.odd: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_comment(self, data: str) -> None:
        self.odd.append(data)

    def handle_decl(self, decl: str) -> None:
        self.odd.append(decl)

    def handle_pi(self, data: str) -> None:
        self.odd.append(data)

    def unknown_decl(self, data: str) -> None:
        self.odd.append(data)


def _assert_harmless(text: str) -> None:
    page = _Page(text)
    assert page.odd == []
    for tag, attributes in page.tags:
        assert tag in TAGS
        assert set(attributes) <= {*ATTRIBUTES.get(tag, ()), *(["rel"] if tag == "a" else [])}
        for name in ("href", "src"):
            # A browser ignores these characters in a scheme.
            address = re.sub(r"[\x00-\x20\x7f-\x9f]", "", attributes.get(name) or "").lower()
            scheme = re.match(r"[a-z][a-z0-9+.-]*:", address)
            assert scheme is None or scheme[0][:-1] in SCHEMES, address


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_of_the_corpus_survives(hostile: str) -> None:
    for text in (hostile, f"Before\n\n{hostile}\n\nafter", f"x {hostile} y", f"> - {hostile}"):
        _assert_harmless(html(text))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_each_library_alone_is_enough(hostile: str) -> None:
    _assert_harmless(_sanitizer().clean(hostile))
    scripted = [
        (tag, attributes)
        for tag, attributes in _Page(_renderer().render(hostile)).tags
        if tag not in TAGS
        or any(name.startswith("on") for name in attributes)
        or re.match(r"\s*(javascript|vbscript|file):", attributes.get("href") or "", re.IGNORECASE)
    ]
    assert scripted == []


_PIECES = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(alphabet="<>[]()!`*_~#|-\\&;:\"'=/ \n\tjavscriptonerx", max_size=30),
    st.text(max_size=10),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES, max_size=6))
def test_nothing_of_any_combination_survives(pieces: list[str]) -> None:
    _assert_harmless(html("".join(pieces)))


@settings(max_examples=200, deadline=None)
@given(st.lists(_PIECES, max_size=6))
def test_the_result_is_sanitized_already(pieces: list[str]) -> None:
    text = html("".join(pieces))

    assert _sanitizer().clean(text) == text


def test_what_a_post_needs_is_rendered() -> None:
    text = (
        "# Burst pipe\n\nClose the **main** *valve* ~~later~~ now: [call us](tel:+13125550113 'day and night'),\n"
        "[write](mailto:help@acme.example), <https://acme.example>, [book](/book).\n\n"
        "3. one\n4. two\n\n- a\n\n> quote\n\n`code`\n\n---\n\n![A pipe](https://acme.example/pipe.jpg)\n\n"
        "| Step | Time |\n|:--|--:|\n| Dry | 3 days |\n"
    )

    assert html(text) == (
        "<h1>Burst pipe</h1>\n<p>Close the <strong>main</strong> <em>valve</em> <s>later</s> now: "
        '<a href="tel:+13125550113" title="day and night" rel="noopener">call us</a>,\n'
        '<a href="mailto:help@acme.example" rel="noopener">write</a>, '
        '<a href="https://acme.example" rel="noopener">https://acme.example</a>, '
        '<a href="/book" rel="noopener">book</a>.</p>\n'
        '<ol start="3">\n<li>one</li>\n<li>two</li>\n</ol>\n<ul>\n<li>a</li>\n</ul>\n'
        "<blockquote>\n<p>quote</p>\n</blockquote>\n<p><code>code</code></p>\n<hr>\n"
        '<p><img src="https://acme.example/pipe.jpg" alt="A pipe"></p>\n'
        "<table>\n<thead>\n<tr>\n<th>Step</th>\n<th>Time</th>\n</tr>\n</thead>\n"
        "<tbody>\n<tr>\n<td>Dry</td>\n<td>3 days</td>\n</tr>\n</tbody>\n</table>\n"
    )


@pytest.mark.parametrize(
    "repeated",
    ["[", "![", "*", "_", "`", "> ", "- ", "[](", "**a *", "a*b_", "|", "<", "&", "~~", "[x]: y\n"],
)
def test_the_longest_text_of_any_mark_is_rendered(repeated: str) -> None:
    text = (repeated * limits.MAX_BODY_CHARACTERS)[: limits.MAX_BODY_CHARACTERS]

    _assert_harmless(html(text))
