"""Export and verification of long audit logs on a running local stack: time and peak memory, by length.

`tools.bench.chain` creates the records without the API. The relay and the archive worker of the stack process the audit
record of the export. The code of the export worker runs in a separate process, whose memory is measured. The exported
file is verified as an auditor does it: with tools/verify_audit.py, the checkpoint of the manifest, and the public key.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from eal.core.tenancy import Tenant
from tools.bench.layout import ROOT
from tools.bench.pages import use_the_stack
from tools.bench.runtime import RunFailed

if TYPE_CHECKING:
    from eal.domain.audit_log.exports.model import Format

SIZES = (100_000, 1_000_000)
_MODE: Final = "test"
_RECORDS_PER_SEGMENT = 1000
_MAX_WAIT_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Cost:
    seconds: float
    megabytes: float


def main(sizes: tuple[int, ...] = SIZES) -> int:
    """Print the table. Raises: RunFailed if an export is not proved."""
    use_the_stack("WorkersExportAudit")
    print(" " * 20 + "jsonl export          csv export         verification")
    print("   records  file MB" + "   seconds  peak MB" * 3)
    for size in sizes:
        organization_id = _seeded(size)
        with tempfile.TemporaryDirectory() as folder:
            csv, _ = _export(organization_id, "csv")
            jsonl, export_id = _export(organization_id, "jsonl")
            _download(organization_id, export_id, Path(folder))
            verifier = [str(ROOT / "tools/verify_audit.py"), folder, f"--public-key={folder}/key.pem"]
            verification = _run(verifier)
            megabytes = sum(path.stat().st_size for path in Path(folder).iterdir()) / 1e6
        print(
            f"{size:>10,} {megabytes:>8.0f}"
            + "".join(f"{cost.seconds:>10.1f} {cost.megabytes:>8.0f}" for cost in (jsonl, csv, verification)),
            flush=True,
        )
    return 0


def _seeded(size: int) -> str:
    """The id of a new organization whose audit log has `size` records."""
    from eal.core import clock, ids
    from tools.bench import chain

    organization_id = ids.new("org", clock.now())
    chain.archive(
        Tenant(organization_id, _MODE),
        chain.records(Tenant(organization_id, _MODE), size),
        per_segment=_RECORDS_PER_SEGMENT,
    )
    return organization_id


def _export(organization_id: str, format_: Format) -> tuple[Cost, str]:
    """Create an export, wait until the stack archives its audit record, and run it in a separate process."""
    from eal.core import audit, clock, ids
    from eal.core.caller import worker
    from eal.domain.audit_log import checkpoints
    from eal.domain.audit_log.exports import store
    from eal.domain.audit_log.exports.model import AuditExport, AuditExportFilters

    by = worker("bench", Tenant(organization_id, _MODE), "bench")
    export_id = ids.new("exp", clock.now())
    export = AuditExport(id=export_id, format=format_, filters=AuditExportFilters(), created_at=by.at)
    before = checkpoints.log_state(Tenant(organization_id, _MODE)).size
    # No task is enqueued, so the worker of the stack does not process the export.
    by.transaction.create(store.export_item(export, Tenant(organization_id, _MODE)))
    by.transaction.audit("audit_export.created", export_id, audit.changes({}, {"format": format_}))
    by.transaction.commit()
    end = time.monotonic() + _MAX_WAIT_SECONDS
    while checkpoints.log_state(Tenant(organization_id, _MODE)).size == before:
        if time.monotonic() > end:
            raise RunFailed(
                f"the stack did not archive a record within {_MAX_WAIT_SECONDS:.0f} s: check that it is running"
            )
        time.sleep(0.5)
    return _run(["-m", "tools.bench.audit", organization_id, export_id]), export_id


def _run(arguments: list[str]) -> Cost:
    """The time and peak memory of a Python process. Raises: RunFailed if it fails."""
    began = time.perf_counter()
    environment = os.environ | {"PYTHONPATH": str(ROOT / "layers" / "shared")}
    process = subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None  # noqa: S101 - Popen creates it for PIPE
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RunFailed(f"{' '.join(arguments)} exited with {process.returncode}: {output}")
    return Cost(time.perf_counter() - began, usage.ru_maxrss / 1000)


def _download(organization_id: str, export_id: str, folder: Path) -> None:
    """Write the exported file, its manifest and the public key to the folder."""
    from eal.core import aws, settings
    from eal.domain.audit_log.exports import file, store
    from eal.domain.audit_log.exports.wire import ManifestView

    export, _ = store.read(Tenant(organization_id, _MODE), export_id)
    if export is None or export.manifest is None:
        raise RunFailed(f"{export_id} is not completed")
    export_file = file.ExportFile.of(export, Tenant(organization_id, _MODE))
    body = aws.s3_sdk().get_object(Bucket=settings.uploads_bucket(), Key=export_file.object_key)["Body"]
    with (folder / export_file.name).open("wb") as out:
        for chunk in body.iter_chunks(1 << 20):
            out.write(chunk)
    manifest = ManifestView.of(export.manifest).model_dump(mode="json", by_alias=True)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "key.pem").write_text(export.manifest.checkpoint.public_key)


def work(organization_id: str, export_id: str) -> None:
    """Process the messages of an export, as the worker does, until it is completed."""
    from eal.domain.audit_log.exports import writing

    use_the_stack("WorkersExportAudit")
    while writing.work(Tenant(organization_id, _MODE), export_id, "bench") is not None:
        time.sleep(0.1)


if __name__ == "__main__":
    work(*sys.argv[1:3])
