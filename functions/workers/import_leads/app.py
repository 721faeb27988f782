"""Imports of leads whose file was uploaded: a message is S3's notification of it."""

from eal.entry.consumer import Consumer
from eal.lead_imports import run

handler = Consumer(run.work).handler
