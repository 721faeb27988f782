"""Answer of a model service: the input of the tool `record_content`, by type. Its schema is that of the tool."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Annotated

from eal.core.schema import BaseModel, ConfigDict, Field

Line = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\n]*$")]
Paragraph = Annotated[str, Field(min_length=1, max_length=1500)]


class ContentAnswer(BaseModel, ABC):
    """Names are slots in braces, which are filled after the answer."""

    model_config = ConfigDict(extra="forbid", strict=True)

    @abstractmethod
    def fields(self) -> dict[str, str]:
        """The texts, by the names under which a fault reports them."""


class ContentSection(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    heading: Line
    paragraphs: Annotated[list[Paragraph], Field(min_length=1, max_length=6)]


class BlogPost(ContentAnswer):
    title: Annotated[str, Field(min_length=1, max_length=120, description="At most 70 characters.")]
    introduction: Annotated[list[Paragraph], Field(min_length=1, max_length=3)]
    sections: Annotated[list[ContentSection], Field(min_length=1, max_length=10)]
    excerpt: Annotated[str, Field(min_length=1, max_length=400, description="One or two sentences.")]
    seo_title: Annotated[str, Field(min_length=1, max_length=70, description="At most 60 characters.")]
    seo_description: Annotated[
        str, Field(min_length=1, max_length=160, description="At most 155 characters.")
    ]

    def fields(self) -> dict[str, str]:
        return {
            "title": self.title,
            "body": self.body(),
            "excerpt": self.excerpt,
            "seo_title": self.seo_title,
            "seo_description": self.seo_description,
        }

    def body(self) -> str:
        parts = list(self.introduction)
        for section in self.sections:
            parts += [f"## {section.heading}", *section.paragraphs]
        return "\n\n".join(parts)


class SceneAnswer(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    narration: Annotated[str, Field(min_length=1, max_length=800)]
    on_screen_text: Annotated[Line, Field(description="At most eight words.")]


class VideoScript(ContentAnswer):
    title: Annotated[str, Field(min_length=1, max_length=120, description="At most 70 characters.")]
    scenes: Annotated[list[SceneAnswer], Field(min_length=2, max_length=20)]

    def fields(self) -> dict[str, str]:
        narrated = {f"scenes.{number}": scene.narration for number, scene in enumerate(self.scenes)}
        shown = {f"scenes.{number}.text": scene.on_screen_text for number, scene in enumerate(self.scenes)}
        return {"title": self.title, **narrated, **shown}


class SocialPost(ContentAnswer):
    paragraphs: Annotated[list[Paragraph], Field(min_length=1, max_length=8)]
    hashtags: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=40, pattern=r"^\w+$")]],
        Field(max_length=8, description="Without #."),
    ]

    def fields(self) -> dict[str, str]:
        return {"body": "\n\n".join(self.paragraphs), "hashtags": " ".join(self.hashtags)}


class ReviewResponse(ContentAnswer):
    paragraphs: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=800)]], Field(min_length=1, max_length=4)
    ]

    def fields(self) -> dict[str, str]:
        return {"body": "\n\n".join(self.paragraphs)}
