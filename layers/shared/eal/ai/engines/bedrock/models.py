"""Differences between the models of Bedrock: price, prompt cache, strict tools. Only listed models are used.

Prices per token on demand, as of 2026-11-26: pages of third parties, because AWS's own (aws.amazon.com/bedrock/pricing)
is built by scripts. Compare them with an invoice before a stack spends much. An inference profile of one geography
costs a tenth more than the global one for Claude 4.5 and later. Strict tools: Bedrock's guide, "Get validated JSON
results from models". Prompt cache: Bedrock's guide, "Prompt caching for faster model inference", and the model cards.
"""

from __future__ import annotations

from dataclasses import dataclass

_NANO_PER_MICRO = 1000
_GEOGRAPHY_PERCENT = 110


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens. `input` excludes those that were read from the prompt cache or written to it."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0

    @property
    def tokens(self) -> int:
        return self.input + self.output + self.cache_read + self.cache_write

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            input=self.input + other.input,
            output=self.output + other.output,
            cache_read=self.cache_read + other.cache_read,
            cache_write=self.cache_write + other.cache_write,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BedrockModel:
    """Prices are in nano-USD per token, which is USD per billion tokens.

    `min_cached_tokens` is the shortest prompt that the model caches; None if we do not cache its prompts.
    """

    id: str
    input_price: int
    output_price: int
    cache_read_price: int = 0
    cache_write_price: int = 0
    min_cached_tokens: int | None = None
    has_strict_tools: bool = False
    percent: int = 100

    def cost_microusd(self, usage: Usage) -> int:
        """Rounded up, so that no use is free."""
        nano = (
            usage.input * self.input_price
            + usage.output * self.output_price
            + usage.cache_read * self.cache_read_price
            + usage.cache_write * self.cache_write_price
        )
        return -(-nano * self.percent // (100 * _NANO_PER_MICRO))

    def most_microusd(self, *, input_tokens: int, output_tokens: int) -> int:
        """The cost of so many tokens, whether or not the input is written to the cache."""
        price = max(self.input_price, self.cache_write_price)
        nano = input_tokens * price + output_tokens * self.output_price
        return -(-nano * self.percent // (100 * _NANO_PER_MICRO))


@dataclass(frozen=True, slots=True)
class _Family:
    """`per_geography`: the profile of a geography is dearer than the global one."""

    name: str
    prices: tuple[int, int, int, int]
    min_cached_tokens: int | None
    has_strict_tools: bool
    per_geography: bool


_FAMILIES = (
    _Family("anthropic.claude-haiku-4-5", (1_000, 5_000, 100, 1_250), 4_096, True, True),
    _Family("anthropic.claude-sonnet-4-5", (3_000, 15_000, 300, 3_750), 1_024, True, True),
    # Nova constrains the decoding of every tool's input. The minimum of its prompt cache is not confirmed.
    _Family("amazon.nova-lite", (60, 240, 0, 0), None, False, False),
    _Family("amazon.nova-pro", (800, 3_200, 0, 0), None, False, False),
)


def model(model_id: str) -> BedrockModel | None:
    """The model of an id such as `us.anthropic.claude-haiku-4-5-20251001-v1:0`; None if it is not listed."""
    for family in _FAMILIES:
        if model_id.startswith(family.name) or f".{family.name}" in model_id:
            is_dearer = family.per_geography and not model_id.startswith("global.")
            input_price, output_price, cache_read_price, cache_write_price = family.prices
            return BedrockModel(
                id=model_id,
                input_price=input_price,
                output_price=output_price,
                cache_read_price=cache_read_price,
                cache_write_price=cache_write_price,
                min_cached_tokens=family.min_cached_tokens,
                has_strict_tools=family.has_strict_tools,
                percent=_GEOGRAPHY_PERCENT if is_dearer else 100,
            )
    return None
