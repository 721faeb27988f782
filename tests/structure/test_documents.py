"""Documents name what exists, their examples are executed, and the index of decisions equals the folder."""

from tests.structure.checks import documents
from tests.structure.project import HERE, report


def test_documents_name_what_exists() -> None:
    report(documents.faults(HERE))
