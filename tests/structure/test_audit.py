"""tools.audit: the judgement on what pip-audit reports."""

from __future__ import annotations

import pytest

from tools.audit.__main__ import Audited, judge, own_keys

CLEAN: Audited = {"name": "six", "version": "1.17.0", "vulns": []}
FOUND: Audited = {
    "name": "jinja2",
    "version": "3.1.0",
    "vulns": [{"id": "CVE-2024-1", "fix_versions": ["3.1.6"]}],
}
UNKNOWN: Audited = {
    "name": "nh3",
    "skip_reason": "Dependency not found on PyPI and could not be audited: nh3 (0.3.8)",
}


@pytest.mark.parametrize(
    ("audited", "status", "printed"),
    [
        ([CLEAN], 0, "1 packages, 0 known vulnerabilities"),
        ([CLEAN, FOUND], 1, "jinja2 3.1.0: CVE-2024-1, fixed in 3.1.6"),
        ([CLEAN, UNKNOWN], 2, "could not be asked about nh3"),
        ([FOUND, UNKNOWN], 1, "could not be asked about nh3"),
        ([], 2, "could not be asked about any package"),
    ],
)
def test_an_audit_that_could_not_ask_does_not_pass(
    audited: list[Audited], status: int, printed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert judge(audited) == status
    assert printed in capsys.readouterr().out


def test_a_key_of_this_product_is_a_secret_and_a_placeholder_is_none() -> None:
    pattern = own_keys()

    assert pattern.search(b"eal_live" + b"_" + b"k" * 37)
    assert not pattern.search(b"eal_live_" + b"0" * 37)
