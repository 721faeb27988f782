"""The tone of a text that is written."""

from typing import Literal

type Tone = Literal["professional", "friendly", "formal", "brief", "empathetic"]
