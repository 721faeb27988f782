"""The API reference: every operation, with samples that run."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from html import unescape
from typing import TYPE_CHECKING

import pytest

from eal_dashboard import reference, samples, texts
from eal_dashboard.operations import OPERATIONS
from tests.support.dashboard import signed_in
from tools.fixtures.dashboard import SESSION_TEXT

if TYPE_CHECKING:
    from tools.fixtures.dashboard import FakeApi

API = "https://api.example.com/v1"
KEY = "eal_live_aB3dE6gH9jK2mN5pQ8sT1vW4xY7zA0cD1x2Y3z"
WITH_SAMPLE = [name for name, operation in reference.load().operations.items() if operation.takes_keys]
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_has_a_page(name: str, api: FakeApi) -> None:
    shown = signed_in().get(f"/reference/{name}")

    assert shown.status == 200
    assert OPERATIONS[name].summary in shown.words
    assert OPERATIONS[name].path in shown.words
    for line in reference.load().problems(name):
        assert f'id="error-{line["code"]}"' in shown.text
    assert ("curl --fail-with-body" in shown.text) == (name in WITH_SAMPLE)
    assert api.requests == []


def test_the_first_page_lists_every_operation_once(api: FakeApi) -> None:
    links = re.findall(r'href="/reference/(\w+)"', signed_in().get("/reference").text)

    assert sorted(links) == sorted(OPERATIONS)


def test_the_conventions_are_those_of_the_document(api: FakeApi) -> None:
    words = signed_in().get("/reference").words

    assert {"Keys", "Errors", "Retries"} <= {title for title, _ in reference.load().conventions}
    assert "A revoked key is refused on the very next request." in words


def test_an_unknown_operation_is_not_found(api: FakeApi) -> None:
    shown = signed_in().get("/reference/dropTables")

    assert shown.status == 404
    assert "There is nothing at this address" in shown.words


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("create lead", "createLead"),
        ("LEADS history", "listLeadHistory"),
        ("POST /leads", "createLead"),
        ("consistency", "getAuditConsistency"),
    ],
)
def test_the_search_finds_operations_by_name_path_and_text(text: str, first: str, api: FakeApi) -> None:
    assert reference.load().search(text)[0] == first
    assert f'href="/reference/{first}"' in signed_in().get(f"/reference?q={text.replace(' ', '+')}").text


def test_a_search_without_a_result_says_how_to_search(api: FakeApi) -> None:
    shown = signed_in().get("/reference?q=%3Cscript%3Ealert(1)")

    assert "No operation matches" in shown.words
    assert "<script>alert" not in shown.text


def test_a_sample_has_the_mode_of_the_page_and_never_the_session(api: FakeApi) -> None:
    for mode in ("live", "test"):
        for language in samples.LANGUAGES:
            shown = signed_in(mode=mode).get(f"/reference/createLead?language={language}")
            assert f"export EAL_API_KEY=eal_{mode}_…" in shown.words
            assert SESSION_TEXT not in shown.text
            assert api.url in shown.words


def test_links_keep_the_language(api: FakeApi) -> None:
    text = signed_in().get("/reference/createLead?language=python").text

    assert "import urllib.request" in text
    assert 'href="/reference/listLeads?language=python"' in text


def test_a_page_shows_the_text_of_its_sample(api: FakeApi) -> None:
    text = signed_in().get("/reference/createLead").text
    (shown,) = re.findall(r'<code id="sample">(.*?)</code>', text, re.DOTALL)

    assert unescape(shown) == samples.curl(reference.load().sample("createLead", api.url))


def test_another_page_does_not_read_the_file(api: FakeApi) -> None:
    reference.load.cache_clear()
    signed_in().get("/leads")

    assert reference.load.cache_info().currsize == 0


# ---------------------------------------------------------------- samples


@pytest.mark.parametrize("name", WITH_SAMPLE)
def test_a_python_sample_parses_and_sends_the_example(name: str) -> None:
    sample = reference.load().sample(name, API)
    tree = ast.parse(samples.python(sample))

    sent = [
        ast.literal_eval(node.args[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "json.dumps"
    ]
    assert sent == ([] if sample.body is None else [sample.body])
    assert "{" not in sample.url


def test_the_curl_samples_parse() -> None:
    run(
        "bash", "-n", text="\n".join(samples.curl(reference.load().sample(name, API)) for name in WITH_SAMPLE)
    )


@needs_node
def test_the_node_samples_parse() -> None:
    blocks = (samples.node(reference.load().sample(name, API)) for name in WITH_SAMPLE)

    run("node", "--check", "--input-type=module", text="\n".join(f"{{\n{block}\n}}" for block in blocks))


def run(program: str, *arguments: str, text: str) -> str:
    """The output of a program that reads a text."""
    done = subprocess.run(  # noqa: S603
        [program, *arguments],
        input=text,
        env={"PATH": os.environ["PATH"], samples.KEY: KEY},
        text=True,
        check=True,
        capture_output=True,
    )
    return done.stdout


RUNS = {
    "curl": ["bash", "-euo", "pipefail"],
    "node": ["node", "--input-type=module"],
    "python": [sys.executable, "-I", "-"],
}


@pytest.mark.parametrize("name", ["createLead", "listLeads", "updateOwnOrganization", "revokeApiKey"])
@pytest.mark.parametrize(
    "language", [pytest.param(language, marks=needs_node if language == "node" else ()) for language in RUNS]
)
def test_a_sample_runs(name: str, language: str, api: FakeApi) -> None:
    sample = reference.load().sample(name, api.url)
    _, write = samples.LANGUAGES[language]
    output = run(*RUNS[language], text=write(sample))

    (sent,) = api.sent(name)
    assert sent.body == sample.body
    assert sent.headers["Authorization"] == f"Bearer {KEY}"
    assert ("Idempotency-Key" in sent.headers) == sample.is_repeatable
    if not sample.is_empty and language == "curl":
        assert json.loads(output) == reference.load().operations[name].response_example


def test_a_quote_in_an_example_cannot_leave_its_string() -> None:
    body: dict[str, object] = {
        "text": 'it\'s $(touch x) `y` \\ "z" ${process} \u2028',
        "none": None,
        "yes": True,
        "empty": [],
    }
    sample = samples.Sample("POST", f"{API}/x?a='b'&c=$(d)", body)

    shell = samples.curl(sample).replace("curl --fail-with-body", "printf '%s\\n'", 1)
    output = run("bash", "-eu", text=shell)
    assert json.loads(output.partition("--data\n")[2]) == body
    assert sample.url in output.split("\n")
    assert repr(sample.url)[1:-1].replace("\\'", "'") in samples.python(sample)
    ast.parse(samples.python(sample))


# ---------------------------------------------------------------- fields and texts


def test_a_field_shows_its_type_limits_choices_and_the_fields_inside_it() -> None:
    fields = {row.name: row for row in reference.load().fields("LeadCreate")}

    assert fields["email"].type == "string (email) or null"
    assert "at most 254 characters" in fields["email"].limits
    assert "water" in fields["loss_type"].choices
    assert {"address.city", "address.state"} <= {row.path for row in fields["address"].children}
    assert fields["phones"].type == "array of string (phone)"


def test_the_marks_of_a_text_are_shown_and_its_html_is_not() -> None:
    shown = texts.prose("Send `<b>` **now**.\n\nA & b")

    assert shown == "<p>Send <code>&lt;b&gt;</code> <strong>now</strong>.</p><p>A &amp; b</p>"
