"""Nothing writes to Xactimate, ever."""

import pytest

from eal.core.outbound import address
from tests.functions.calls.test_create import CALL
from tests.structure.checks import xactimate
from tests.structure.project import HERE, report
from tests.support.http import call
from tests.support.tenants import Tenant

URL = "https://api.xactware.com/"


def test_no_code_names_its_hosts_its_files_or_its_codes() -> None:
    report(xactimate.faults(HERE))


@pytest.mark.parametrize(
    "host",
    [
        "xactimate.com", "api.xactware.com", "XACTWARE.COM", "www.xactanalysis.com.", "identity.verisk.com",
        "xactware.co.uk", "xactware.helpdocs.io", "\uff58actimate.com", "xactimate.relay.example.com",
    ],
)  # fmt: skip
def test_no_request_of_ours_can_reach_its_hosts(host: str) -> None:
    """Webhooks, pushes to a CRM and copies of recordings are the requests whose host a customer chooses."""
    with pytest.raises(address.Blocked, match="Xactimate"):
        address.resolve(f"https://{host}/", loopback=True, lookup=lambda _host, _port: ["93.184.216.34"])


@pytest.mark.parametrize("host", ["averisk.com", "myxactimate.com", "xactimate-hooks.example.com"])
def test_a_host_that_only_contains_its_name_is_reached(host: str) -> None:
    assert address.resolve(f"https://{host}/", loopback=False, lookup=lambda _host, _port: ["93.184.216.34"])


def test_no_setting_accepts_its_hosts(tenant: Tenant) -> None:
    for method, path, body in (
        ("POST", "/v1/webhooks", {"url": URL, "events": ["*"]}),
        ("PUT", "/v1/integrations/crm", {"settings": {"url": URL}, "secrets": {"signing_secret": "x" * 24}}),
        ("POST", "/v1/calls", {**CALL, "recording_url": URL}),
    ):
        response = call(method, path, key=tenant.admin, json_body=body)

        assert response.status == 422, response.text
        assert response.json["error"]["details"]["fields"][0]["type"] == "blocked_address"
