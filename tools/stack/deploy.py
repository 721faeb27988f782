"""Build template.yaml with SAM, deploy it to MiniStack, and find out where its parts answer."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from tools.stack.place import ARCHITECTURE, REGION, ROOT, Failed, Place, read_json, say, timed, write_json
from tools.stack.resources import resources

STACK = "eal"
ARTIFACTS = "artifacts"
BUILD = ROOT / ".local" / "build"
BUILT = ROOT / ".local" / "build.sha256"
# What a container calls this machine.
CONTAINERS_HOST = "host.docker.internal"
# stack.json's name of a receiver: its function's logical id. One that the template does not have is null.
RECEIVERS = {"callrail": "InboundCallrail", "resend": "InboundResend", "stripe": "InboundStripe"}


def inputs() -> Iterator[Path]:
    yield from (ROOT / "template.yaml", ROOT / "samconfig.toml", ROOT / "tools" / "requirements.txt")
    for folder in ("layers", "functions"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path


def fingerprint() -> str:
    """Of all that a build is made of."""
    digest = hashlib.sha256(sys.version.encode())
    for path in inputs():
        content = path.read_bytes() if path.exists() else b""
        digest.update(f"{path.relative_to(ROOT)} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def sam(place: Place, step: str, *arguments: str, extra: dict[str, str] | None = None) -> None:
    log = place.log(step)
    environment = place.credentials() | {
        "SAM_CLI_TELEMETRY": "0",
        # Seconds between its looks at a stack that is ready at once.
        "SAM_CLI_POLL_DELAY": "0.2",
        "PATH": f"{Path(sys.executable).parent}:{place.credentials().get('PATH', '')}",
        **(extra or {}),
    }
    # Without --config-file SAM looks for samconfig.toml beside the built template.
    config = ("--config-file", str(ROOT / "samconfig.toml"), "--config-env", "local")
    command = [sys.executable, "-m", "samcli", *arguments, *config]
    with log.open("w") as out:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode != 0:
        raise Failed(f"sam {step} failed: mend what the lines above say and run the same command again", log)


def build(place: Place) -> str:
    """Build unless the same inputs were built already; their fingerprint."""
    wanted = fingerprint()
    if BUILT.exists() and BUILT.read_text() == wanted and (BUILD / "template.yaml").exists():
        say("build", "unchanged")
        return wanted
    BUILT.unlink(missing_ok=True)
    with timed("build", "functions and layers"):
        sam(
            place,
            "build",
            "build",
            "--build-dir",
            str(BUILD),
            "--cache-dir",
            str(ROOT / ".local" / "cache"),
            extra={"PYTHON": sys.executable},
        )
    BUILT.write_text(wanted)
    return wanted


def client(place: Place, service: str) -> Any:
    return boto3.client(
        service,  # type: ignore[call-overload]  # the stubs want each name as a literal
        endpoint_url=place.endpoint,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - MiniStack takes any
    )


def deploy(place: Place) -> bool:
    """Bring the stack to what the files say. False when it was that already."""
    wanted = build(place)
    server = read_json(place.server).get("identity")
    if read_json(place.deployed) == {"inputs": wanted, "server": server} and place.stack.exists():
        say("deploy", "unchanged")
        return False
    with timed("deploy", "the stack"):
        client(place, "s3").create_bucket(Bucket=ARTIFACTS)
        sam(
            place,
            "deploy",
            "deploy",
            "--template-file",
            str(BUILD / "template.yaml"),
            "--s3-bucket",
            ARTIFACTS,
            "--parameter-overrides",
            f"Stage=local Architecture={ARCHITECTURE} ReceiverBaseUrl={place.endpoint}/api/v1/inbound",
        )
        try:
            describe(place)
            write_local_environment(place)
        except (ClientError, BotoCoreError) as refused:
            raise Failed(f"the stack is deployed but MiniStack refuses to tell where: {refused}") from refused
    write_json(place.deployed, {"inputs": wanted, "server": server})
    return True


def stack_resources(place: Place, kind: str = "") -> dict[str, str]:
    """Logical id to physical id, of all resources or of one type."""
    return resources(client(place, "cloudformation"), STACK, kind)


def describe(place: Place) -> None:
    """Write stack.json: where everything answers, with the demo keys that it held before."""
    parts = stack_resources(place)
    publish_api(place, parts["Api"])
    before = read_json(place.stack)
    write_json(
        place.stack,
        {
            "api_url": f"{place.endpoint}/api/v1",
            "dashboard_url": function_url(place, parts, "Dashboard"),
            "receivers": {name: function_url(place, parts, one) for name, one in RECEIVERS.items()},
            "keys": before.get("keys") or {"live_admin": None, "test_admin": None},
            "aws": {
                "endpoint_url": place.endpoint,
                "region": REGION,
                "audit_bucket": parts.get("AuditBucket"),
            },
        },
    )


def write_local_environment(place: Place) -> None:
    """Write env.json: each function's variables for `sam local --env-vars`, with URLs that a container reaches."""
    environments = {
        function: {
            name: value.replace(place.endpoint, f"http://{CONTAINERS_HOST}:{place.port}")
            for name, value in function_variables(place, function).items()
        }
        for function in stack_resources(place, kind="AWS::Lambda::Function")
    }
    write_json(place.folder / "env.json", environments)


def publish_api(place: Place, api_id: str) -> None:
    """Map /api here to the API, as a custom domain: MiniStack gives an API another id whenever it changes."""
    gateway = client(place, "apigateway")
    domain = "127.0.0.1"
    if domain not in {one["domainName"] for one in gateway.get_domain_names().get("items", [])}:
        gateway.create_domain_name(domainName=domain)
    for mapping in gateway.get_base_path_mappings(domainName=domain).get("items", []):
        gateway.delete_base_path_mapping(domainName=domain, basePath=mapping["basePath"])
    gateway.create_base_path_mapping(domainName=domain, basePath="api", restApiId=api_id, stage="api")


def function_url(place: Place, parts: dict[str, str], function: str) -> str | None:
    """The function's URL on this machine; the one that MiniStack names is on a host of AWS."""
    if f"{function}Url" not in parts:
        return None
    url = client(place, "lambda").get_function_url_config(FunctionName=parts[function])["FunctionUrl"]
    return f"{place.endpoint}/_aws/lambda-url/{url.partition('//')[2].partition('.')[0]}"


def function_variables(place: Place, function: str) -> dict[str, str]:
    """What the template tells a function, for a tool that has to act as that function would."""
    name = stack_resources(place)[function]
    configuration = client(place, "lambda").get_function_configuration(FunctionName=name)
    return {**configuration["Environment"]["Variables"]}


def seed(place: Place) -> None:
    """Create the demo organization, once for a server: its keys are shown once, so stack.json keeps them."""
    stack = read_json(place.stack)
    if all(stack["keys"].values()):
        return
    environment = {
        **place.credentials(),
        **function_variables(place, "ApiKeysCreate"),
        "PYTHONPATH": str(ROOT / "layers" / "shared"),
    }
    with timed("demo tenant", "an organization with its admin keys"), place.log("seed").open("w") as log:
        done = subprocess.run(
            [sys.executable, ROOT / "tools" / "stack" / "seed.py"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            check=False,
        )
    if done.returncode != 0:
        raise Failed("the demo tenant could not be created", place.log("seed"))
    write_json(place.stack, stack | {"keys": json.loads(done.stdout)})
