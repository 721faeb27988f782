"""The OpenAPI document: valid, current, and in accordance with the contract."""

import ast
import json
from datetime import timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from eal.core import errors
from eal.core.events.catalogue import CATALOGUE
from eal.domain.outreach.sequences.schedule import MAX_JITTER
from eal.entry.http import openapi as served
from tests.structure.checks import document as checks
from tests.structure.project import HERE, report
from tests.support.http import load_app
from tools.openapi import document
from tools.openapi import errors as documented


def _built() -> dict[str, Any]:
    apps = [load_app(HERE.folder_of(name)) for name in HERE.endpoints]
    return document.build([app.app.route for app in apps])


@pytest.fixture(scope="module")
def committed() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(served.text())
    return found


def test_the_committed_document_is_current() -> None:
    assert document.render(_built()) == served.text(), "run: python -m tools.openapi --write"


def test_the_derived_routes_equal_those_of_the_document(committed: dict[str, Any]) -> None:
    assert served.routes() == {
        path: {method.upper() for method in item} for path, item in committed["paths"].items()
    }
    assert {method for methods in served.routes().values() for method in methods} <= {
        "GET", "PUT", "POST", "PATCH", "DELETE",
    }  # fmt: skip


def test_the_document_does_not_depend_on_the_order_of_the_functions() -> None:
    routes = [load_app(HERE.folder_of(name)).app.route for name in HERE.endpoints]

    assert document.render(document.build(routes[::-1])) == document.render(document.build(routes))


def test_the_document_is_openapi_3_1(committed: dict[str, Any]) -> None:
    validate(committed, cls=OpenAPIV31SpecValidator)


def test_every_operation_follows_the_contract(committed: dict[str, Any]) -> None:
    report(checks.faults(committed))


def test_every_error_code_is_documented() -> None:
    codes = {error.code for error in errors.ApiError.__subclasses__()}

    assert set(documented.MEANING) == codes


def test_every_detail_of_an_error_is_documented(committed: dict[str, Any]) -> None:
    kinds = {error.__name__ for error in errors.ApiError.__subclasses__()}
    details = committed["components"]["schemas"]["Error"]["properties"]["error"]["properties"]["details"]

    raised = {
        f"{path}: {keyword.arg}"
        for path, tree in HERE.modules("layers/shared/eal")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in kinds
        for keyword in node.keywords
        if keyword.arg not in details["properties"]
    }

    assert raised == set(), "describe them in DETAILS (tools/openapi/errors.py)"


def test_every_event_type_has_a_schema(committed: dict[str, Any]) -> None:
    assert set(committed["webhooks"]) == set(CATALOGUE)
    for name, item in committed["webhooks"].items():
        schema = item["post"]["requestBody"]["content"]["application/json"]["schema"]
        assert checks.resolved(committed, schema)["properties"]["type"]["const"] == name


def test_two_endpoints_of_one_route_are_rejected() -> None:
    route = load_app("health/get").app.route
    with pytest.raises(ValueError, match="two endpoints have the route GET /v1/health"):
        document.build([route, route])


def test_an_enumeration_is_one_schema_for_all_its_uses(committed: dict[str, Any]) -> None:
    components = committed["components"]["schemas"]

    assert components["LeadStatus"]["enum"][0] == "new"
    references = [
        components["LeadView"]["properties"]["status"],
        components["LeadTransition"]["properties"]["to"],
        _parameter(committed, "/leads", "status")["schema"],
    ]
    assert {reference["$ref"] for reference in references} == {"#/components/schemas/LeadStatus"}


def test_an_endpoint_has_the_same_event_types_in_requests_and_responses(committed: dict[str, Any]) -> None:
    components = committed["components"]["schemas"]

    chosen, shown = (components[name]["properties"]["events"] for name in ("WebhookCreate", "WebhookView"))
    assert chosen["items"] == shown["items"]


