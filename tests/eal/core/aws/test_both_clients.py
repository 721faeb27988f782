"""Every operation in use, by our own client and by botocore's, against moto's server: the same results and errors."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto.server import ThreadedMotoServer

from eal.core import aws
from eal.core.aws import client, transport
from eal.core.aws.client import Client

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLE, BUCKET, LOCKED, BUS = "both", "both-clients", "both-clients-locked", "both"
KEY: Any = {"pk": {"S": "a"}, "sk": {"S": "b"}}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A moto server. It has the resources of this process, so those of other tests too."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    buckets = boto3.client(
        "s3",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=Config(read_timeout=600),
    )
    buckets.create_bucket(Bucket=BUCKET)
    buckets.create_bucket(Bucket=LOCKED, ObjectLockEnabledForBucket=True)
    yield url
    server.stop()


@pytest.fixture(params=["own", "botocore"])
def cloud(
    request: pytest.FixtureRequest, environment: None, server: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """Empty resources, and one of the clients."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", server)
    monkeypatch.setenv("EAL_SDK", request.param)
    monkeypatch.setattr(client, "READ_SECONDS", 600)  # nothing is sent twice because this machine is slow
    monkeypatch.setattr(transport, "DEADLINE_SECONDS", 600)
    attributes: Any = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")]
    schema: Any = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
    aws.dynamodb().create_table(
        TableName=TABLE, AttributeDefinitions=attributes, KeySchema=schema, BillingMode="PAY_PER_REQUEST"
    )
    aws.events().create_event_bus(Name=BUS)
    yield str(request.param)
    aws.dynamodb().delete_table(TableName=TABLE)
    aws.events().delete_event_bus(Name=BUS)


def test_the_setting_decides_which_client_is_used(cloud: str) -> None:
    clients: list[Any] = [aws.dynamodb(), aws.sqs(), aws.events(), aws.kms(), aws.secretsmanager(), aws.s3()]
    modules = {type(client).__module__.rpartition(".")[2] for client in clients}
    assert modules == ({"json_client", "s3_client"} if cloud == "own" else {"sdk"})
    assert all(isinstance(client, Client) for client in clients)
    assert {type(client).__name__ for client in (aws.s3_sdk(), aws.scheduler(), aws.cognito())} == {
        "SdkClient"
    }


def test_items(cloud: str) -> None:
    client: Any = aws.dynamodb()
    item = {**KEY, "n": {"N": "1"}, "é": {"S": "漢字 😀"}}
    assert "Attributes" not in client.put_item(TableName=TABLE, Item=item)
    assert client.get_item(TableName=TABLE, Key=KEY, ConsistentRead=True)["Item"] == item
    assert "Item" not in client.get_item(TableName=TABLE, Key={**KEY, "sk": {"S": "none"}})
    updated = client.update_item(
        TableName=TABLE,
        Key=KEY,
        UpdateExpression="ADD n :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
        ReturnValues="ALL_NEW",
    )
    assert updated["Attributes"]["n"] == {"N": "2"}
    query = client.query(
        TableName=TABLE, KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": {"S": "a"}}
    )
    assert (query["Count"], query["ScannedCount"], len(query["Items"])) == (1, 1, 1)
    assert client.batch_get_item(RequestItems={TABLE: {"Keys": [KEY]}})["Responses"][TABLE][0]["n"] == {
        "N": "2"
    }
    got = client.transact_get_items(TransactItems=[{"Get": {"TableName": TABLE, "Key": KEY}}])
    assert got["Responses"][0]["Item"]["n"] == {"N": "2"}
    left = client.batch_write_item(RequestItems={TABLE: [{"DeleteRequest": {"Key": KEY}}]})
    assert left["UnprocessedItems"] == {}
    assert client.delete_item(TableName=TABLE, Key=KEY, ReturnValues="ALL_OLD").get("Attributes") is None
    assert client.scan(TableName=TABLE)["Items"] == []


