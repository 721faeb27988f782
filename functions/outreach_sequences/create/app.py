"""POST /v1/outreach/sequences: create a sequence."""

from eal.domain.outreach.sequences import store as sequences
from eal.domain.outreach.sequences.wire import SequenceCreate, SequenceView
from eal.entry.http.api import Api
from eal.entry.http.route import Created, Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/outreach/sequences",
    summary="Create a sequence",
    operation_id="createSequence",
    tag="outreach",
)
def create(body: SequenceCreate, caller: Writer) -> Created[SequenceView]:
    """Creates a draft. Nothing is sent before the sequence is active and leads or prospects are enrolled in it.

    A sequence is at most 48 KiB of JSON. Its texts are templates with `{{ first_name | default("there") }}` and
    `{% if company %}…{% endif %}`. Variables: first_name, last_name, company, title, city, state, email, sender_name,
    sender_email, postal_address, unsubscribe_url. Filters: default, upper, lower, title, trim.
    """
    return Created(SequenceView.of(sequences.add(body, by=caller)))
