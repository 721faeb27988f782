"""API reference: every operation of the OpenAPI document, with samples for this organization's mode."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from eal_dashboard import reference, samples
from eal_dashboard.operations import OPERATIONS
from eal_dashboard.page import Page, PageNotFound

if TYPE_CHECKING:
    from eal_dashboard.operations import Json


def _all(values: Json) -> Json:
    read = reference.load()
    searched = values["query"].get("q", "").strip()[:100]
    return {
        "reference": read,
        "operations": OPERATIONS,
        "searched": searched,
        "found": read.search(searched),
    }


def _one(values: Json) -> Json:
    """Raises: PageNotFound."""
    read, name = reference.load(), values["path"]["operation"]
    if name not in read.operations:
        raise PageNotFound
    described = read.operations[name]
    language = values["query"].get("language", "")
    language = language if language in samples.LANGUAGES else "curl"
    sample = read.sample(name, os.environ["API_URL"])
    _, write = samples.LANGUAGES[language]
    example = described.response_example
    return {
        "reference": read,
        "operations": OPERATIONS,
        "name": name,
        "operation": OPERATIONS[name],
        "described": described,
        "parameters": read.parameters(name),
        "language": language,
        "languages": {key: title for key, (title, _) in samples.LANGUAGES.items()},
        "sample": write(sample) if described.takes_keys else "",
        "export": samples.export(values["member"].mode) if sample.has_key else "",
        "example": json.dumps(example, indent=2, ensure_ascii=False) if example is not None else "",
    }


PAGES = (
    Page(
        path="/reference",
        title="API reference",
        template="reference/index.html",
        group="Developers",
        nav="API reference",
        icon="book",
        prepare=_all,
    ),
    Page(
        path="/reference/{operation}",
        title="API reference",
        template="reference/operation.html",
        under="/reference",
        prepare=_one,
    ),
)
