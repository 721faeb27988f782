"""template.yaml and the nested templates."""

from tests.structure.checks import templates
from tests.structure.project import HERE, report
from tools.fixtures.dashboard import examples


def test_the_templates_are_consistent() -> None:
    report(templates.faults(HERE))


def test_buckets_accept_the_headers_that_the_api_asks_an_upload_to_send() -> None:
    for operation in ("createClaimPhoto", "importLeads"):
        headers = examples()[operation][1]["upload"]["headers"]
        assert {name.lower() for name in headers} - {"content-length"} <= templates.UPLOAD_HEADERS
