"""The dashboard of CloudWatch, and the web ACL: metrics that exist, and limits below those that all callers share."""

from __future__ import annotations

import json
import re
from itertools import combinations
from typing import Any, get_args

from eal.core.observe import Count
from tests.structure.project import HERE
from tools.fixtures.template import ALARMS

RESOURCES = HERE.templates[ALARMS]["Resources"]
PERCENTAGE_OF_A_METHOD = 50
CAPACITY_OF_AN_ACL = 1500
"""WAF charges more for an ACL above it ("AWS WAF web ACL capacity units")."""
CAPACITY = {
    "AWSManagedRulesAmazonIpReputationList": 25,
    "AWSManagedRulesKnownBadInputsRuleSet": 200,
    "AWSManagedRulesCommonRuleSet": 700,
}
"""WAF's guide, "AWS Managed Rules rule groups list"."""


def _widgets() -> list[dict[str, Any]]:
    body = RESOURCES["Overview"]["Properties"]["DashboardBody"]["Fn::Sub"]
    widgets: list[dict[str, Any]] = json.loads(re.sub(r'(?<!")\$\{AccountConcurrency\}', "1000", body))[
        "widgets"
    ]
    return widgets


def test_the_dashboard_shows_metrics_that_the_code_counts_with_the_dimension_of_the_alarms() -> None:
    ours = [
        metric for widget in _widgets() for metric in widget["properties"]["metrics"] if metric[0] == "EAL"
    ]

    assert {metric[1] for metric in ours} <= set(get_args(Count.__value__))
    assert {tuple(metric[2:4]) for metric in ours} == {("service", "eal-${Stage}")}
    assert RESOURCES["LimiterFailedOpenAlarm"]["Properties"]["Dimensions"] == [
        {"Name": "service", "Value": {"Fn::Sub": "eal-${Stage}"}}
    ]
    variables = HERE.template["Globals"]["Function"]["Environment"]["Variables"]
    assert variables["POWERTOOLS_SERVICE_NAME"] == {"Fn::Sub": "eal-${Stage}"}


def test_the_widgets_are_on_a_grid_of_24_columns_and_do_not_overlap() -> None:
    cells = [
        {
            (x, y)
            for x in range(widget["x"], widget["x"] + widget["width"])
            for y in range(widget["y"], widget["y"] + widget["height"])
        }
        for widget in _widgets()
    ]

    assert all(0 <= x < 24 for taken in cells for x, _ in taken)
    assert not any(first & second for first, second in combinations(cells, 2))


def _rules() -> list[dict[str, Any]]:
    """The rules of the web ACL, with those that a condition adds."""
    rules = RESOURCES["StrangersAcl"]["Properties"]["Rules"]
    return [rule["Fn::If"][1] if "Fn::If" in rule else rule for rule in rules]


def test_one_address_can_send_less_than_half_of_what_a_method_accepts() -> None:
    (api,) = HERE.resources("AWS::Serverless::Api").values()
    (every,) = (setting for setting in api["MethodSettings"] if setting["ResourcePath"] == "/*")
    accepted_per_minute = 60 * every["ThrottlingRateLimit"]
    limits = {
        rule["Name"]: rule["Statement"]["RateBasedStatement"]["Limit"]
        for rule in _rules()
        if "RateBasedStatement" in rule["Statement"]
    }

    assert limits.pop("addresses") == {"Ref": "RequestsPerAddress"}
    default = HERE.template["Parameters"]["RequestsPerAddress"]["Default"]
    for limit in (default, *limits.values()):
        assert limit <= accepted_per_minute * PERCENTAGE_OF_A_METHOD / 100


def test_the_rules_of_the_web_acl_have_priorities_of_their_own_and_fit_its_basic_capacity() -> None:
    rules = _rules()
    assert len({rule["Priority"] for rule in rules}) == len(rules)
    assert sum(_capacity(rule["Statement"]) for rule in rules) <= CAPACITY_OF_AN_ACL


def _capacity(statement: dict[str, Any]) -> int:
    """WAF's guide: 2 for a rate, 10 for CONTAINS, 2 for STARTS_WITH, 10 for each transformation of a text."""
    ((kind, content),) = statement.items()
    match kind:
        case "RateBasedStatement":
            return 2 + (_capacity(content["ScopeDownStatement"]) if "ScopeDownStatement" in content else 0)
        case "ManagedRuleGroupStatement":
            return CAPACITY[content["Name"]] + _capacity(content["ScopeDownStatement"])
        case "NotStatement":
            return _capacity(content["Statement"])
        case "ByteMatchStatement":
            return (10 if content["PositionalConstraint"] == "CONTAINS" else 2) + 10 * len(
                content["TextTransformations"]
            )
    return sum(_capacity(member) for member in content["Statements"])


def test_managed_rules_judge_no_webhook_and_no_body() -> None:
    groups = [rule["Statement"]["ManagedRuleGroupStatement"] for rule in _rules() if "OverrideAction" in rule]
    assert {group["Name"] for group in groups} == CAPACITY.keys()
    for group in groups:
        assert group["ScopeDownStatement"]["NotStatement"]["Statement"]["ByteMatchStatement"][
            "SearchString"
        ] == ("/v1/inbound/")
    (common,) = (group for group in groups if group["Name"] == "AWSManagedRulesCommonRuleSet")
    counted = {override["Name"] for override in common["RuleActionOverrides"]}
    assert {
        "SizeRestrictions_BODY",
        "CrossSiteScripting_BODY",
        "GenericLFI_BODY",
        "GenericRFI_BODY",
        "EC2MetaDataSSRF_BODY",
    } <= counted
    assert all(override["ActionToUse"] == {"Count": {}} for override in common["RuleActionOverrides"])
