"""Documents name existing files, their examples are executed, and the index of decisions equals the folder."""

from tests.structure.checks import documents
from tests.structure.project import HERE, report


def test_documents_are_correct() -> None:
    report(documents.faults(HERE))
