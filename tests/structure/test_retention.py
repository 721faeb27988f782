"""Retention: one parameter sets the seven years, and the audit bucket's policy denies shortening them."""

from __future__ import annotations

import json
from typing import Any

from eal.domain.audit_log.exports.model import RETENTION
from tools.fixtures.template import functions, resources, template

DAYS = {"Ref": "AuditRetentionDays"}
MODE = {"Fn::If": ["IsProduction", "COMPLIANCE", "GOVERNANCE"]}


def _bucket() -> dict[str, Any]:
    return resources("AWS::S3::Bucket")["AuditBucket"]


def test_one_parameter_sets_the_retention_of_bucket_and_objects() -> None:
    default = _bucket()["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    assert default == {"Mode": MODE, "Days": DAYS}
    expiring = [rule for rule in _bucket()["LifecycleConfiguration"]["Rules"] if "ExpirationInDays" in rule]
    assert {rule["Prefix"] for rule in expiring} == {"audit/", "checkpoints/"}
    assert all(rule["ExpirationInDays"] == DAYS for rule in expiring)
    archive = functions()["WorkersArchiveAudit"]["Environment"]["Variables"]
    assert archive["AUDIT_RETENTION_DAYS"] == DAYS  # the locks of objects
    assert archive["AUDIT_LOCK_MODE"] == MODE
    assert template()["Parameters"]["AuditRetentionDays"]["Default"] == 7 * 365 + 2
    assert "2557" not in json.dumps(template()["Resources"])


def test_the_table_keeps_audit_records_for_13_months_by_default() -> None:
    variables = template()["Globals"]["Function"]["Environment"]["Variables"]
    assert variables["AUDIT_TABLE_DAYS"] == {"Ref": "AuditTableDays"}
    days = template()["Parameters"]["AuditTableDays"]
    assert days["Default"] == 396
    # At least a month for lists, and another one for the archive to catch up after a failure.
    assert days["MinValue"] == 62


def test_segments_move_to_glacier_instant_retrieval_after_90_days() -> None:
    (rule,) = [rule for rule in _bucket()["LifecycleConfiguration"]["Rules"] if "Transitions" in rule]
    assert rule["Transitions"] == [{"StorageClass": "GLACIER_IR", "TransitionInDays": 90}]


def test_the_bucket_is_encrypted_versioned_and_retained() -> None:
    (encrypted,) = _bucket()["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert encrypted["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert _bucket()["VersioningConfiguration"] == {"Status": "Enabled"}
    bucket = template()["Resources"]["AuditBucket"]
    assert (bucket["DeletionPolicy"], bucket["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_the_bucket_policy_denies_plain_http_deletion_and_bypass_to_every_principal() -> None:
    policy = resources("AWS::S3::BucketPolicy")["AuditBucketPolicy"]["PolicyDocument"]
    tls, deletion = policy["Statement"]
    assert (tls["Effect"], tls["Principal"], tls["Action"]) == ("Deny", "*", "s3:*")
    assert tls["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert (deletion["Effect"], deletion["Principal"], "Condition" in deletion) == ("Deny", "*", False)
    assert set(deletion["Action"]) == {
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:BypassGovernanceRetention",
    }


def test_every_bucket_policy_denies_plain_http() -> None:
    policies = {
        policy["Bucket"]["Ref"]: policy["PolicyDocument"]["Statement"][0]
        for policy in resources("AWS::S3::BucketPolicy").values()
    }
    assert set(policies) == set(resources("AWS::S3::Bucket"))
    for bucket, tls in policies.items():
        assert (tls["Effect"], tls["Principal"], tls["Action"]) == ("Deny", "*", "s3:*")
        assert tls["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        arn = {"Fn::GetAtt": f"{bucket}.Arn"}
        assert tls["Resource"] == [arn, {"Fn::Sub": f"${{{bucket}.Arn}}/*"}]


def test_a_stage_has_its_object_lock_mode_as_an_output() -> None:
    assert template()["Outputs"]["AuditLockMode"]["Value"] == MODE


def test_exports_are_retained_for_the_time_in_their_view() -> None:
    rules = resources("AWS::S3::Bucket")["UploadsBucket"]["LifecycleConfiguration"]["Rules"]
    (rule,) = [rule for rule in rules if rule.get("Prefix") == "exports/"]
    assert rule["ExpirationInDays"] == RETENTION.days


def test_bodies_of_inbound_webhooks_expire_after_90_days() -> None:
    bucket = resources("AWS::S3::Bucket")["InboundBucket"]
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert (rule["Status"], rule["Prefix"], rule["ExpirationInDays"]) == ("Enabled", "inbound/", 90)
    assert "VersioningConfiguration" not in bucket  # a noncurrent version would remain
