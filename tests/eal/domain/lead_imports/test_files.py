"""The file of errors: nothing in it runs in a spreadsheet."""

from __future__ import annotations

import csv
import io

from eal.core import aws
from eal.core.tenancy import Tenant
from eal.domain.lead_imports.files import ErrorFile
from eal.domain.lead_imports.model import Place, RowError
from tests.support.aws import UPLOADS_BUCKET


def test_the_file(cloud: None) -> None:
    place = Place(Tenant("org_x", "live"), "imp_x")
    with ErrorFile() as out:
        out.add(
            [
                RowError(row=1, field="=cmd()", message='a "quoted", word'),
                RowError(row=2, field="＝cmd()", message="é\nx"),  # noqa: RUF001
            ]
        )
        out.put(place)

    content = aws.s3().get_object(Bucket=UPLOADS_BUCKET, Key=place.errors)["Body"].read().decode()
    assert list(csv.reader(io.StringIO(content, newline=""))) == [
        ["row", "field", "message"],
        ["1", "'=cmd()", 'a "quoted", word'],
        ["2", "'＝cmd()", "é\nx"],  # noqa: RUF001
    ]