def test_a_refused_condition_returns_the_item(cloud: str) -> None:
    client: Any = aws.dynamodb()
    client.put_item(TableName=TABLE, Item=KEY)
    with pytest.raises(client.exceptions.ConditionalCheckFailedException) as raised:
        client.put_item(
            TableName=TABLE,
            Item=KEY,
            ConditionExpression="attribute_not_exists(pk)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert isinstance(raised.value, aws.Refused)
    assert raised.value.response["Item"] == KEY
    assert raised.value.response["Error"] == {
        "Code": "ConditionalCheckFailedException",
        "Message": "The conditional request failed",
    }


def test_a_refused_transaction_returns_its_reasons(cloud: str) -> None:
    client: Any = aws.dynamodb()
    client.put_item(TableName=TABLE, Item=KEY)
    put = {
        "TableName": TABLE,
        "Item": KEY,
        "ConditionExpression": "attribute_not_exists(pk)",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    other = {"Put": {"TableName": TABLE, "Item": {**KEY, "sk": {"S": "other"}}}}
    with pytest.raises(client.exceptions.TransactionCanceledException) as raised:
        client.transact_write_items(TransactItems=[other, {"Put": put}])
    nothing, reason = raised.value.response["CancellationReasons"]
    assert nothing["Code"] == "None"
    assert (reason["Code"], reason["Item"]) == ("ConditionalCheckFailed", KEY)
    assert raised.value.code == "TransactionCanceledException"


def test_a_missing_table(cloud: str) -> None:
    client: Any = aws.dynamodb()
    with pytest.raises(client.exceptions.ResourceNotFoundException) as raised:
        client.get_item(TableName="none", Key=KEY)
    assert isinstance(raised.value, aws.Refused)
    assert raised.value.code == "ResourceNotFoundException"


attributes = st.recursive(
    st.one_of(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=20).map(lambda text: {"S": text}),
        st.integers(-(10**30), 10**30).map(lambda number: {"N": str(number)}),
        st.booleans().map(lambda value: {"BOOL": value}),
        st.just({"NULL": True}),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda values: {"L": values}),
        st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8), inner, max_size=3)
        .map(lambda members: {"M": members}),
    ),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=attributes)
def test_any_item_is_read_as_it_was_written(cloud: str, value: Any) -> None:
    client: Any = aws.dynamodb()
    client.put_item(TableName=TABLE, Item={**KEY, "value": value})
    assert client.get_item(TableName=TABLE, Key=KEY)["Item"]["value"] == value


def test_messages(cloud: str) -> None:
    client: Any = aws.sqs()
    queue = client.create_queue(QueueName="both")["QueueUrl"]
    assert client.send_message(QueueUrl=queue, MessageBody="é 😀", DelaySeconds=0)["MessageId"]
    entries = [{"Id": str(number), "MessageBody": "x"} for number in range(2)]
    assert len(client.send_message_batch(QueueUrl=queue, Entries=entries)["Successful"]) == 2
    (message,) = client.receive_message(QueueUrl=queue)["Messages"]
    assert message["Body"] == "é 😀"
    client.change_message_visibility(
        QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=7
    )
    with pytest.raises(aws.Refused, match="does not exist"):
        client.send_message(QueueUrl=f"{queue}-none", MessageBody="x")
    client.delete_queue(QueueUrl=queue)


def test_events(cloud: str) -> None:
    entry: Any = {"Source": "eal", "DetailType": "lead.created", "Detail": '{"é": 1}', "EventBusName": BUS}
    response = aws.events().put_events(Entries=[entry, entry])
    assert response["FailedEntryCount"] == 0
    assert len(response["Entries"]) == 2


def test_keys(cloud: str) -> None:
    client: Any = aws.kms()
    key = client.create_key()["KeyMetadata"]["KeyId"]
    secret = bytes(range(256))
    context = {"organization": "org_1", "purpose": "é"}
    ciphertext = client.encrypt(KeyId=key, Plaintext=secret, EncryptionContext=context)["CiphertextBlob"]
    assert isinstance(ciphertext, bytes)
    assert client.decrypt(CiphertextBlob=ciphertext, EncryptionContext=context)["Plaintext"] == secret
    with pytest.raises(client.exceptions.InvalidCiphertextException):
        client.decrypt(CiphertextBlob=ciphertext, EncryptionContext={})
    signing = client.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    signed = client.sign(KeyId=signing, Message=b"m", SigningAlgorithm="ECDSA_SHA_256")
    assert isinstance(signed["Signature"], bytes)
    assert isinstance(client.get_public_key(KeyId=signing)["PublicKey"], bytes)


