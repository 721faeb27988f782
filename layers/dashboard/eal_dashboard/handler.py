"""The handler of the Lambda function."""

from __future__ import annotations

import asyncio
import logging
import os

from mangum import Mangum

from eal_dashboard import app

logging.getLogger("dashboard").setLevel(os.environ.get("LOG_LEVEL", "INFO"))
logging.getLogger("mangum").setLevel(logging.ERROR)
# Mangum 0.22.0 wants an event loop when it is made, and Python 3.13 makes none by itself.
asyncio.set_event_loop(asyncio.new_event_loop())
handler = Mangum(app.build(), lifespan="off")
