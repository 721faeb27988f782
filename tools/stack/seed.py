"""Create the demo organization and print its admin keys as JSON. Needs the environment variables of ApiKeysCreate."""

import json
import sys

from eal.core import clock, ids
from eal.core.caller import system
from eal.domain.api_keys import store as keys
from eal.domain.api_keys.model import MAX_REQUESTS_PER_MINUTE
from eal.domain.api_keys.wire import ApiKeyCreate
from eal.domain.organizations import store as organizations

NAME = "Summit Restoration (demo)"


def create_demo_organization() -> dict[str, str]:
    organization_id = ids.new("org", clock.now())
    request_id = ids.new("req", clock.now())
    creating = system("demo", organization_id, request_id)
    _, _, live = organizations.create(NAME, creating)
    creating.transaction.commit()
    limiting = system("demo", organization_id, request_id)
    organizations.limit_keys(MAX_REQUESTS_PER_MINUTE, limiting)  # for load tests and benchmarks
    limiting.transaction.commit()
    issuing = system("demo", organization_id, request_id)
    _, test = keys.issue(ApiKeyCreate(name="Demo test admin", scopes=["admin"], mode="test"), issuing)
    issuing.transaction.commit()
    return {"live_admin": live, "test_admin": test}


if __name__ == "__main__":
    json.dump(create_demo_organization(), sys.stdout)
