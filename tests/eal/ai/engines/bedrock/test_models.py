"""The arithmetic of costs, against invoices computed by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.ai.engines.bedrock.models import Usage, model

GLOBAL_HAIKU = "global.anthropic.claude-haiku-4-5-20251001-v1:0"
US_HAIKU = "us.anthropic.claude-haiku-4-5-20251001-v1:0"


@pytest.mark.parametrize(
    ("model_id", "usage", "microusd"),
    [
        # 1,000,000 tokens in at $1 and 200,000 out at $5.
        (GLOBAL_HAIKU, Usage(input=1_000_000, output=200_000), 2_000_000),
        # The same through a geography, a tenth dearer.
        (US_HAIKU, Usage(input=1_000_000, output=200_000), 2_200_000),
        # A call: 3,500 in, 250 out.
        (GLOBAL_HAIKU, Usage(input=3_500, output=250), 4_750),
        # Cache: 10,000 written at $1.25, 90,000 read at $0.10.
        (GLOBAL_HAIKU, Usage(cache_write=10_000, cache_read=90_000), 21_500),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", Usage(input=1_000, output=100), 4_950),
        # A geography is not dearer for Nova: 1,000 in at $0.06 a million is 60 nano-USD each.
        ("us.amazon.nova-lite-v1:0", Usage(input=1_000, output=100), 84),
        # Rounded up.
        ("us.amazon.nova-lite-v1:0", Usage(input=1), 1),
        (US_HAIKU, Usage(), 0),
    ],
)
def test_costs_are_those_of_the_price_list(model_id: str, usage: Usage, microusd: int) -> None:
    found = model(model_id)
    assert found
    assert found.cost_microusd(usage) == microusd


tokens = st.integers(0, 10**7)


@given(tokens, tokens, tokens, tokens)
def test_no_use_costs_more_than_the_most_of_its_tokens(
    input: int,  # noqa: A002
    output: int,
    cache_read: int,
    cache_write: int,
) -> None:
    found = model(US_HAIKU)
    assert found
    usage = Usage(input=input, output=output, cache_read=cache_read, cache_write=cache_write)

    most = found.most_microusd(input_tokens=usage.tokens - output, output_tokens=output)

    assert found.cost_microusd(usage) <= most


@pytest.mark.parametrize(
    "model_id", ["", "us.anthropic.claude-3-haiku-20240307-v1:0", "xanthropic.claude-haiku-4-5"]
)
def test_other_models_have_no_price(model_id: str) -> None:
    assert model(model_id) is None


def test_an_addition_of_usages_adds_each_kind() -> None:
    total = Usage(input=1, output=2, cache_read=3, cache_write=4) + Usage(input=10, output=20)
    assert total == Usage(input=11, output=22, cache_read=3, cache_write=4)
    assert total.tokens == 40
