"""The documentation's verifier run on a raw request: in Node, or its twin in Python where there is no Node."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.demo.receiver import Received

SCRIPT = Path(__file__).with_name("verify.mjs")


def engine() -> str:
    return "Node" if shutil.which("node") else "Python (there is no Node here)"


def accepts(request: Received, secret: str) -> bool:
    """Whether the verifier answers 200 to this request."""
    node = shutil.which("node")
    if node is None:
        return _twin(request, secret)
    done = subprocess.run(
        [node, str(SCRIPT)],
        input=json.dumps({"headers": request.headers, "body": base64.b64encode(request.body).decode()}),
        env={**os.environ, "EAL_WEBHOOK_SECRET": secret},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip() == "200"


def _twin(request: Received, secret: str) -> bool:
    signed = request.headers["x-eal-timestamp"].encode() + b"." + request.body
    expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return hmac.compare_digest(request.headers["x-eal-signature"], expected)
