"""Cut botocore's service data to the newest models of the services in use (docs/decisions/0003).

Usage: python3.13 -m cut_service_data FOLDER, which contains botocore. A step of layers/build.
"""

import gzip
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# The services that eal calls. A client of another service fails with UnknownServiceError, locally and in Lambda.
SERVICES = (
    "bedrock-runtime",
    "cognito-idp",
    "dynamodb",
    "events",
    "kms",
    "s3",
    "scheduler",
    "secretsmanager",
    "sqs",
)
# Loaded by the clients of all services.
SHARED_DATA = ("_retry.json", "partitions.json", "sdk-default-configuration.json")


def cut_service_data(data: Path) -> None:
    """Keep only the newest models of the services in use, in the folder that botocore's loader reads.

    Measured for the first DynamoDB client of a process, Python 3.13: 184 ms before, 141 ms after. 28 ms of the
    difference is endpoints.json.
    """
    _remove(path for path in data.iterdir() if path.name not in {*SERVICES, *SHARED_DATA, "endpoints.json"})
    for service in SERVICES:
        versions = sorted(path for path in (data / service).iterdir() if path.is_dir())
        _remove(iter(versions[:-1]))
        for path in sorted(versions[-1].iterdir()):
            name = path.name.removesuffix(".gz").removesuffix(".json")
            content = _undocumented(_read_json(path))
            path.unlink()
            if not name.startswith("examples"):
                _write_json(versions[-1] / f"{name}.json", content)
    # 1.3 MB with the regions of all services. The first client of a process parses the whole file.
    endpoints = _read_json(data / "endpoints.json")
    for partition in endpoints["partitions"]:
        partition["services"] = {
            name: partition["services"][name] for name in SERVICES if name in partition["services"]
        }
    _write_json(data / "endpoints.json", endpoints)


def _remove(paths: Iterator[Path]) -> None:
    for path in list(paths):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _undocumented(node: Any) -> Any:
    """The model with empty documentation, which is most of its size and serves only help texts.

    Empty and not absent, because botocore reads the documentation of some parts (S3's client context parameters) on
    every call.
    """
    if isinstance(node, dict):
        return {
            # A shape may have a member with the name documentation, which is an object and not a string.
            key: "" if key == "documentation" and isinstance(value, str) else _undocumented(value)
            for key, value in node.items()
        }
    if isinstance(node, list):
        return [_undocumented(item) for item in node]
    return node


def _read_json(path: Path) -> Any:
    raw = path.read_bytes()
    return json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, separators=(",", ":")))


if __name__ == "__main__":
    cut_service_data(Path(sys.argv[1], "botocore", "data"))
