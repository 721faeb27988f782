"""What waits in the stack's dead-letter queues, and back to its queue with it. Needs credentials for its queues.

python -m tools.redrive list [--queue NAME]             what is there, and why
python -m tools.redrive send --queue NAME [--only ID]   send it to its worker again
"""

import argparse
import json
import sys

import boto3

from tools.redrive import letters
from tools.stack.resources import resources


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tools.redrive",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=("list", "send"))
    parser.add_argument("--stack", default="eal", help="the CloudFormation stack's name")
    parser.add_argument("--endpoint-url", help="AWS, where it is not AWS: the local stack's endpoint")
    parser.add_argument(
        "--queue", help="the queue's logical id in its template, such as CallrailQueue, or 'all'"
    )
    parser.add_argument("--only", help="the id of one message")
    chosen = parser.parse_args()
    if chosen.command == "send" and not chosen.queue:
        parser.error("say which --queue, or --queue all")
    found = letters.pairs(
        boto3.client("sqs", endpoint_url=chosen.endpoint_url),
        resources(
            boto3.client("cloudformation", endpoint_url=chosen.endpoint_url), chosen.stack, "AWS::SQS::Queue"
        ),
    )
    wanted = [one for one in found if chosen.queue in (None, "all", one.name)]
    if not wanted:
        parser.error(f"no such queue: {', '.join(one.name for one in found)} are there")
    sqs = boto3.client("sqs", endpoint_url=chosen.endpoint_url)
    for pair in wanted:
        messages = (
            letters.look(sqs, pair) if chosen.command == "list" else letters.send(sqs, pair, chosen.only)
        )
        print(f"{pair.name}: {len(messages)} {'dead' if chosen.command == 'list' else 'sent again'}")
        for letter in messages:
            print(f"  {letter.id}  {letter.reason}  {json.dumps(letter.about)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
