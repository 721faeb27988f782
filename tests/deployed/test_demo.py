"""`make demo`, which README.md documents."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tools.fixtures.template import ROOT

pytestmark = pytest.mark.deployed


def test_the_demo_prints_each_step_and_succeeds() -> None:
    stack = os.environ.get("EAL_STACK", str(ROOT / ".local" / "stack.json"))

    done = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", "tools.demo", stack],
        cwd=ROOT, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
    assert re.findall(r"^(\d)\. ", done.stdout, re.M) == list("1234567")
    assert "call.qualified" in done.stdout
    assert "acknowledged by a key during the phone call" in done.stdout
    assert "GLACIER_IR after 90 days" in done.stdout