@pytest.mark.parametrize(
    ("schema", "valid", "invalid"),
    [
        ("ApiKeyCreate/name", ["a", " a b ", "é"], ["", " ", "a\nb", "a\x85", "\x7f", "a\u202eb", "\u200b"]),
        ("LeadCreate/notes", ["a\u200bb", "a\u200d"], ["a\u2066b", "a\U000e0041"]),
        ("AddressBody/state", ["CA", "N Y"], ["C", " C", "C\n"]),
        ("AddressBody/postal_code", ["946", "9 6"], ["94", " 94 ", "9\t6"]),
        ("LeadTransition/reason", ["a\nb\tc", None], ["", "\n", "a\x00", "\x0b"]),
        ("SettingsBody/default_locale", ["en", "en-US", "zh-Hant-TW"], ["english", "en_US", ""]),
        ("ServiceAreaBody/postal_codes", [["94601", "94601-1234"]], [["9460"], ["94601-"]]),
        (
            "ProspectCreate/website",
            ["example.com", "HTTPS://example.com:8/a?b#c"],
            ["example", "ftp://a.b", "a b.c"],
        ),
        (
            "ProspectCreate/enrichment",
            [{"a": 1}, {"a b": None}],
            [{"": 1}, {"a": 2**53}, {"a": "\x00"}, {"\n": 1}],
        ),
        ("LeadCreate/metadata", [{"a": ""}], [{" ": ""}, {"a\tb": ""}]),
        ("WebhookCreate/url", ["https://example.com/"], ["http://example.com/", "https://", "https://a b"]),
        ("SettingsBody/business_hours", [{"mon": [["08:00", "24:00"]]}], [{"mon": [["24:00", "08:00"]]}]),
        ("ProspectQualify/prospect_ids", [["a", "b"]], [["a", "a"]]),
    ],
)
def test_a_request_schema_rejects_the_values_that_the_code_rejects(
    committed: dict[str, Any], schema: str, valid: list[Any], invalid: list[Any]
) -> None:
    name, _, field = schema.partition("/")
    components = {"components": committed["components"]}
    validator = Draft202012Validator(
        {**committed["components"]["schemas"][name]["properties"][field], **components}
    )

    assert [value for value in valid if not validator.is_valid(value)] == []
    assert [value for value in invalid if validator.is_valid(value)] == []


@pytest.mark.parametrize(
    ("schema", "valid", "invalid"),
    [
        ("LeadCreate", [{"email": "a"}, {"phones": ["1"]}], [{}, {"email": None}, {"phones": []}]),
        ("ProspectCreate", [{"company": "a"}, {"email": "a"}], [{}, {"company": None, "email": None}]),
        (
            "LeadTransition",
            [{"to": "won"}, {"to": "lost", "reason": "a"}],
            [{"to": "lost"}, {"to": "lost", "reason": None}],
        ),
        (
            "ServiceAreaBody",
            [{"postal_codes": ["94601"]}, {"center": {"latitude": 1, "longitude": 1}, "radius_miles": 1}],
            [{}, {"postal_codes": []}, {"radius_miles": 1}, {"radius_miles": 1, "postal_codes": ["94601"]}],
        ),
        ("Condition", [{"exists": True}], [{}]),
    ],
)
def test_a_request_schema_has_the_rules_between_fields(
    committed: dict[str, Any], schema: str, valid: list[Any], invalid: list[Any]
) -> None:
    validator = Draft202012Validator(
        {"$ref": f"#/components/schemas/{schema}", "components": committed["components"]}
    )

    assert [value for value in valid if not validator.is_valid(value)] == []
    assert [value for value in invalid if validator.is_valid(value)] == []


