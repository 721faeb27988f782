"""Each hour: a signed checkpoint for each log that has new records."""

from eal import clock, ids, observe
from eal.audit_log import checkpoints
from eal.caller import worker
from eal.table.keys import Mode
from eal.table.write import AlreadyWritten, Stale


class SigningFailed(Exception):
    """Some logs have no checkpoint after a run: an alarm tells, and the next run tries them again."""


def handler(event: object, context: object) -> None:
    """One log's failure keeps no other from being signed. Raises: SigningFailed."""
    observe.begin("", worker="sign_checkpoints")
    failed = sum(
        not _is_signed(organization_id, mode) for organization_id, mode in checkpoints.logs_to_sign()
    )
    observe.flush()
    if failed:
        raise SigningFailed(f"{failed} logs could not be signed; the log says why")


def _is_signed(organization_id: str, mode: Mode) -> bool:
    by = worker("sign_checkpoints", organization_id, mode, ids.new("run", clock.now()))
    try:
        known = checkpoints.standing(organization_id, mode)
        if known.calls:
            checkpoints.sign(by, known)
            by.write.commit()
    except (Stale, AlreadyWritten):
        return True  # somebody who asked for a proof was quicker
    except Exception:  # the edge of a consumer: told by SigningFailed once the others are done
        observe.logger.exception("signing_failed", organization_id=organization_id, mode=mode)
        return False
    return True
