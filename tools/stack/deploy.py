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

from tools.stack.instance import (
    ARCHITECTURE,
    REGION,
    ROOT,
    Failed,
    Instance,
    read_json,
    say,
    timed,
    write_json,
)
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


def sam(instance: Instance, step: str, *arguments: str, extra: dict[str, str] | None = None) -> None:
    log = instance.log(step)
    environment = instance.credentials() | {
        "SAM_CLI_TELEMETRY": "0",
        # Seconds between its looks at a stack that is ready at once.
        "SAM_CLI_POLL_DELAY": "0.2",
        "PATH": f"{Path(sys.executable).parent}:{instance.credentials().get('PATH', '')}",
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


def build(instance: Instance) -> str:
    """Build unless the same inputs were built already; their fingerprint."""
    wanted = fingerprint()
    if BUILT.exists() and BUILT.read_text() == wanted and (BUILD / "template.yaml").exists():
        say("build", "unchanged")
        return wanted
    BUILT.unlink(missing_ok=True)
    with timed("build", "functions and layers"):
        sam(
            instance,
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


def client(instance: Instance, service: str) -> Any:
    return boto3.client(
        service,  # type: ignore[call-overload]  # the stubs want each name as a literal
        endpoint_url=instance.endpoint,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - MiniStack takes any
    )


def deploy(instance: Instance) -> bool:
    """Bring the stack to what the files say. False when it was that already."""
    wanted = build(instance)
    server = read_json(instance.server).get("identity")
    if read_json(instance.deployed) == {"inputs": wanted, "server": server} and instance.stack.exists():
        say("deploy", "unchanged")
        return False
    with timed("deploy", "the stack"):
        client(instance, "s3").create_bucket(Bucket=ARTIFACTS)
        sam(
            instance,
            "deploy",
            "deploy",
            "--template-file",
            str(BUILD / "template.yaml"),
            "--s3-bucket",
            ARTIFACTS,
            "--parameter-overrides",
            f"Stage=local Architecture={ARCHITECTURE} ReceiverBaseUrl={instance.endpoint}/api/v1/inbound",
        )
        try:
            describe(instance)
            write_local_environment(instance)
        except (ClientError, BotoCoreError) as refused:
            raise Failed(f"the stack is deployed but MiniStack refuses to tell where: {refused}") from refused
    write_json(instance.deployed, {"inputs": wanted, "server": server})
    return True


def stack_resources(instance: Instance, kind: str = "") -> dict[str, str]:
    """Logical id to physical id, of all resources or of one type."""
    return resources(client(instance, "cloudformation"), STACK, kind)


def describe(instance: Instance) -> None:
    """Write stack.json: where everything answers, with the demo keys that it held before."""
    parts = stack_resources(instance)
    publish_api(instance, parts["Api"])
    before = read_json(instance.stack)
    write_json(
        instance.stack,
        {
            "api_url": f"{instance.endpoint}/api/v1",
            "dashboard_url": function_url(instance, parts, "Dashboard"),
            "receivers": {name: function_url(instance, parts, one) for name, one in RECEIVERS.items()},
            "keys": before.get("keys") or {"live_admin": None, "test_admin": None},
            "aws": {
                "endpoint_url": instance.endpoint,
                "region": REGION,
                "audit_bucket": parts.get("AuditBucket"),
            },
        },
    )


def write_local_environment(instance: Instance) -> None:
    """Write env.json: each function's variables for `sam local --env-vars`, with URLs that a container reaches."""
    environments = {
        function: {
            name: value.replace(instance.endpoint, f"http://{CONTAINERS_HOST}:{instance.port}")
            for name, value in function_variables(instance, function).items()
        }
        for function in stack_resources(instance, kind="AWS::Lambda::Function")
    }
    write_json(instance.folder / "env.json", environments)


def publish_api(instance: Instance, api_id: str) -> None:
    """Map /api here to the API, as a custom domain: MiniStack gives an API another id whenever it changes."""
    gateway = client(instance, "apigateway")
    domain = "127.0.0.1"
    if domain not in {one["domainName"] for one in gateway.get_domain_names().get("items", [])}:
        gateway.create_domain_name(domainName=domain)
    for mapping in gateway.get_base_path_mappings(domainName=domain).get("items", []):
        gateway.delete_base_path_mapping(domainName=domain, basePath=mapping["basePath"])
    gateway.create_base_path_mapping(domainName=domain, basePath="api", restApiId=api_id, stage="api")


def function_url(instance: Instance, parts: dict[str, str], function: str) -> str | None:
    """The function's URL on this machine; the one that MiniStack names is on a host of AWS."""
    if f"{function}Url" not in parts:
        return None
    url = client(instance, "lambda").get_function_url_config(FunctionName=parts[function])["FunctionUrl"]
    return f"{instance.endpoint}/_aws/lambda-url/{url.partition('//')[2].partition('.')[0]}"


def function_variables(instance: Instance, function: str) -> dict[str, str]:
    """What the template tells a function, for a tool that has to act as that function would."""
    name = stack_resources(instance)[function]
    configuration = client(instance, "lambda").get_function_configuration(FunctionName=name)
    return {**configuration["Environment"]["Variables"]}


def seed(instance: Instance) -> None:
    """Create the demo organization, once for a server: its keys are shown once, so stack.json keeps them."""
    stack = read_json(instance.stack)
    if all(stack["keys"].values()):
        return
    environment = {
        **instance.credentials(),
        **function_variables(instance, "ApiKeysCreate"),
        "PYTHONPATH": str(ROOT / "layers" / "shared"),
    }
    with timed("demo tenant", "an organization with its admin keys"), instance.log("seed").open("w") as log:
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
        raise Failed("the demo tenant could not be created", instance.log("seed"))
    write_json(instance.stack, stack | {"keys": json.loads(done.stdout)})
