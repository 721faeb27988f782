"""The characters that a text may not contain, because nobody sees them and they change how it is read.

Kept are U+200C and U+200D, which names in Persian and in Indian scripts need and emoji consist of; the marks of
direction U+061C, U+200E and U+200F; U+034F; and variation selectors.
"""

import re

_REORDERS_OR_HIDES = r"\u202a-\u202e\u2066-\u206f\ufff9-\ufffb" "\U000e0000-\U000e007f"
"""Embeddings, overrides and isolates, which show a text in another order than it is read (UTR #36, CVE-2021-42574);
annotations; and tags, which hide a whole sentence from people but not from a model."""
_INVISIBLE = r"\u00ad\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2065\u3164\ufeff\uffa0"
"""Other default-ignorable characters (UAX #44), with which two names look equal, or one looks empty (UTS #39)."""

NOT_IN_LINE = r"\x00-\x1f\x7f-\x9f\u2028\u2029" + _REORDERS_OR_HIDES + _INVISIBLE
NOT_IN_PROSE = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f" + _REORDERS_OR_HIDES
"""The content of regular-expression classes, also of patterns in the OpenAPI document.

Prose may contain characters without a width, which pasted text has, and the separators of lines and paragraphs.
"""

# Texts, which `re` compiles on first use: nearly every function imports this module, and few have such a text.
_CONTROLS = f"[{NOT_IN_PROSE}]"
_REORDERING = f"[{_REORDERS_OR_HIDES}]"


def without_controls(text: str) -> str:
    """Prose without the characters that are not allowed in it, for text whose sender cannot be asked to correct it."""
    return re.sub(_CONTROLS, "", text.replace("\r\n", "\n").replace("\r", "\n"))


def without_reordering(text: str) -> str:
    """Text of any shape without what hides or reorders it. A file that is named with U+202E looks like one of another
    type.
    """
    return re.sub(_REORDERING, "", text)
