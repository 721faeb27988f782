"""POST /v1/prospects/qualify: qualify prospects."""

from eal.ai.engines.embedded import prospects as rules
from eal.core.caller import Caller
from eal.domain.prospects import store as prospects
from eal.domain.prospects.model import Prospect, Qualification
from eal.domain.prospects.wire import ProspectPage, ProspectQualify
from eal.entry.http.api import Api
from eal.entry.http.route import Writer

app = Api()
handler = app.handler


@app.post(
    "/v1/prospects/qualify",
    summary="Qualify prospects",
    operation_id="qualifyProspects",
    tag="prospects",
    # Changes the prospects that its body names.
    round_trips=3,
)
def qualify(body: ProspectQualify, caller: Writer) -> ProspectPage:
    """Qualifies up to 30 prospects, all or none, and returns them. A prospect whose latest qualification used the same
    rules and the same facts is returned unchanged.
    """
    found = prospects.get_many(body.prospect_ids, by=caller)
    return ProspectPage.complete([_qualified(prospect, caller) for prospect in found])


def _qualified(prospect: Prospect, by: Caller) -> Prospect:
    facts = rules.ProspectFacts(
        company=prospect.company,
        contact_title=prospect.contact.title if prospect.contact else None,
        email=prospect.email,
        has_phone=bool(prospect.phones),
        enrichment=prospect.enrichment,
        notes=prospect.notes,
        in_service_area=prospects.in_service_area(prospect, by),
    )
    last = prospect.qualification.provenance
    if last and (last.input_sha256, last.model) == (facts.sha256, rules.VERSION):
        return prospect
    judgement, provenance = rules.judge(facts)
    qualification = Qualification.of(
        judgement.qualified,
        confidence=judgement.confidence,
        reasons=judgement.reasons,
        provenance=provenance,
        at=by.at,
    )
    return prospects.record(prospect, qualification, by)
