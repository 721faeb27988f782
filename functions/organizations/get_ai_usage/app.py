"""GET /v1/organizations/me/ai-usage: what AI cost in a month."""

from eal.domain.organizations import ai_usage
from eal.domain.organizations.wire import AiUsageQuery, AiUsageView
from eal.entry.http.api import Api
from eal.entry.http.route import Reader

app = Api()
handler = app.handler


@app.get(
    "/v1/organizations/me/ai-usage",
    summary="Get AI usage",
    operation_id="getAiUsage",
    tag="organizations",
)
def get_ai_usage(query: AiUsageQuery, caller: Reader) -> AiUsageView:
    """Returns what the organization's use of Amazon Bedrock cost in a calendar month, next to its budget. Only live
    mode uses Bedrock, so test mode shows zeros. The provenance of each classification has its own cost.
    """
    return ai_usage.of_month(query, by=caller)
