"""The base of what the API takes and shows."""

from pydantic import BaseModel, ConfigDict

LARGEST_NUMBER = 2**53 - 1
_SMALLEST_NUMBER = 1e-100


def free_number(value: float) -> float:
    """A number that no field's own rule bounds: one that JSON's readers, the table and the audit log's hash all keep.

    Raises: ValueError.
    """
    if value != 0 and not _SMALLEST_NUMBER <= abs(value) <= LARGEST_NUMBER:
        raise ValueError("must be a number that a double holds exactly or nearly: at most 2^53 - 1")
    return int(value) if value == int(value) else value


def measured(value: float) -> float:
    """A number within a field's own bounds; the table has no number as near to zero as a double's smallest.

    Raises: ValueError.
    """
    if 0 < abs(value) < _SMALLEST_NUMBER:
        raise ValueError("must be zero, or not as near to it")
    return value


class Wire(BaseModel):
    """A model that is built when it is first used: a function imports all of its resource's, and uses two or three."""

    model_config = ConfigDict(defer_build=True)
