"""The functions of the template, with the folder and environment that the benchmarks use."""

from __future__ import annotations

import os
from dataclasses import dataclass

from tools.bench import user_pool
from tools.bench.fake_aws import API
from tools.fixtures.template import functions, template

QUEUE_SUFFIX = "_QUEUE"


@dataclass(frozen=True, slots=True)
class Function:
    folder: str
    environment: dict[str, str]


def of_template(aws_endpoint: str) -> list[Function]:
    """Every function with its environment variables. References to resources are replaced by made-up names."""
    shared = template()["Globals"]["Function"]["Environment"]["Variables"]
    return [
        Function(
            folder=properties["CodeUri"].removeprefix("functions/"),
            environment=environment(
                {**shared, **properties.get("Environment", {}).get("Variables", {})}, aws_endpoint
            ),
        )
        for properties in functions().values()
    ]


def environment(variables: dict[str, object], aws_endpoint: str) -> dict[str, str]:
    """The variables that Lambda sets, and those of the template."""
    settings = {name: _value(name, value, aws_endpoint) for name, value in variables.items()}
    return {
        **settings,
        "STAGE": "local",
        "AUDIT_TABLE_DAYS": "396",
        "AUDIT_RETENTION_DAYS": "2557",
        "PATH": "/usr/bin:/bin",
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_SESSION_TOKEN": "bench",
        "AWS_ENDPOINT_URL": aws_endpoint,
        "EAL_SDK": os.environ.get("EAL_SDK", ""),
        "AWS_LAMBDA_FUNCTION_NAME": "bench",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": "bench",
        "AWS_LAMBDA_LOG_STREAM_NAME": "bench",
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
    }


def _value(name: str, value: object, aws_endpoint: str) -> str:
    if isinstance(value, str):
        return value
    if name == "API_URL":  # of the dashboard: the fake is the API too
        return f"{aws_endpoint}{API}"
    if name == "COGNITO_API_URL":  # and the user pool
        return aws_endpoint
    if name == "DASHBOARD_URL":
        return user_pool.DASHBOARD_URL
    if name.endswith(QUEUE_SUFFIX):
        return f"{aws_endpoint}/123456789012/{name.removesuffix(QUEUE_SUFFIX).lower()}"
    return "COMPLIANCE" if name == "AUDIT_LOCK_MODE" else name.lower().replace("_", "-")
