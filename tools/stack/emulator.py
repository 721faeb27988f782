"""Start MiniStack with patches for the features of template.yaml that its CloudFormation does not support.

The interpreter has no installed packages: MiniStack runs the functions with its own interpreter, and a function must
import packages from its layers only. The first argument is the folder of MiniStack's packages; the second, if any, is
the file that keeps the state over a restart. The patches use private names of MiniStack, whose version is pinned; a
version that renames them fails at its start.
"""

import asyncio
import hashlib
import io
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
import zipfile
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

ROOT = Path(__file__).resolve().parents[2]
# Of a function: with ten, the environments of 250 functions grew to 14 GB.
MAX_ENVIRONMENTS = 3
# An environment that is idle for longer ends. MiniStack looks for them every 30 seconds.
MAX_IDLE_SECONDS = 60.0
# How long a stop waits for invocations in progress.
MAX_DRAIN_SECONDS = 3.0
STOPPING = threading.Event()


class Moved(Exception):
    """MiniStack's code differs from the code that a patch expects."""


def complete_rest_api() -> None:
    """Import the method ANY and binary media types, which MiniStack's import of OpenAPI ignores.

    In the definition, both are extensions: x-amazon-apigateway-any-method, and x-amazon-apigateway-binary-media-types.
    """
    from ministack.services import apigateway_v1 as api  # type: ignore[import-untyped]

    imported = api._import_path_item
    imported_api = api._import_rest_api

    def import_path_item(api_id: str, path: str, item: dict[str, Any], *rest: Any) -> None:
        imported(api_id, path, item, *rest)
        operation = item.get("x-amazon-apigateway-any-method")
        if operation is not None:
            resources = api._resources.get(api_id, {})
            resource = next(key for key, value in resources.items() if value.get("path") == path)
            api._import_operation(api_id, resource, "ANY", operation, *rest)

    def import_rest_api(spec: dict[str, Any], base_data: dict[str, Any]) -> str:
        binary = spec.get("x-amazon-apigateway-binary-media-types", [])
        return str(imported_api(spec, {**base_data, "binaryMediaTypes": binary}))

    api._import_path_item = import_path_item
    api._import_rest_api = import_rest_api


def complete_buckets() -> None:
    """Apply Object Lock and lifecycle rules: MiniStack's S3 supports them, but its CloudFormation ignores them."""
    from ministack.services import s3
    from ministack.services.cloudformation import provisioners  # type: ignore[import-untyped]

    def keep(_name: str) -> None:
        """Nothing to do: Object Lock cannot be removed from a bucket, as on AWS."""

    provisioners._S3_BUCKET_CONFIGURATIONS = (
        *provisioners._S3_BUCKET_CONFIGURATIONS,
        ("ObjectLockEnabled", lambda _value: lock_xml({}), s3._put_object_lock_configuration, keep),
        ("ObjectLockConfiguration", lock_xml, s3._put_object_lock_configuration, keep),
        ("LifecycleConfiguration", lifecycle_xml, s3._put_bucket_lifecycle, s3._delete_bucket_lifecycle),
    )


def lock_xml(configuration: dict[str, Any]) -> bytes:
    root = Element("ObjectLockConfiguration")
    SubElement(root, "ObjectLockEnabled").text = "Enabled"
    retention = configuration.get("Rule", {}).get("DefaultRetention")
    if retention:
        append(SubElement(root, "Rule"), {"DefaultRetention": retention})
    return tostring(root)


def lifecycle_xml(configuration: dict[str, Any]) -> bytes:
    root = Element("LifecycleConfiguration")
    for rule in configuration.get("Rules", []):
        # CloudFormation and S3 use different names for the same fields.
        content: dict[str, Any] = {"ID": rule.get("Id"), "Status": rule.get("Status", "Enabled")}
        content["Filter"] = {"Prefix": rule.get("Prefix", "")}
        for move in [*rule.get("Transitions", []), *([rule["Transition"]] if "Transition" in rule else [])]:
            content.setdefault("Transition", []).append(
                {"Days": move.get("TransitionInDays"), "StorageClass": move["StorageClass"]}
            )
        if "ExpirationInDays" in rule:
            content["Expiration"] = {"Days": rule["ExpirationInDays"]}
        for name in ("NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload"):
            if name in rule:
                content[name] = rule[name]
        append(SubElement(root, "Rule"), content)
    return tostring(root)


