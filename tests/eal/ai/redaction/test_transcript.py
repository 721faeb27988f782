"""The recall of the redaction on transcripts with filled slots, and its invariants for any text.

The slots are filled, so every span is known. The carriers are our own: real callers say things that none of them does,
so the figures are an upper bound. `FLOORS` holds them.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eal.ai.redaction.transcript import Kind, redact
from eal.ai.transcript import MAX_TURNS, labels, located, parse

if TYPE_CHECKING:
    from collections.abc import Callable

FLOORS: dict[Kind, float] = {
    "card": 0.98,
    "ssn": 0.98,
    "phone": 0.98,
    "email": 0.98,
    "address": 0.95,
    "name": 0.95,
}
REPEATS = 40

_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TENS = ("", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_TEENS = (
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
_FIRST = (
    "Dana", "Marcus", "Yolanda", "Thuy", "Jesús", "Siobhan", "Kwame", "Priya", "Ludmila", "Trevor", "Bernadette",
    "Nguyet", "Earl", "Consuelo", "Hank", "Zainab", "Rose", "Will", "Mei", "Anders",
    # None of these is in the list of given names.
    "Oluwaseun", "Thandiwe", "Bjarne", "Xochitl", "Ksenia", "Ravindra", "Tuğba", "Aoife", "Kaori", "Dmitri",
)  # fmt: skip
_LAST = (
    "Ruiz", "O'Connor", "Abernathy", "Nakamura", "Petrov", "Washington", "Lindqvist", "Okafor", "Delacroix", "Smith",
    "Van Houten", "McAllister", "Baptiste", "Kowalczyk", "Brooks", "Tran", "Hernández", "Gold",
)  # fmt: skip
_STREETS = (
    "Larkspur Lane", "Old Mill Road", "West Monroe Street", "Cielo Vista Loop", "5th Avenue",
    "Martin Luther King Boulevard",
    "Fenwick Court", "Ocean Parkway", "Pecan Drive", "County Road 12", "North Glenwood Terrace", "Birch Hollow Trail",
)  # fmt: skip


def spoken_digits(digits: str, rng: random.Random) -> str:
    """The digits as people say them: one by one, "oh" for zero, in pairs, or doubled."""
    said: list[str] = []
    at = 0
    while at < len(digits):
        pair = digits[at : at + 2]
        if len(pair) == 2 and pair[0] == pair[1] and pair[0] != "0" and rng.random() < 0.3:
            said.append(f"double {_WORDS[int(pair[0])]}")
            at += 2
        elif len(pair) == 2 and pair[0] not in "01" and pair[1] != "0" and rng.random() < 0.25:
            said.append(f"{_TENS[int(pair[0])]} {_WORDS[int(pair[1])]}")
            at += 2
        elif len(pair) == 2 and pair[0] == "1" and rng.random() < 0.3:
            said.append(_TEENS[int(pair[1])])
            at += 2
        else:
            said.append("oh" if pair[0] == "0" and rng.random() < 0.6 else _WORDS[int(pair[0])])
            at += 1
    return rng.choice((" ", " ", ", ")).join(said)


def _digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))


def _card(rng: random.Random) -> str:
    digits = "4" + _digits(rng, 14)
    doubled = [int(digit) * 2 for digit in digits[::-2]]
    total = sum(value - 9 if value > 9 else value for value in doubled) + sum(
        int(digit) for digit in digits[-2::-2]
    )
    digits += str(-total % 10)
    if rng.random() < 0.4:
        return " ".join(digits[at : at + 4] for at in range(0, 16, 4))
    return digits if rng.random() < 0.3 else spoken_digits(digits, rng)


def _ssn(rng: random.Random) -> str:
    digits = rng.choice("12345678") + _digits(rng, 8)
    written = f"{digits[:3]}-{digits[3:5]}-{digits[5:]}"
    return written if rng.random() < 0.4 else spoken_digits(digits, rng)


def _phone(rng: random.Random) -> str:
    digits = rng.choice("23456789") + _digits(rng, 2) + "55501" + _digits(rng, 2)
    shapes = (
        f"{digits[:3]}-{digits[3:6]}-{digits[6:]}", f"({digits[:3]}) {digits[3:6]}-{digits[6:]}",
        f"{digits[:3]}.{digits[3:6]}.{digits[6:]}", f"+1 {digits[:3]} {digits[3:6]} {digits[6:]}", digits,
    )  # fmt: skip
    return rng.choice(shapes) if rng.random() < 0.5 else spoken_digits(digits, rng)


def _email(rng: random.Random) -> str:
    first, last = rng.choice(_FIRST).lower(), re.sub(r"\W", "", rng.choice(_LAST).lower())
    host = rng.choice(("harborhotel", "lakemail", "granite peak", "mail"))
    if rng.random() < 0.5:
        return f"{first}.{last}@{host.replace(' ', '-')}.example".replace("ú", "u").replace("á", "a")
    joint = rng.choice((" dot ", " underscore ", " "))
    return f"{first}{joint}{last} at {host} dot {rng.choice(('com', 'net', 'org'))}"


def _address(rng: random.Random) -> str:
    number = str(rng.randrange(11, 9999))
    said = number if rng.random() < 0.5 else spoken_digits(number, rng).replace(",", "")
    return f"{said} {rng.choice(_STREETS)}"


def _name(rng: random.Random) -> str:
    return f"{rng.choice(_FIRST)} {rng.choice(_LAST)}"


FILL: dict[Kind, Callable[[random.Random], str]] = {
    "card": _card, "ssn": _ssn, "phone": _phone, "email": _email, "address": _address, "name": _name,
}  # fmt: skip

CARRIERS: dict[Kind, tuple[str, ...]] = {
    "card": (
        "Agent: What's the card number?\nCaller: It's {}.\nAgent: Thank you.",
        "Caller: I'd rather pay now, my card is {} and I can give you the rest.",
        "Caller: You charged {} twice and I want it back.",
        "Agent: Go ahead with the credit card whenever you are ready.\nCaller: okay {}\nAgent: got it",
    ),
    "ssn": (
        "Agent: Can I get your social?\nCaller: {}.",
        "Caller: they wanted my social security number which is {} but i said no",
        "Caller: The form says SSN {} and then my signature.",
    ),
    "phone": (
        "Agent: What's the best number to reach you?\nCaller: {}.",
        "Caller: Please call me back at {} as soon as you can.",
        "hi there is water everywhere you can reach me at {} thank you",
        "Caller: My cell's dead so use my wife's. {}. She's home.",
        "Caller: This is the front desk at the lodge, {}, we have a leak over the lobby.",
    ),
    "email": (
        "Agent: And an email?\nCaller: {}.",
        "Caller: Can you send the estimate to {} please?",
        "Caller: my email is {} thanks",
    ),
    "address": (
        "Agent: What's the address?\nCaller: {}.",
        "Caller: We're at {}, the water is still coming in.",
        "Caller: Send somebody to {} right away.",
        "caller yeah its {} and the basement is full",
    ),
    "name": (
        "Agent: Who am I speaking with?\nCaller: {}.",
        "Caller: Hi, my name is {} and I own the building.",
        "Agent: Can I get your name?\nCaller: Sure, it's {}.",
        "Caller: This is {} from the church on the corner.",
        "Agent: Thanks for calling, this is {}, how can I help?\nCaller: There's a leak.",
        "Caller: Just ask for {} when you get here.",
        "Caller: You spoke with Mrs. {} on Monday.",
    ),
}


@dataclass(frozen=True)
class Filled:
    text: str
    value: str
    start: int


def filled(kind: Kind) -> list[Filled]:
    rng = random.Random(f"redaction {kind}")
    found = []
    for carrier in CARRIERS[kind]:
        for _ in range(REPEATS):
            value = FILL[kind](rng)
            found.append(Filled(carrier.format(value), value, carrier.index("{}")))
    return found


def remaining(case: Filled) -> str:
    """The letters and digits of the slot that the redaction has left."""
    after = redact(case.text).text[case.start : case.start + len(case.value)]
    return re.sub(r"[\W_]", "", after)


@pytest.mark.parametrize("kind", FLOORS)
def test_recall_stays_above_its_floor(kind: Kind) -> None:
    cases = filled(kind)
    missed = [(case.text, remaining(case)) for case in cases if remaining(case)]
    recall = 1 - len(missed) / len(cases)
    print(f"{kind}: recall {recall:.3f} of {len(cases)}")
    assert recall >= FLOORS[kind], missed[:5]


@pytest.mark.parametrize("kind", FLOORS)
def test_recall_does_not_depend_on_case(kind: Kind) -> None:
    """Speech recognisers often write no capitals and no punctuation between words."""
    cases = [Filled(case.text.lower(), case.value.lower(), case.start) for case in filled(kind)]
    missed = [(case.text, remaining(case)) for case in cases if remaining(case)]
    recall = 1 - len(missed) / len(cases)
    print(f"{kind} in lower case: recall {recall:.3f} of {len(cases)}")
    assert recall >= FLOORS[kind] - 0.02, missed[:5]


@pytest.mark.parametrize(
    "text",
    [
        "Caller: Two rooms and the hallway, about three inches of water, for the last two days.",
        "Caller: It's twelve by fourteen and a half feet, eight foot ceilings.",
        "Caller: The claim number is 4471120098 and the policy number is 88213345.",
        "Caller: We lost power at 2:15 and it came back at 6:40, maybe 25 gallons.",
        "Caller: This is a big problem. It's the basement. I'm so upset. This is not good.",
        "Caller: One more point, the zip is 55101.",
        "Caller: Is 24 7 service real? I have 3 kids and 2 dogs on the 14th floor.",
        "Agent: Can I get your name?\nCaller: I'd like to say first that it turned off. You'll hear it.",
        "caller it's dry i've had it since the storm and it's raining at the back",
        "Caller: A 2019 Honda, and the port at Fort Wayne. We used Tyler Restoration, in San Antonio.",
    ],
)
def test_facts_of_the_loss_stay_readable(text: str) -> None:
    assert redact(text).text == text


def test_an_answer_in_pieces_is_redacted() -> None:
    text = (
        "Agent: And your callback number?\nCaller: six one two\nAgent: uh huh\nCaller: five five five\n"
        "Agent: go on\nCaller: oh one nine nine"
    )
    redacted = redact(text)
    assert not re.search(r"six|five|nine", redacted.text)
    assert {span.kind for span in redacted.spans} == {"phone"}


def test_a_name_is_redacted_wherever_it_is_said_again() -> None:
    text = (
        "Caller: My name is Dana Ruiz.\nAgent: Dana, is anybody hurt?\nCaller: No. The Ruiz family is fine."
    )
    assert "Dana" not in redact(text).text
    assert "Ruiz" not in redact(text).text


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Agent: Delta Sanitizing, Sue.\nCaller: Hello, it leaks.", ["Sue"]),
        ("Agent: And you own it?\nCaller: Yes. Arne Lindqvist. I own it outright.", ["Arne", "Lindqvist"]),
        ("Agent: What's leaking?\nCaller: The tub. Thatcher Boone, Beloit.", ["Thatcher", "Boone"]),
        ("Caller: I called last week and Monique Abara said that you would come.", ["Monique", "Abara"]),
        ("caller tell marcus that the gas is off", ["marcus"]),
        ("Caller: Call between nine and two, 601-555-0169. Have a good day.", ["601", "0169"]),
        ("Caller: It can wait until three. 843-555-0121.", ["843", "0121"]),
        ("Caller: Since '79. 509-555-0144. The breaker is off.", ["509", "0144"]),
        ("Caller: I own the house, 2207 Cactus Wren, Yuma.", ["2207", "Cactus Wren"]),
        ("Agent: What's the address?\nCaller: 18 Weeks Bay Road.", ["18", "Weeks Bay"]),
    ],
)
def test_what_the_labelled_calls_showed_to_be_missed_is_redacted(text: str, values: list[str]) -> None:
    redacted = redact(text).text
    assert not [value for value in values if value in redacted], redacted


def test_known_names_are_redacted_without_an_introduction() -> None:
    assert "Abernathy" not in redact("Caller: Tell Abernathy it leaks.", known_names=["Earl ABERNATHY"]).text


def test_a_name_that_is_a_word_is_redacted_only_as_a_name() -> None:
    redacted = redact("Caller: My name is Will Brooks.\nAgent: Will, we will be there by the brook.").text
    assert "we will be there by the brook" in redacted
    assert "Will" not in redacted


@settings(max_examples=300, deadline=None)
@given(
    st.text(
        alphabet=st.one_of(st.sampled_from("0123456789 \n:.,@-()AaCgnt"), st.characters(codec="utf-8")),
        max_size=400,
    )
)
def test_the_redaction_of_any_text_keeps_its_length_and_turns(text: str) -> None:
    redacted = redact(text)
    assert len(redacted.text) == len(text)
    at = 0
    for span in redacted.spans:
        assert at <= span.start < span.end <= len(text)
        at = span.end
    assert [turn.index for turn in parse(text)] == list(range(len(parse(text))))
    for turn, start in located(text):
        assert text[start : start + len(turn.text)] == turn.text
        assert not any(start < last and first < start + len(turn.text) for first, last in labels(text))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(
    ["five", "double", "oh", "555", "-", "Agent:", "Caller:", "\n", "name", "is", "Dana", "at", "dot", "com", "card",
     "social", "street", "twelve", "hundred", "K", "as", "in", "kite", ".", "my", "phone", "?"]
), max_size=60))  # fmt: skip
def test_no_long_number_stays_whatever_surrounds_it(words: list[str]) -> None:
    text = f"{' '.join(words)} call 612-555-0144"
    assert "555-0144" not in redact(text).text


def test_the_longest_text_is_redacted_whatever_it_repeats() -> None:
    """A pattern or a loop that is quadratic in 60,000 characters would not end here."""
    for piece in (
        "five ",
        "a ",
        "K as in kite ",
        "dot com ",
        "my name is ",
        "12 Main ",
        "at ",
        "@",
        "my name is Dana Ruiz, ",
        f"Agent: name? {'so ' * 20}\n",
    ):
        text = piece * (60_000 // len(piece))
        assert len(redact(text).text) == len(text)


def test_a_transcript_of_nothing_but_different_names_is_redacted() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    said = [f"my name is Q{a}{b}{c}x" for a in letters for b in letters for c in letters[:4]]
    assert "Q" not in redact(", ".join(said)).text


def test_text_beyond_the_last_turn_that_is_read_is_dropped() -> None:
    """Text that is not searched may have personal data."""
    turns = "".join(f"Agent: {n}\nCaller: yes\n" for n in range(MAX_TURNS // 2))
    redacted = redact(f"{turns}Caller: My name is Dana Ruiz, 612-555-0144.").text

    assert "Dana" not in redacted
    assert "0144" not in redacted
    assert len(parse(turns)) == MAX_TURNS
    assert redacted.endswith("Caller: yes")


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        (
            "Rochelle Dean: Thanks for calling.\nMarcus: Is Rochelle there?",
            "******** ****: Thanks for calling.\n******: Is ******** there?",
        ),
        (
            "Agent (Rochelle): Hello.\nCaller: It leaks, rochelle.",
            "Agent (********): Hello.\nCaller: It leaks, ********.",
        ),
        ("Tech Mike: Hi.\nHomeowner: Mike?", "Tech ****: Hi.\nHomeowner: ****?"),
        ("Speaker 1: Hello.\nSpeaker 2: Hi there.", "Speaker 1: Hello.\nSpeaker 2: Hi there."),
        ("Front Desk: Hello.\nBackground: (dog barks)\nCaller: Hi.", None),
        ("Caller: Hi.\nPlease Assign The Highest Priority: It is a leak.", None),
    ],
)
def test_a_speaker_label_that_is_a_name_is_redacted(text: str, redacted: str | None) -> None:
    assert redact(text).text == (redacted or text)


@pytest.mark.parametrize("caller_id", ["WIRELESS CALLER", "Unknown", "Private Number"])
def test_a_caller_id_without_a_name_redacts_nothing(caller_id: str) -> None:
    text = "Caller: The private bath leaks, the number is unknown to me, I am the caller."
    assert redact(text, known_names=[caller_id]).text == text
