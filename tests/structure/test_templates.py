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


def test_the_dashboard_connects_to_the_buckets_of_uploads_and_to_no_other_host() -> None:
    variables = HERE.functions["DashboardServe"]["Environment"]["Variables"]
    for name, bucket in (("PHOTO_HOSTS", "PhotosBucket"), ("IMPORT_HOSTS", "UploadsBucket")):
        condition, local, deployed = variables[name]["Fn::If"]
        assert (condition, local) == ("HasCognitoApiUrl", {"Ref": "CognitoApiUrl"})
        assert bucket in templates.UPLOADED_BY_BROWSERS
        assert deployed == {
            "Fn::Sub": f"https://${{{bucket}}}.s3.${{AWS::URLSuffix}} "
            f"https://${{{bucket}}}.s3.${{AWS::Region}}.${{AWS::URLSuffix}}"
        }
