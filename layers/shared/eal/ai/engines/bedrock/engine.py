"""Asks a model of Bedrock to answer one question by a forced tool, with one repair, within a deadline and a budget."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self, cast

from eal.ai.engines.bedrock import converse
from eal.ai.engines.bedrock.budget import MonthlyBudget
from eal.ai.engines.bedrock.models import Usage, model
from eal.core import aws, observe, settings
from eal.core.errors import Unavailable
from eal.core.schema import ValidationError
from eal.core.table.write import Stale

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from eal.ai.engines.bedrock.budget import Budget
    from eal.ai.engines.bedrock.converse import ModelReply
    from eal.ai.engines.bedrock.models import BedrockModel
    from eal.core.json import Json
    from eal.core.schema import BaseModel
    from eal.core.tenancy import Tenant

DEADLINE_SECONDS = 12.0
"""Time limit for all tries of an answer and its repair, in seconds, unless the question has another. The worker's
timeout leaves as much again for the rest of its work."""
IMAGE_TOKENS = 5_000
"""Assumed tokens of an image, more than one of at most 1,600 pixels has: Claude scales it down to about 1,600 tokens,
Nova counts 2,600 for 1,300 by 1,300 pixels (their guides, "Vision" and "Image understanding")."""
PAUSE_SECONDS = 60.0
"""Pause of this process after a time-out: a Bedrock that hangs takes at most a sixth of its time."""
_MAX_REQUESTS = 2
"""The answer and its repair."""
_OVERHEAD_TOKENS = 1_000
"""Tokens that Bedrock adds to a request with a tool; less than 700 for Claude (its guide, "Tool use")."""
_MAX_FAULT_CHARACTERS = 800
_CHARACTERS_PER_TOKEN = 5
"""Assumed characters of a token: more than in English text, so that a prompt is not taken for longer than it is."""
_REFUSALS = {
    "guardrail_intervened": "bedrock_refused",
    "content_filtered": "bedrock_refused",
    "refusal": "bedrock_refused",
    "model_context_window_exceeded": "bedrock_input_too_long",
}
"""Stop reasons that a repair does not change."""

_paused_until = 0.0


class NotInTestMode(Exception):
    """A test tenant has no Bedrock: test mode calls no model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question[A: BaseModel]:
    """A question for a model. `answer` is the output model, whose fields are the tool's input. `images` are JPEGs.

    `faults` says what is wrong with a well-formed answer, such as a quote that does not occur.
    """

    system: str
    text: str
    tool: str
    answer: type[A]
    max_tokens: int
    faults: Callable[[A], Sequence[str]]
    images: tuple[bytes, ...] = ()
    deadline_seconds: float = DEADLINE_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class AskOutcome[A: BaseModel]:
    """An answer, or the reason for which there is none; and what it cost either way."""

    answer: A | None = None
    failure: str | None = None
    tokens: int = 0
    cost_microusd: int = 0


@dataclass(frozen=True, slots=True)
class Bedrock:
    """The engine for one model and one budget."""

    model: BedrockModel
    budget: Budget

    @classmethod
    def of(cls, tenant: Tenant, monthly_budget_microusd: int, at: datetime) -> Self | None:
        """The engine with the tenant's budget; None if the stack has no model that is listed.

        Raises: NotInTestMode.
        """
        if tenant.mode != "live":
            raise NotInTestMode
        configured = model(settings.bedrock_model() or "")
        return cls(configured, MonthlyBudget(tenant, at, monthly_budget_microusd)) if configured else None

    def answer[A: BaseModel](self, question: Question[A]) -> AskOutcome[A]:
        """The answer, or why there is none. Never raises for a failure of Bedrock."""
        if time.monotonic() < _paused_until:
            return AskOutcome(failure="bedrock_paused")
        messages: list[Json] = [_first_message(question)]
        held = self._most_microusd(question)
        if not self.budget.hold(held):
            return AskOutcome(failure="ai_budget_spent")
        deadline = time.monotonic() + question.deadline_seconds
        usage = Usage()
        failure = "bedrock_invalid_answer"
        for _ in range(_MAX_REQUESTS):
            try:
                reply = converse.send(self._request(question, messages), deadline)
            except converse.ConverseFailed as fault:
                if fault.reason == "bedrock_timed_out":
                    _pause()
                if not fault.charge_is_known:
                    return self._outcome(usage, failure=fault.reason)  # the hold stays
                failure = fault.reason
                break
            usage += reply.usage
            if reply.stop_reason in _REFUSALS:
                failure = _REFUSALS[reply.stop_reason]
                break
            answer, faults = _read(reply, question)
            if answer is not None:
                self._settle(held, usage)
                return self._outcome(usage, answer=answer)
            messages += _repair(reply, faults)
        self._settle(held, usage)
        return self._outcome(usage, failure=failure)

    def _settle(self, held: int, usage: Usage) -> None:
        try:
            self.budget.settle(held, spent=self.model.cost_microusd(usage), tokens=usage.tokens)
        except (Stale, Unavailable, aws.Refused, aws.Unreachable):
            # Without this answer the worker would ask again, and pay again. The hold stays counted.
            observe.logger.exception("ai_use_not_settled")

    def _outcome[A: BaseModel](
        self, usage: Usage, *, answer: A | None = None, failure: str | None = None
    ) -> AskOutcome[A]:
        return AskOutcome(
            answer=answer,
            failure=failure,
            tokens=usage.tokens,
            cost_microusd=self.model.cost_microusd(usage),
        )

    def _request[A: BaseModel](self, question: Question[A], messages: Sequence[Json]) -> dict[str, Json]:
        tool: dict[str, Json] = {
            "name": question.tool,
            "description": "Records the result. Call it exactly once.",
            "inputSchema": {"json": schema_of(question.answer)},
        }
        if self.model.has_strict_tools:
            tool["strict"] = True
        system: list[Json] = [{"text": question.system}]
        if self._is_cached(question.system, tool):
            system.append({"cachePoint": {"type": "default"}})
        return {
            "modelId": self.model.id,
            "system": system,
            "messages": list(messages),
            # Bedrock counts the maximum against the account's quota when the request begins.
            "inferenceConfig": {"maxTokens": question.max_tokens, "temperature": 0},
            "toolConfig": {
                "tools": [{"toolSpec": tool}],
                "toolChoice": {"tool": {"name": question.tool}},
            },
        }

    def _is_cached(self, system: str, tool: Mapping[str, Json]) -> bool:
        """Whether the model caches a prompt of this length. It ignores the mark in a shorter one."""
        least = self.model.min_cached_tokens
        characters = len(system) + len(json.dumps(tool))
        return least is not None and characters // _CHARACTERS_PER_TOKEN >= least

    def _most_microusd[A: BaseModel](self, question: Question[A]) -> int:
        """The highest cost of the answer and its repair: a token has at least one byte."""
        request = json.dumps(
            self._request(question, [_first_message(replace(question, images=()))]), ensure_ascii=False
        )
        input_tokens = len(request.encode()) + _OVERHEAD_TOKENS + IMAGE_TOKENS * len(question.images)
        repair_tokens = input_tokens + question.max_tokens + 4 * _MAX_FAULT_CHARACTERS
        return self.model.most_microusd(
            input_tokens=input_tokens + repair_tokens, output_tokens=_MAX_REQUESTS * question.max_tokens
        )