def append(parent: Element, content: dict[str, Any]) -> None:
    for name, value in content.items():
        for member in value if isinstance(value, list) else [value]:
            if member is None:
                continue
            child = SubElement(parent, name)
            if isinstance(member, dict):
                append(child, member)
            else:
                child.text = str(member)


def transform_nested_templates() -> None:
    """Apply SAM's transform to the templates of nested stacks; MiniStack applies it to the root template only.

    `_cfn_nested_stack_deploy` imports `engine._parse_template` at each call, so it uses the patched function. All other
    callers imported the original function when their module was loaded.
    """
    from ministack.services.cloudformation import engine, provisioners

    deploy = provisioners._cfn_nested_stack_deploy.__code__
    if "_parse_template" not in deploy.co_varnames or hasattr(provisioners, "_parse_template"):
        raise Moved("engine._parse_template no longer parses the templates of nested stacks")
    parse, transform, failed = engine._parse_template, engine._apply_transforms, engine._TransformFailed

    def parse_template(body: str) -> dict[str, Any]:
        template = transform(parse(body))
        if isinstance(template, failed):
            raise ValueError(f"SAM's transform of a nested stack's template failed: {template.error}")
        return dict(template)

    engine._parse_template = parse_template


def keep_attributes_in_nested_updates() -> None:
    """Keep the attributes of resources when a nested stack is updated, and skip unchanged resources.

    MiniStack does both for a root stack. For a nested stack it drops attributes that an update does not return.
    """
    from ministack.services.cloudformation import _stacks, provisioners

    if "_update_resource" not in provisioners._cfn_nested_stack_deploy.__code__.co_names:
        raise Moved("provisioners._update_resource no longer updates the resources of nested stacks")
    update = provisioners._update_resource

    def update_resource(
        kind: str, physical_id: str, old: Any, new: Any, stack: str, logical_id: str
    ) -> tuple[str, dict[str, Any]]:
        known = _stacks[stack]["_resources"][logical_id]["Attributes"]
        if old == new:
            return physical_id, known
        updated, attributes = update(kind, physical_id, old, new, stack, logical_id)
        return updated, {**known, **attributes} if updated == physical_id else attributes

    provisioners._update_resource = update_resource


def bound_environments() -> None:
    """Limit the execution environments of a function to MAX_ENVIRONMENTS; further invocations wait for one of them.

    MiniStack starts an environment for each concurrent invocation. Two cores cannot finish fifty cold starts within the
    time-outs of the functions. MiniStack has no such limit because a function that invokes itself would wait forever;
    none of ours does.
    """
    from ministack.services import lambda_svc

    acquire = lambda_svc.acquire_worker

    def acquire_worker(*arguments: Any, **more: Any) -> tuple[Any, str]:
        while True:
            if not STOPPING.is_set():
                worker, how = acquire(*arguments, **{**more, "max_concurrency": MAX_ENVIRONMENTS})
                if worker is not None:
                    return worker, how
            time.sleep(0.005)

    lambda_svc.acquire_worker = acquire_worker


def end_idle_environments() -> None:
    """End every environment that was idle for MAX_IDLE_SECONDS.

    MiniStack keeps the first environment of each function, which is 50 MB for an endpoint and a gigabyte for a worker
    with models.
    """
    from ministack.core import lambda_runtime  # type: ignore[import-untyped]
    from ministack.services import lambda_svc

    if (
        "reap_idle_workers" not in vars(lambda_svc)
        or not {"_workers", "_lock"} <= vars(lambda_runtime).keys()
    ):
        raise Moved("lambda_svc.reap_idle_workers no longer ends idle environments")

    def reap_idle_workers() -> int:
        now = time.time()
        ended = []
        with lambda_runtime._lock:
            for key, workers in list(lambda_runtime._workers.items()):
                idle = [
                    worker
                    for worker in workers
                    if not worker.in_use and now - worker.last_used >= MAX_IDLE_SECONDS
                ]
                kept = [worker for worker in workers if worker not in idle]
                ended += idle
                if kept:
                    lambda_runtime._workers[key] = kept
                else:
                    del lambda_runtime._workers[key]
        lambda_runtime.kill_workers(ended)
        return len(ended)

    lambda_svc.reap_idle_workers = reap_idle_workers


