"""List and redrive the dead letters of a stack. Needs AWS credentials with access to its queues.

python -m tools.redrive list [--queue NAME]             list the dead letters with the reason
python -m tools.redrive send --queue NAME [--only ID]   send them to their queue again
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
    parser.add_argument("--stack", default="eal", help="the name of the CloudFormation stack")
    parser.add_argument("--endpoint-url", help="the endpoint of the local stack, instead of AWS")
    parser.add_argument(
        "--queue", help="the logical id of the queue in its template, such as CallrailQueue, or 'all'"
    )
    parser.add_argument("--only", help="the id of one message")
    arguments = parser.parse_args()
    if arguments.command == "send" and not arguments.queue:
        parser.error("send needs --queue NAME or --queue all")
    pairs = letters.pairs(
        boto3.client("sqs", endpoint_url=arguments.endpoint_url),
        resources(
            boto3.client("cloudformation", endpoint_url=arguments.endpoint_url),
            arguments.stack,
            "AWS::SQS::Queue",
        ),
    )
    selected = [pair for pair in pairs if arguments.queue in (None, "all", pair.name)]
    if not selected:
        parser.error(
            f"unknown queue {arguments.queue}: the queues are {', '.join(pair.name for pair in pairs)}"
        )
    sqs = boto3.client("sqs", endpoint_url=arguments.endpoint_url)
    for pair in selected:
        messages = (
            letters.peek(sqs, pair)
            if arguments.command == "list"
            else letters.send(sqs, pair, arguments.only)
        )
        print(
            f"{pair.name}: {len(messages)} {'dead letters' if arguments.command == 'list' else 'sent again'}"
        )
        for letter in messages:
            print(f"  {letter.id}  {letter.reason}  {json.dumps(letter.about)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
