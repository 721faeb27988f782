"""Rehearse a deployment without an account: python -m tools.rehearse, or make rehearse.

Runs the checks of tools.preflight for production and for staging, cfn-lint on the expanded templates, and simulations
of IAM and of the order in which CloudFormation creates and deletes. Ends with what only AWS can answer. Exit status 1
if there is a fault.
"""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.fixtures.template import ROOT
from tools.preflight.__main__ import offline
from tools.preflight.deployment import Deployment, Settings, templates
from tools.preflight.finding import Finding, report
from tools.rehearse import calls, costs, grants, order, services

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

STAGES = ("production", "staging")
GUIDE = ROOT / "docs" / "operations.md"
ONLY_AWS = "### What only AWS can answer"
"""The section of GUIDE whose table the rehearsal prints."""


def main() -> int:
    logging.getLogger("samtranslator").setLevel(logging.ERROR)  # warns that it cannot reach its feature flags
    expanded = templates()
    deployments = {stage: Deployment(expanded, Settings({"Stage": stage})) for stage in STAGES}
    good = True
    for stage, deployment in deployments.items():
        good = report(_stage(stage, deployment)) and good
    good = report(_lint(expanded)) and good
    good = report(_grants(deployments["production"])) and good
    _print_idle_costs(deployments)
    print("\nOnly AWS can answer:")
    for question, command in only_aws():
        print(f"- {question}: {command}")
    print("\nready for a first deployment" if good else "\nnot ready: mend the faults above")
    return 0 if good else 1


def _stage(stage: str, deployment: Deployment) -> Iterator[Finding]:
    for checked in (offline, order.findings, services.findings):
        for finding in checked(deployment):
            yield finding._replace(subject=f"{stage}: {finding.subject}")


def _grants(deployment: Deployment) -> Iterator[Finding]:
    try:
        recorded = calls.recorded()
    except subprocess.CalledProcessError:
        yield Finding("fault", "grants", "a test that records calls failed: mend it first")
    else:
        yield from grants.findings(grants.Roles(deployment), recorded)


def _lint(expanded: Mapping[str, dict[str, Any]]) -> Iterator[Finding]:
    """cfn-lint on the templates after SAM's transform, with the body of the API, which it does not see otherwise."""
    with tempfile.TemporaryDirectory() as folder:
        for path, template in expanded.items():
            file = Path(folder) / f"{path.replace('/', '-')}.json"
            file.write_text(json.dumps(template, indent=1))
        command = (Path(sys.executable).with_name("cfn-lint"), "--format", "parseable", f"{folder}/*.json")
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        lines = (done.stdout + done.stderr).splitlines()
        for line in lines:
            yield Finding("fault", "cfn-lint", line.removeprefix(f"{folder}/"))
    if done.returncode and not lines:
        yield Finding(
            "fault", "cfn-lint", f"ended with status {done.returncode} and without output: run it by hand"
        )
    if done.returncode == 0:
        yield Finding("ok", "cfn-lint", f"{len(expanded)} expanded templates are valid")


def _print_idle_costs(deployments: Mapping[str, Deployment]) -> None:
    for stage, deployment in deployments.items():
        parts = [cost for cost in costs.idle(deployment) if cost.number]
        print(f"\n{stage} costs {sum(cost.dollars for cost in parts):.2f} dollars a month if nobody uses it:")
        for cost in parts:
            print(f"{cost.dollars:8.2f}  {cost.number} {cost.what}")


def only_aws() -> list[tuple[str, str]]:
    """Questions that only AWS can answer, as the guide has them: question, and the command or step that asks it."""
    section = GUIDE.read_text().partition(ONLY_AWS)[2].partition("\n#")[0]
    rows = re.findall(r"^\| (.+?) \| (.+?) \|", section, re.MULTILINE)
    return [(question, command) for question, command in rows[1:] if not question.startswith("-")]


if __name__ == "__main__":
    sys.exit(main())
