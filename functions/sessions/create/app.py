"""POST /v1/sessions: sign in."""

from eal.core import settings
from eal.core.caller import Visitor
from eal.core.errors import ValidationFailed
from eal.domain.members.sessions import signing_in
from eal.domain.members.sessions.wire import OwnSessionView, SessionCreate
from eal.entry.http.api import Api
from eal.entry.http.route import Created
from eal.vendors.cognito import sign_in

app = Api()
handler = app.handler


@app.post("/v1/sessions", summary="Create a session", operation_id="createSession", tag="sessions")
def create(body: SessionCreate, visitor: Visitor) -> Created[OwnSessionView]:
    """Exchanges the code of a sign-in for a session of the dashboard, whose text is in `session` and shown only in this
    response. No key is needed. A code works once, so `Idempotency-Key` has no effect. A sign-in that is refused returns
    403 `sign_in_refused` with its `reason`.
    """
    if body.redirect_uri != settings.dashboard_url() + settings.SIGNED_IN_PATH:
        message = "Must be the address to which sign-ins return."
        raise ValidationFailed.of_field("/redirect_uri", message, "not_the_dashboard")
    account = sign_in.account_of(body.code, body.verifier, body.nonce)
    new = signing_in.sign_in(account, visitor, organization_id=body.organization_id, mode=body.mode)
    return Created(OwnSessionView.of_session(new.session, new.memberships, new.text))
