"""`make demo`, which README promises."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tools.fixtures.template import ROOT

pytestmark = pytest.mark.deployed


def test_the_demo_shows_each_step_to_its_end() -> None:
    stack = os.environ.get("EAL_STACK", str(ROOT / ".local" / "stack.json"))

    shown = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", "tools.demo", stack],
        cwd=ROOT, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip

    assert (shown.returncode, shown.stderr) == (0, "")
    assert re.findall(r"^(\d)\. ", shown.stdout, re.M) == list("123456")
    assert "call.qualified" in shown.stdout
    assert "GLACIER_IR after 90 days" in shown.stdout
