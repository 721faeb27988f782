"""Description of a photo by a model, if the stack has a model and the tenant pays for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.ai.claims.sight import PhotoSight
from eal.ai.tasks.summarize_photo.task import SUMMARIZE_PHOTO, PhotoInput
from eal.core import observe, settings
from eal.domain.organization_settings import ai as ai_settings
from eal.domain.organization_settings import store as organization_settings

if TYPE_CHECKING:
    from eal.ai.chain import Judge
    from eal.ai.photos import PhotoLook
    from eal.core.caller import Caller


def sight(preview: bytes, sha256: str, judge: Judge[PhotoLook], by: Caller) -> PhotoSight | None:
    """None without a model or a budget, in test mode, and if the model fails: the caption then says all."""
    if not settings.bedrock_model() or by.tenant.mode == "test":
        return None
    policy = ai_settings.ai_policy(organization_settings.settings_of(by.organization_id))
    if not policy.enabled:
        return None
    given = PhotoInput(preview=preview, sha256=sha256)
    look, provenance = judge.run(SUMMARIZE_PHOTO, given, policy, by.tenant, by.at, input_sha256=sha256)
    if provenance.fallback:
        observe.logger.warning("bedrock_fallback", reason=look.remarks[-1])
        observe.count("bedrock_fallbacks")
    if look.content is None:
        return None
    return PhotoSight(
        content=look.content,
        engine=provenance.engine,
        model=provenance.model,
        prompt_version=provenance.prompt_version,
        tokens=provenance.tokens,
        cost_microusd=provenance.cost_microusd,
        latency_ms=provenance.latency_ms,
    )