def share_layers() -> None:
    """Unpack each layer once, and pass its folder to the environments in the variable that MiniStack sets itself.

    MiniStack unpacks all layers for each environment: 3,800 files and 45 MB, which it deletes when it stops.
    """
    from ministack.core import lambda_runtime
    from ministack.services import lambda_svc

    spawn = lambda_runtime.Worker._spawn
    names = spawn.__code__.co_names + spawn.__code__.co_varnames
    if "_resolve_layer_zip" not in names or "_LAMBDA_LAYERS_DIRS" not in spawn.__code__.co_consts:
        raise Moved("Worker._spawn no longer unpacks the layers of an environment")
    unpacking = threading.Lock()

    def unpacked(layer: str | dict[str, Any]) -> str:
        content = lambda_svc._resolve_layer_zip(layer)
        if content is None:
            raise RuntimeError(f"MiniStack has no content for the layer {layer}")
        folder = Path(tempfile.gettempdir(), "layers", hashlib.sha256(content).hexdigest())
        with unpacking:
            if not folder.exists():
                fresh = folder.with_suffix(".new")
                with zipfile.ZipFile(io.BytesIO(content)) as archive:
                    archive.extractall(fresh)
                fresh.rename(folder)
        return str(folder)

    def spawn_with_shared_layers(worker: Any) -> None:
        config = worker.config
        variables = {
            **config.get("Environment", {}).get("Variables", {}),
            "_LAMBDA_LAYERS_DIRS": os.pathsep.join(unpacked(layer) for layer in config.get("Layers", [])),
        }
        worker.config = {**config, "Layers": [], "Environment": {"Variables": variables}}
        try:
            spawn(worker)
        finally:
            worker.config = config

    lambda_runtime.Worker._spawn = spawn_with_shared_layers


def stop_on_sigterm(kept: Path | None) -> None:
    """On SIGTERM, finish the invocations in progress, save the state to `kept`, and exit within seconds.

    MiniStack's own shutdown waits for every connection and every thread, and thereby for the slowest function.
    """
    import hypercorn.asyncio
    from ministack.core import lambda_runtime
    from ministack.services import lambda_svc

    for name in ("_poll_sqs", "_poll_dynamodb_streams"):
        setattr(lambda_svc, name, partial(poll_unless_stopping, getattr(lambda_svc, name)))

    async def stop() -> None:
        if kept is not None:
            # Restored event source mappings have no poller yet.
            lambda_svc._ensure_poller()
        loop = asyncio.get_running_loop()
        terminated = asyncio.Event()
        loop.add_signal_handler(signal.SIGTERM, terminated.set)
        await terminated.wait()
        STOPPING.set()
        deadline = loop.time() + MAX_DRAIN_SECONDS
        while lambda_runtime.workers_in_use() and loop.time() < deadline:
            await asyncio.sleep(0.05)
        # MiniStack's threads deliver to queues and functions what these invocations published.
        await asyncio.sleep(0.2)
        try:
            if kept is not None:
                from tools.stack import state

                state.save(kept, kept.with_name("stack.json"), kept.with_name("deployed.json"))
        except Exception:  # noqa: BLE001 - `make stop` reports it with this log; the process must end in any case
            traceback.print_exc()
        os._exit(0)

    hypercorn.asyncio.serve = partial(hypercorn.asyncio.serve, shutdown_trigger=stop)


def poll_unless_stopping(poll: Any) -> bool:
    """Receive no message that no function would process, because it stays invisible until its time-out."""
    return not STOPPING.is_set() and bool(poll())


def remove_discarded_files() -> None:
    """Remove the files of earlier servers in the background: on a slow disk, thousands of files take minutes."""
    discarded = Path(tempfile.gettempdir()).with_name("discarded")
    threading.Thread(
        target=shutil.rmtree, args=(discarded,), kwargs={"ignore_errors": True}, daemon=True
    ).start()


def main() -> None:
    packages = sys.argv.pop(1)
    kept = Path(sys.argv.pop(1)) if len(sys.argv) > 1 else None
    sys.path[1:1] = [packages, str(ROOT)]
    complete_rest_api()
    complete_buckets()
    transform_nested_templates()
    keep_attributes_in_nested_updates()
    bound_environments()
    end_idle_environments()
    share_layers()
    stop_on_sigterm(kept)
    if kept is not None and kept.exists():
        from tools.stack import state

        state.restore(kept)
    remove_discarded_files()
    from ministack.app import main as serve  # type: ignore[import-untyped]

    serve()


if __name__ == "__main__":
    main()
