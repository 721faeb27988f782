"""Documents name existing files, their examples are executed, their generated parts are current, and the index of
decisions equals the folder."""

from tests.structure.checks import documents, generated
from tests.structure.project import HERE, report


def test_documents_are_correct() -> None:
    report(documents.faults(HERE))


def test_generated_parts_are_current() -> None:
    report(generated.faults(HERE))