@pytest.mark.parametrize(
    ("parameter", "valid", "invalid"),
    [
        ("IdempotencyKey", ["a", "a b", "~" * 255], ["", "a" * 256, "é", "a\tb"]),
        ("IfMatch", ["*", '"3"', 'W/"3", "no,such"', '""'], ["3", '"3', "", '"a b"', '* , "3"', '"1" "2"']),
    ],
)
def test_a_header_has_a_pattern(
    committed: dict[str, Any], parameter: str, valid: list[str], invalid: list[str]
) -> None:
    validator = Draft202012Validator(committed["components"]["parameters"][parameter]["schema"])

    assert [value for value in valid if not validator.is_valid(value)] == []
    assert [value for value in invalid if validator.is_valid(value)] == []


def test_the_description_of_a_type_alias_is_documented(committed: dict[str, Any]) -> None:
    components = committed["components"]["schemas"]

    assert components["WebhookCreate"]["properties"]["url"]["description"].startswith("An https URL.")
    assert components["WebhookUpdate"]["properties"]["rate_limit"]["description"].startswith(
        "Maximum number of deliveries per minute"
    )


def test_an_update_schema_has_no_defaults_and_allows_null_only_if_the_code_does(
    committed: dict[str, Any],
) -> None:
    not_nullable = {
        "ApiKeyUpdate": {"name"},
        "LeadUpdate": {"source"},
        "OrganizationUpdate": {"name"},
        "ProspectUpdate": {"source", "outreach_state"},
        "SettingsBody": set(),
        "WebhookUpdate": {"url", "events", "enabled"},
    }
    for name, never_null in not_nullable.items():
        fields = committed["components"]["schemas"][name]["properties"]
        assert {field for field, schema in fields.items() if "default" in schema} == set()
        assert {
            field for field, schema in fields.items() if {"type": "null"} not in schema.get("anyOf", [])
        } == never_null


def test_a_limit_that_is_clamped_has_no_maximum(committed: dict[str, Any]) -> None:
    limit = _parameter(committed, "/leads", "limit")

    assert limit["schema"] == {"type": "integer", "minimum": 1, "default": 50}
    assert "200" in limit["description"]


def test_a_post_or_patch_that_takes_no_idempotency_key_says_so(committed: dict[str, Any]) -> None:
    silent = [
        f"{method.upper()} {path}"
        for path, item in committed["paths"].items()
        for method, operation in item.items()
        if method in ("post", "patch")
        and operation["tags"] != ["inbound"]
        and {"$ref": "#/components/parameters/IdempotencyKey"} not in operation["parameters"]
        and "`Idempotency-Key`" not in operation["description"]
    ]

    assert silent == []


def test_the_delay_of_a_step_names_the_jitter(committed: dict[str, Any]) -> None:
    delay = committed["components"]["schemas"]["StepBody"]["properties"]["delay_hours"]

    assert (
        f"plus up to {MAX_JITTER // timedelta(minutes=1)} minutes, also with 0 hours" in delay["description"]
    )


def test_every_operation_with_a_body_has_an_example_and_each_example_is_valid(
    committed: dict[str, Any],
) -> None:
    for path, item in committed["paths"].items():
        for method, operation in item.items():
            location = f"{method.upper()} {path}"
            _check_examples(committed, operation.get("requestBody", {}), location)
            for status, response in operation["responses"].items():
                _check_examples(committed, checks.resolved(committed, response), f"{location} {status}")
            body = operation.get("requestBody")
            assert (
                body is None
                or operation["tags"] == ["inbound"]
                or "example" in body["content"]["application/json"]
            )


def _check_examples(document: dict[str, Any], described: dict[str, Any], location: str) -> None:
    for content in described.get("content", {}).values():
        examples = [example["value"] for example in content.get("examples", {}).values()]
        examples += [content["example"]] if "example" in content else []
        schema = {**content["schema"], "components": document["components"]}
        for example in examples:
            error = next(Draft202012Validator(schema).iter_errors(example), None)
            assert error is None, f"{location}: {error.json_path}: {error.message}"


def _parameter(document: dict[str, Any], path: str, name: str) -> dict[str, Any]:
    parameters = document["paths"][path]["get"]["parameters"]
    (found,) = (parameter for parameter in parameters if parameter.get("name") == name)
    return dict(found)
