"""Write people's corrections of calls as a set for `tools.evaluate classify_call --set`, one item a line.

python -m tools.evaluate.corrections --stack eal --organization org_… > corrections.jsonl

Only calls in live mode of organizations whose setting `ai.share_corrections` is true. The transcripts are redacted, and
numbers, names and notes are left out. Needs AWS credentials that may read the stack's State table. The redaction does
not find everything: treat the file as personal data, and delete it with the next erasure that concerns it.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

sys.path.insert(0, str(Path(__file__).parents[2] / "layers" / "shared"))

from eal.ai.redaction.transcript import redact
from eal.core import clock, ids
from eal.core.caller import system
from eal.domain.calls import corrections, store
from eal.domain.organization_settings import ai as ai_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.domain.calls.model import CallRecord, Correction


class NotShared(Exception):
    """The organization has not allowed the use of its corrections."""


def items(organization_id: str) -> Iterator[dict[str, Any]]:
    """The corrected calls of an organization, oldest first. The labels are the fields that the person decided.

    Raises: NotShared.
    """
    if not ai_settings.shares_corrections(organization_id):
        raise NotShared(f"{organization_id}: its setting ai.share_corrections is false")
    by = system("evaluate", organization_id, ids.new("req", clock.now()))
    for call_id in corrections.corrected_call_ids(by.tenant):
        record = store.find(call_id, by)
        if record and record.call.correction and record.transcript:
            yield _item(record, record.call.correction, record.transcript)


def _item(record: CallRecord, correction: Correction, transcript: str) -> dict[str, Any]:
    call, newest = record.call, record.call.newest_run
    names = [call.facts.caller_name] if call.facts.caller_name else []
    return {
        "id": call.id,
        "transcript": redact(transcript, known_names=names).text,
        "duration_seconds": call.facts.duration_seconds,
        "voicemail": call.facts.voicemail or False,
        "labels": correction.fields,
        "answer": {
            "intent": newest.intent,
            "urgency": newest.urgency,
            "qualified": newest.qualified,
            "safety": newest.safety,
            "model": newest.model,
        }
        if newest
        else None,
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tools.evaluate.corrections",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--stack", default="eal", help="the name of the CloudFormation stack")
    parser.add_argument(
        "--organization", required=True, nargs="+", metavar="ID", help="the organizations to export"
    )
    arguments = parser.parse_args()
    stack = boto3.client("cloudformation").describe_stacks(StackName=arguments.stack)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    os.environ["STATE_TABLE"] = outputs["StateTableName"]
    os.environ.setdefault("EAL_SDK", "botocore")  # only botocore finds credentials outside the environment
    for organization_id in arguments.organization:
        try:
            for item in items(organization_id):
                print(json.dumps(item, ensure_ascii=False))
        except NotShared as refused:
            print(refused, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