def resume() -> None:
    """End a pause at once: for tests."""
    global _paused_until
    _paused_until = 0.0


def _pause() -> None:
    global _paused_until
    _paused_until = time.monotonic() + PAUSE_SECONDS


def _first_message[A: BaseModel](question: Question[A]) -> Json:
    """Images precede the text, as the guides of the models advise."""
    images: list[Json] = [
        # The client takes bytes and encodes them itself.
        {"image": {"format": "jpeg", "source": {"bytes": cast("Json", image)}}}
        for image in question.images
    ]
    return {"role": "user", "content": [*images, {"text": question.text}]}


def _tool_use[A: BaseModel](reply: ModelReply, question: Question[A]) -> Mapping[str, Json] | None:
    for block in reply.content:
        use = cast("Mapping[str, Json] | None", block.get("toolUse"))
        if use and use.get("name") == question.tool:
            return use
    return None


def _read[A: BaseModel](reply: ModelReply, question: Question[A]) -> tuple[A | None, list[str]]:
    """The answer, or what is wrong with it."""
    use = _tool_use(reply, question)
    if use is None:
        return None, [f"Call the tool {question.tool} instead of writing text."]
    try:
        answer = question.answer.model_validate_json(json.dumps(use["input"]))
    except ValidationError as fault:
        # Without the input: it is text from outside, and would be read as a part of our message.
        return None, [
            f"{'.'.join(map(str, error['loc']))}: {error['msg']}"
            for error in fault.errors(include_input=False, include_url=False, include_context=False)
        ]
    faults = list(question.faults(answer))
    return (None, faults) if faults else (answer, [])


def _repair(reply: ModelReply, faults: Sequence[str]) -> list[Json]:
    """The messages that ask for a corrected answer. A reply without content cannot be a part of the conversation."""
    text = f"The result is invalid. Record it again, corrected.\n{'\n'.join(faults)}"[:_MAX_FAULT_CHARACTERS]
    uses = [cast("Mapping[str, Json]", block["toolUse"]) for block in reply.content if "toolUse" in block]
    if not reply.content:
        return []
    results: list[Json] = [
        {"toolResult": {"toolUseId": use["toolUseId"], "status": "error", "content": [{"text": text}]}}
        for use in uses
    ]
    return [
        {"role": "assistant", "content": list(reply.content)},
        {"role": "user", "content": results or [{"text": text}]},
    ]


def schema_of(answer: type[BaseModel]) -> dict[str, Json]:
    """The JSON Schema of the output model, in the subset that strict tools accept: no bounds, no references, every
    property required and no others allowed (Bedrock's guide, "Get validated JSON results from models")."""
    schema = answer.model_json_schema()
    return cast("dict[str, Json]", _plain(schema, schema.get("$defs", {})))


_KEPT = ("type", "description", "enum")


def _plain(node: Mapping[str, Json], definitions: Mapping[str, Json]) -> Json:
    if reference := node.get("$ref"):
        definition = definitions[cast("str", reference).rpartition("/")[2]]
        return _plain({**cast("Mapping[str, Json]", definition), **_described(node)}, definitions)
    plain: dict[str, Json] = {name: node[name] for name in _KEPT if name in node}
    if node.get("type") == "object":
        properties = cast("Mapping[str, Mapping[str, Json]]", node["properties"])
        plain["properties"] = {name: _plain(schema, definitions) for name, schema in properties.items()}
        plain["required"] = list(properties)
        plain["additionalProperties"] = False
    if node.get("type") == "array":
        plain["items"] = _plain(cast("Mapping[str, Json]", node["items"]), definitions)
    return plain


def _described(node: Mapping[str, Json]) -> Mapping[str, Json]:
    return {"description": node["description"]} if "description" in node else {}
