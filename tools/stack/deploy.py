"""Build template.yaml with SAM, deploy it to MiniStack, and write the addresses of its resources to stack.json."""

import hashlib
import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
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
CACHE = ROOT / ".local" / "cache"
# The host name of this machine in a container.
CONTAINERS_HOST = "host.docker.internal"
# The name of a receiver in stack.json, and the logical id of its function. A function that is not deployed is null.
RECEIVERS = {
    "callrail": "InboundCallrail",
    "resend": "InboundResend",
    "stripe": "InboundStripe",
    "twilio": "InboundTwilio",
}

# Fakes of vendors' APIs (tools.fixtures): the environment variable with an address, and the template's parameter.
FAKES = {
    "CALLRAIL_API_URL": "CallrailApiUrl",
    "GOOGLE_API_URL": "GoogleApiUrl",
    "RESEND_API_URL": "ResendApiUrl",
    "TWILIO_API_URL": "TwilioApiUrl",
}


def inputs() -> Iterator[Path]:
    yield from (ROOT / "template.yaml", ROOT / "samconfig.toml", ROOT / "tools" / "requirements.txt")
    for folder in ("layers", "functions"):
        yield from files(ROOT / folder)


def files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path


def fingerprint(paths: Iterable[Path]) -> str:
    """The SHA-256 of every input of a build, or of some of them."""
    digest = hashlib.sha256(sys.version.encode())
    for path in paths:
        content = path.read_bytes() if path.exists() else b""
        digest.update(f"{path.relative_to(ROOT)} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def cache() -> Path:
    """SAM's cache of built functions and layers, emptied if layers/build has changed: SAM compares only the folder of
    each layer with that of its last build.
    """
    current = CACHE / fingerprint(files(ROOT / "layers" / "build"))[:16]
    if CACHE.exists() and not current.exists():
        shutil.rmtree(CACHE)
    return current


def sam(instance: Instance, step: str, *arguments: str, extra: dict[str, str] | None = None) -> None:
    log = instance.log(step)
    environment = instance.credentials() | {
        "SAM_CLI_TELEMETRY": "0",
        # Seconds between polls; MiniStack deploys a stack synchronously.
        "SAM_CLI_POLL_DELAY": "0.2",
        "PATH": f"{Path(sys.executable).parent}:{instance.credentials().get('PATH', '')}",
        **(extra or {}),
    }
    # Without --config-file, SAM looks for samconfig.toml next to the built template.
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
        raise Failed(f"sam {step} failed: fix the errors above and run the command again", log)


def build(instance: Instance) -> str:
    """Build the template unless its inputs are unchanged. Returns their fingerprint."""
    inputs_sha256 = fingerprint(inputs())
    if BUILT.exists() and BUILT.read_text() == inputs_sha256 and (BUILD / "template.yaml").exists():
        say("build", "unchanged")
        return inputs_sha256
    BUILT.unlink(missing_ok=True)
    with timed("build", "functions and layers"):
        sam(
            instance,
            "build",
            "build",
            "--build-dir",
            str(BUILD),
            "--cache-dir",
            str(cache()),
            extra={"PYTHON": sys.executable},
        )
    BUILT.write_text(inputs_sha256)
    return inputs_sha256


def client(instance: Instance, service: str) -> Any:
    return boto3.client(
        service,  # type: ignore[call-overload]  # the stubs require a literal name
        endpoint_url=instance.endpoint,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - MiniStack accepts any
    )


def deploy(instance: Instance) -> bool:
    """Deploy the template. Returns False if its inputs and the server are unchanged."""
    inputs_sha256 = build(instance)
    server = read_json(instance.server).get("identity")
    fakes = [f"{name}={os.environ[variable]}" for variable, name in FAKES.items() if os.environ.get(variable)]
    deployed = {"inputs": inputs_sha256, "server": server, "fakes": fakes}
    if read_json(instance.deployed) == deployed and instance.stack.exists():
        say("deploy", "unchanged")
        return False
    instance.deployed.unlink(missing_ok=True)
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
            f"Stage=local Architecture={ARCHITECTURE} ReserveConcurrency=on "
            f"PublicBaseUrl={instance.endpoint}/api "
            f"ReceiverBaseUrl={instance.endpoint}/api/v1/inbound "
            f"DashboardUrl={instance.dashboard} CognitoApiUrl={instance.endpoint} {' '.join(fakes)}",
        )
        try:
            describe(instance)
            write_local_environment(instance)
        except (ClientError, BotoCoreError) as error:
            raise Failed(
                f"the stack is deployed, but MiniStack does not return its addresses: {error}"
            ) from error
    write_json(instance.deployed, deployed)
    return True


def stack_resources(instance: Instance, kind: str = "") -> dict[str, str]:
    """Physical ids by logical id, of all resources or of one type."""
    return resources(client(instance, "cloudformation"), STACK, kind)


