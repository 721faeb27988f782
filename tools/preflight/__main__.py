"""Compare a deployment with AWS's limits and rules before it starts: python -m tools.preflight.

Without --account it needs no network. With it, the command also asks the account of the environment's credentials, and
creates nothing. Exit status 1 if there is a fault.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tomllib
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from tools.fixtures.template import ROOT
from tools.preflight import account, limits, names, parameters
from tools.preflight.deployment import Deployment, Settings, templates
from tools.preflight.finding import Finding, report

if TYPE_CHECKING:
    from collections.abc import Iterator


def offline(deployment: Deployment, *, concurrency: int = 1_000, reserved: int = 0) -> Iterator[Finding]:
    """`reserved` are the executions that other functions of the account have reserved."""
    yield from parameters.findings(deployment)
    yield from names.findings(deployment)
    yield from limits.findings(deployment, concurrency=concurrency, reserved_elsewhere=reserved)


def main(arguments: list[str] | None = None) -> int:
    logging.getLogger("samtranslator").setLevel(logging.ERROR)  # warns that it cannot reach its feature flags
    given = _parser().parse_args(arguments)
    stack_name, configured = configuration(given.config_env)
    values = configured | dict(text.split("=", 1) for text in given.parameter)
    settings = Settings(values, given.stack_name or stack_name, given.region)
    if given.account:
        try:
            asked = account.ask(settings)
        except (BotoCoreError, ClientError) as refused:
            text = f"did not answer ({refused}): set the credentials of the account that you deploy to"
            report([Finding("fault", "account", text)])
            return 1
        settings, concurrency, reserved = asked.settings, asked.concurrency, asked.reserved
    else:
        concurrency, reserved = given.concurrency, given.reserved
    deployment = Deployment(templates(), settings)
    good = report(offline(deployment, concurrency=concurrency, reserved=reserved))
    if given.account:
        good = report(account.findings(deployment)) and good
    return 0 if good else 1


def configuration(environment: str) -> tuple[str, dict[str, str]]:
    """The name of the stack and its parameters in an environment of samconfig.toml, as `sam deploy` reads them."""
    # It ignores NAME= without quotes, and so must we.
    from samcli.cli.types import CfnParameterOverridesType  # type: ignore[import-untyped]

    found = tomllib.loads((ROOT / "samconfig.toml").read_text())[environment]
    overrides = found["deploy"]["parameters"].get("parameter_overrides", [])
    given = (overrides,) if isinstance(overrides, str) else tuple(overrides)
    return found["global"]["parameters"]["stack_name"], CfnParameterOverridesType().convert(given, None, None)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.preflight", description=__doc__)
    parser.add_argument(
        "--config-env",
        default="default",
        choices=("default", "production"),
        help="the environment of samconfig.toml, whose stack and parameters are meant",
    )
    parser.add_argument("--stack-name", help="another name of the stack")
    parser.add_argument("--region", default=os.environ.get("AWS_DEFAULT_REGION", "us-east-1"))
    parser.add_argument("--parameter", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument(
        "--concurrency", type=int, default=1_000, help="the account's quota of Lambda executions"
    )
    parser.add_argument(
        "--reserved", type=int, default=0, help="executions that other functions have reserved"
    )
    parser.add_argument("--account", action="store_true", help="ask the account for its quotas and its state")
    return parser


if __name__ == "__main__":
    sys.exit(main())
