"""The file of errors: nothing in it runs in a spreadsheet."""

from __future__ import annotations

import csv
import io

import pytest

from eal import aws
from eal.lead_imports.files import ErrorFile, harmless
from eal.lead_imports.model import Place, RowError
from tests.support.aws import UPLOADS_BUCKET


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_what_begins_a_formula_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == "'" + text


@pytest.mark.parametrize("text", ["", "email", "a=b", "metadata.=1", "is required"])
def test_anything_else_stays(text: str) -> None:
    assert harmless(text) == text


def test_the_file(cloud: None) -> None:
    place = Place("org_x", "live", "imp_x")
    with ErrorFile() as out:
        out.add(
            [RowError(row=1, field="=cmd()", message='a "quoted", word'), RowError(row=2, message="é\nx")]
        )
        out.put(place)

    content = aws.s3().get_object(Bucket=UPLOADS_BUCKET, Key=place.errors)["Body"].read().decode()
    assert list(csv.reader(io.StringIO(content, newline=""))) == [
        ["row", "field", "message"],
        ["1", "'=cmd()", 'a "quoted", word'],
        ["2", "", "é\nx"],
    ]