def test_secrets(cloud: str) -> None:
    client: Any = aws.secretsmanager()
    client.create_secret(Name=cloud, SecretString='{"é": 1}')
    assert client.get_secret_value(SecretId=cloud)["SecretString"] == '{"é": 1}'
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_secret_value(SecretId="none")


@pytest.mark.parametrize(
    "key", ["plain", "a b/é+&=@:,$;.json", "a/./b/../c", "漢字/😀", "%2F%25", "~-_.!*'()", "?x=1#y"]
)
def test_objects(cloud: str, key: str) -> None:
    client: Any = aws.s3()
    body = bytes(range(256)) * 2000
    put = client.put_object(
        Bucket=BUCKET,
        Key=key,
        Body=body,
        ContentType="application/json",
        ContentEncoding="gzip",
        Metadata={"Message": '{"two  spaces": 1}'},
    )
    stored = client.get_object(Bucket=BUCKET, Key=key)
    head = client.head_object(Bucket=BUCKET, Key=key)
    assert stored["Body"].read() == body
    assert put["ETag"] == stored["ETag"] == head["ETag"]
    assert stored["ContentLength"] == head["ContentLength"] == len(body)
    assert stored["ContentType"] == head["ContentType"] == "application/json"
    assert head["Metadata"] == {"message": '{"two  spaces": 1}'}
    assert [found["Key"] for found in aws.s3_sdk().list_objects_v2(Bucket=BUCKET)["Contents"]] == [key]
    with pytest.raises(aws.Refused) as raised:
        client.put_object(Bucket=BUCKET, Key=key, Body=b"", IfNoneMatch="*")
    assert raised.value.code == "PreconditionFailed"
    client.delete_object(Bucket=BUCKET, Key=key)
    with pytest.raises(client.exceptions.NoSuchKey):
        client.get_object(Bucket=BUCKET, Key=key)
    with pytest.raises(aws.Refused) as raised:
        client.head_object(Bucket=BUCKET, Key=key)
    assert raised.value.code == "404"
    client.delete_object(Bucket=BUCKET, Key=key)


def test_an_object_with_a_retention(cloud: str) -> None:
    until = datetime.now(UTC) + timedelta(days=3, microseconds=7)
    version = aws.s3().put_object(
        Bucket=LOCKED,
        Key=f"locked-by-{cloud}",
        Body=b"x",
        ObjectLockMode="GOVERNANCE",
        ObjectLockRetainUntilDate=until,
        IfNoneMatch="*",
    )["VersionId"]
    head = aws.s3_sdk().head_object(Bucket=LOCKED, Key=f"locked-by-{cloud}")
    assert head["ObjectLockMode"] == "GOVERNANCE"
    assert abs(head["ObjectLockRetainUntilDate"] - until) < timedelta(seconds=1)
    with pytest.raises(aws.Refused) as raised:
        aws.s3_sdk().delete_object(Bucket=LOCKED, Key=f"locked-by-{cloud}", VersionId=version)
    assert raised.value.code == "AccessDenied"


def test_presigned_urls(cloud: str) -> None:
    client: Any = aws.s3()
    headers = {"Content-Type": "image/jpeg", "If-None-Match": "*"}
    params = {"Bucket": BUCKET, "Key": "a b/é", "ContentType": "image/jpeg", "IfNoneMatch": "*"}
    url = client.generate_presigned_url("put_object", Params=params, ExpiresIn=60)
    request = urllib.request.Request(url, data=b"jpeg", headers=headers, method="PUT")  # noqa: S310
    with urllib.request.urlopen(request) as response:  # noqa: S310
        assert response.status == http.client.OK
    get = {"Bucket": BUCKET, "Key": "a b/é", "ResponseContentDisposition": 'attachment; filename="é.jpg"'}
    url = client.generate_presigned_url("get_object", Params=get, ExpiresIn=60)
    with urllib.request.urlopen(url) as response:  # noqa: S310
        assert response.read() == b"jpeg"
        assert response.headers["Content-Disposition"].startswith("attachment")
    client.delete_object(Bucket=BUCKET, Key="a b/é")
