"""The base of what the API takes and shows."""

from pydantic import BaseModel, ConfigDict


class Wire(BaseModel):
    """A model that is built when it is first used: a function imports all of its resource's, and uses two or three."""

    model_config = ConfigDict(defer_build=True)
