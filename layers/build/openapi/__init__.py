"""Files that functions read in place of the OpenAPI document, which takes too long to parse. No file is committed."""

from typing import Any

type Node = dict[str, Any]
"""A JSON object of the document or of a file that is derived from it."""