def describe(instance: Instance) -> None:
    """Write stack.json: the addresses of the stack, and the demo keys that the file had before."""
    physical_ids = stack_resources(instance)
    publish_api(instance, physical_ids["Api"])
    publish_dashboard(instance, physical_ids["DashboardApi"])
    before = read_json(instance.stack)
    write_json(
        instance.stack,
        {
            "api_url": f"{instance.endpoint}/api/v1",
            "dashboard_url": f"{instance.dashboard}/",
            "receivers": {
                name: function_url(instance, physical_ids, function) for name, function in RECEIVERS.items()
            },
            "keys": before.get("keys") or {"live_admin": None, "test_admin": None},
            "member": before.get("member") or {"email": None, "password": None},
            "aws": {
                "endpoint_url": instance.endpoint,
                "region": REGION,
                "audit_bucket": physical_ids.get("AuditBucket"),
            },
        },
    )


def write_local_environment(instance: Instance) -> None:
    """Write env.json: the variables of each function for `sam local --env-vars`, with URLs for use in a container."""
    environments = {
        function: {
            name: value.replace(instance.endpoint, f"http://{CONTAINERS_HOST}:{instance.port}")
            for name, value in function_variables(instance, function).items()
        }
        for function in stack_resources(instance, kind="AWS::Lambda::Function")
    }
    write_json(instance.folder / "env.json", environments)


def publish_api(instance: Instance, api_id: str) -> None:
    """Map /api of the server to the API with a custom domain, because MiniStack changes the API's id on each update."""
    gateway = client(instance, "apigateway")
    domain = "127.0.0.1"
    if domain not in {item["domainName"] for item in gateway.get_domain_names().get("items", [])}:
        gateway.create_domain_name(domainName=domain)
    for mapping in gateway.get_base_path_mappings(domainName=domain).get("items", []):
        gateway.delete_base_path_mapping(domainName=domain, basePath=mapping["basePath"])
    gateway.create_base_path_mapping(domainName=domain, basePath="api", restApiId=api_id, stage="api")


def publish_dashboard(instance: Instance, api_id: str) -> None:
    """Map the host name of the dashboard to its HTTP API."""
    gateway = client(instance, "apigatewayv2")
    domain = instance.dashboard.partition("//")[2].partition(":")[0]
    if domain not in {item["DomainName"] for item in gateway.get_domain_names().get("Items", [])}:
        gateway.create_domain_name(DomainName=domain)
    for mapping in gateway.get_api_mappings(DomainName=domain).get("Items", []):
        gateway.delete_api_mapping(DomainName=domain, ApiMappingId=mapping["ApiMappingId"])
    if gateway.get_stages(ApiId=api_id)["Items"]:  # the stage belongs to the dashboard's own stack
        gateway.create_api_mapping(DomainName=domain, ApiId=api_id, Stage="$default")


def function_url(instance: Instance, physical_ids: dict[str, str], function: str) -> str | None:
    """The URL of a function on this machine. The URL that MiniStack returns has a host name of AWS."""
    if f"{function}Url" not in physical_ids:
        return None
    url = client(instance, "lambda").get_function_url_config(FunctionName=physical_ids[function])[
        "FunctionUrl"
    ]
    return f"{instance.endpoint}/_aws/lambda-url/{url.partition('//')[2].partition('.')[0]}"


def function_variables(instance: Instance, function: str) -> dict[str, str]:
    """The environment variables of a function, for a tool that runs the same code."""
    name = stack_resources(instance)[function]
    configuration = client(instance, "lambda").get_function_configuration(FunctionName=name)
    return {**configuration["Environment"]["Variables"]}


def seed(instance: Instance) -> None:
    """Create the demo organization once per server, and store its keys and the password of its member in stack.json,
    because the API shows keys once.
    """
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
        raise Failed("the demo tenant was not created", instance.log("seed"))
    seeded = json.loads(done.stdout)
    password = create_account(instance, seeded["member"])
    member = {"email": seeded["member"], "password": password}
    write_json(instance.stack, stack | {"keys": seeded["keys"], "member": member})


def create_account(instance: Instance, email: str) -> str:
    """An account of the user pool for the demo member, with a random password, which this returns."""
    cognito, pool = client(instance, "cognito-idp"), stack_resources(instance)["UserPool"]
    password = secrets.token_urlsafe(18)
    attributes = [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]
    cognito.admin_create_user(
        UserPoolId=pool,
        Username=email,
        UserAttributes=attributes,
        TemporaryPassword=password,  # MiniStack's own is shorter than the pool's policy allows
        MessageAction="SUPPRESS",
    )
    cognito.admin_set_user_password(UserPoolId=pool, Username=email, Password=password, Permanent=True)
    return password
