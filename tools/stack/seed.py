"""Create the demo organization with a member, and print its admin keys and the member's address as JSON.

Needs the environment variables of ApiKeysCreate.
"""

import json
import sys

from eal.core import clock, ids
from eal.core.caller import system
from eal.domain.api_keys import store as keys
from eal.domain.api_keys.model import MAX_REQUESTS_PER_MINUTE
from eal.domain.api_keys.wire import ApiKeyCreate
from eal.domain.families import store as families
from eal.domain.families.model import MAX_CHILDREN, MAX_KEYS, FamilyLimits
from eal.domain.members import store as members
from eal.domain.members.wire import MemberCreate
from eal.domain.organizations import founding
from eal.domain.organizations import store as organizations

NAME = "Summit Restoration (demo)"
MEMBER = MemberCreate(email="dana@example.com", name="Dana Reyes", role="owner")


def create_demo_organization() -> dict[str, object]:
    organization_id = ids.new("org", clock.now())
    request_id = ids.new("req", clock.now())
    creating = system("demo", organization_id, request_id)
    _, _, live = founding.create(NAME, creating)
    creating.transaction.commit()
    limiting = system("demo", organization_id, request_id)
    organizations.limit_keys(MAX_REQUESTS_PER_MINUTE, limiting)  # for load tests and benchmarks
    limiting.transaction.commit()
    growing = system("demo", organization_id, request_id)
    families.limit(FamilyLimits(max_children=MAX_CHILDREN, max_keys=MAX_KEYS), growing)  # for the same
    growing.transaction.commit()
    issuing = system("demo", organization_id, request_id)
    _, test = keys.issue(ApiKeyCreate(name="Demo test admin", scopes=["admin"], mode="test"), issuing)
    issuing.transaction.commit()
    inviting = system("demo", organization_id, request_id)
    members.invite(MEMBER, inviting)
    inviting.transaction.commit()
    return {"keys": {"live_admin": live, "test_admin": test}, "member": MEMBER.email}


if __name__ == "__main__":
    json.dump(create_demo_organization(), sys.stdout)
