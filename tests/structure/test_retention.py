"""Seven years are one parameter, and the audit bucket refuses what would shorten them."""

from __future__ import annotations

import json
from typing import Any

from eal.domain.audit_log.exports.model import RETENTION
from tools.fixtures.template import functions, resources, template

DAYS = {"Ref": "AuditRetentionDays"}
MODE = {"Fn::If": ["IsProduction", "COMPLIANCE", "GOVERNANCE"]}


def _bucket() -> dict[str, Any]:
    return resources("AWS::S3::Bucket")["AuditBucket"]


def test_table_bucket_and_object_locks_follow_one_parameter() -> None:
    default = _bucket()["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    assert default == {"Mode": MODE, "Days": DAYS}
    expiring = [rule for rule in _bucket()["LifecycleConfiguration"]["Rules"] if "ExpirationInDays" in rule]
    assert {rule["Prefix"] for rule in expiring} == {"audit/", "checkpoints/"}
    assert all(rule["ExpirationInDays"] == DAYS for rule in expiring)
    everywhere = template()["Globals"]["Function"]["Environment"]["Variables"]
    assert everywhere["AUDIT_RETENTION_DAYS"] == DAYS  # the time of the hot copy, and the objects' own locks
    archive = functions()["WorkersArchiveAudit"]["Environment"]["Variables"]
    assert archive["AUDIT_LOCK_MODE"] == MODE
    assert template()["Parameters"]["AuditRetentionDays"]["Default"] == 7 * 365 + 2
    assert "2557" not in json.dumps(template()["Resources"])


def test_segments_move_to_glacier_instant_retrieval_after_90_days() -> None:
    (rule,) = [one for one in _bucket()["LifecycleConfiguration"]["Rules"] if "Transitions" in one]
    assert rule["Transitions"] == [{"StorageClass": "GLACIER_IR", "TransitionInDays": 90}]


def test_the_bucket_is_encrypted_with_kms_versioned_and_kept() -> None:
    (encrypted,) = _bucket()["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert encrypted["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert _bucket()["VersioningConfiguration"] == {"Status": "Enabled"}
    whole = template()["Resources"]["AuditBucket"]
    assert (whole["DeletionPolicy"], whole["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_its_policy_refuses_plain_http_deletion_and_bypass_to_everybody() -> None:
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


def test_every_bucket_refuses_plain_http() -> None:
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


def test_a_stage_says_which_mode_it_locks_in() -> None:
    assert template()["Outputs"]["AuditLockMode"]["Value"] == MODE


def test_exports_are_kept_as_long_as_their_view_says() -> None:
    rules = resources("AWS::S3::Bucket")["UploadsBucket"]["LifecycleConfiguration"]["Rules"]
    (rule,) = [one for one in rules if one.get("Prefix") == "exports/"]
    assert rule["ExpirationInDays"] == RETENTION.days


def test_what_vendors_sent_is_gone_after_90_days() -> None:
    bucket = resources("AWS::S3::Bucket")["InboundBucket"]
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert (rule["Status"], rule["Prefix"], rule["ExpirationInDays"]) == ("Enabled", "inbound/", 90)
    assert "VersioningConfiguration" not in bucket  # an older version would stay
