"""POST /v1/integrations/{vendor}/check: ask a vendor whether it accepts what was entered."""

from eal.domain.integrations import checking
from eal.domain.integrations.wire import IntegrationCheck, IntegrationChecked
from eal.entry.http.api import Api
from eal.entry.http.route import Admin
from eal.vendors.checks import CHECKERS

app = Api()
handler = app.handler


@app.post(
    "/v1/integrations/{vendor}/check",
    summary="Check an integration",
    operation_id="checkIntegration",
    tag="integrations",
    # A change, and a lease that keeps checks apart. The sample's integration is not complete: otherwise, KMS decrypts
    # its secret once per process.
    round_trips=4,
)
def check(vendor: str, body: IntegrationCheck, caller: Admin) -> IntegrationChecked:
    """Asks CallRail, Resend or Twilio whether they accept the stored secrets, and whether what depends on them is set
    up. With `test_phone`, Twilio also texts that number. At most one check in ten seconds. In test mode, no vendor is
    asked.
    """
    return IntegrationChecked.of(checking.check(vendor, body.test_phone, CHECKERS, by=caller))
