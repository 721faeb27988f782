"""The ZIP codes that a caller names."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.domain.calls.places import named_codes


@pytest.mark.parametrize(
    ("transcript", "codes"),
    [
        ("Caller: My zip code is 78704.", {"78704"}),
        ("Caller: zip's uh 7 8 7 0 4", {"78704"}),
        ("Caller: the ZIP is 78704-1234", {"78704"}),
        ("Caller: 12 Elm Street in Oakland, 94601. Can somebody come?", {"94601"}),
        ("Caller: We're in Austin, TX 78704", {"78704"}),
        ("Caller: it's twelve elm street austin texas 78704", {"78704"}),
        ("Caller: in New York 10001 and zip code 10001", {"10001"}),
        ("Agent: What's your zip?\nCaller: 78704.", {"78704"}),
        ("Agent: Address and zip code?\nCaller: 12034 Oak Street, uh, 78704", {"78704"}),
        ("My basement is wet, zip code 78704, call me back.", {"78704"}),
        # two, or none
        ("Caller: My zip code is 78704. No, zip 78745!", {"78704", "78745"}),
        ("Caller: It's 12034 Oak Street.", set()),
        ("Caller: We live in Austin, 12034 Oak Street.", set()),
        ("Caller: It will cost 12000 dollars, claim 55512.", set()),
        ("Caller: Call me at 512 555 0142.", set()),
        ("Caller: The zip tie broke on unit 12.", set()),
        ("Agent: We serve zip code 78704 and Austin, TX 78705.", set()),
        ("Caller: OK 12345678", set()),
        ("", set()),
    ],
)
def test_a_code_needs_a_word_that_says_so(transcript: str, codes: set[str]) -> None:
    assert named_codes(transcript) == codes


@given(st.text(alphabet="zip TX, 0123456789-\n:Caller", max_size=400))
def test_a_code_has_five_digits(transcript: str) -> None:
    assert all(len(code) == 5 and code.isdigit() for code in named_codes(transcript))


@pytest.mark.parametrize("text", ["zip ", "1 ", "Oakland, ", "TX 1", "zip 1234 "])
def test_a_hostile_transcript_takes_linear_time(text: str) -> None:
    begun = time.process_time()
    named_codes(text * (60_000 // len(text)))

    assert time.process_time() - begun < 1
