"""The file of errors: a spreadsheet executes none of its cells."""

from __future__ import annotations

import csv
import io

from eal.core import aws
from eal.core.tenancy import Tenant
from eal.domain.lead_imports.files import ErrorFile
from eal.domain.lead_imports.model import ImportRef, RowError
from tests.support.aws import UPLOADS_BUCKET


def test_cells_that_look_like_formulas_are_escaped(cloud: None) -> None:
    ref = ImportRef(Tenant("org_x", "live"), "imp_x")
    with ErrorFile() as out:
        out.add(
            [
                RowError(row=1, field="=cmd()", message='a "quoted", word'),
                RowError(row=2, field="＝cmd()", message="é\nx"),  # noqa: RUF001
            ]
        )
        out.put(ref)

    content = (
        aws.s3_sdk().get_object(Bucket=UPLOADS_BUCKET, Key=ref.errors_object_key)["Body"].read().decode()
    )
    assert list(csv.reader(io.StringIO(content, newline=""))) == [
        ["row", "field", "message"],
        ["1", "'=cmd()", 'a "quoted", word'],
        ["2", "'＝cmd()", "é\nx"],  # noqa: RUF001
    ]
