"""Save the state of MiniStack to a file and restore it, inside the server's process.

MiniStack's own persistence (PERSIST_STATE=1) loses the records of streams but not the positions of their consumers, and
the versions, locks and unfinished uploads of S3. It also writes one file per service, so a failure leaves files of
different moments. All state is in the scoped dictionaries of MiniStack's services, so they are saved instead, as one
file.
"""

import importlib
import io
import pickle
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

SERVICES = "ministack.services."
STATE = "state.pickle"


class Unusable(Exception):
    """The file was saved by another version of MiniStack."""


class _Pickler(pickle.Pickler):
    def reducer_override(self, value: Any) -> Any:
        """Store a private key of KMS as DER, because `cryptography` does not pickle its keys."""
        if not hasattr(value, "private_bytes"):
            return NotImplemented
        from cryptography.hazmat.primitives import serialization as keys

        der = value.private_bytes(
            keys.Encoding.DER, keys.PrivateFormat.PKCS8, encryption_algorithm=keys.NoEncryption()
        )
        return _private_key, (der,)


def _private_key(der: bytes) -> Any:
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    return load_der_private_key(der, password=None)


def _stores(module: Any) -> dict[str, Any]:
    from ministack.core.responses import (  # type: ignore[import-untyped]
        AccountRegionScopedDict,
        AccountScopedDict,
    )

    scoped = (AccountScopedDict, AccountRegionScopedDict)
    return {name: value for name, value in vars(module).items() if isinstance(value, scoped)}


def save(path: Path, *others: Path) -> None:
    """Replace the file by the state of all services and the contents of `others`."""
    services = {name: module for name, module in sys.modules.items() if name.startswith(SERVICES)}
    state = {
        module: {name: store._data for name, store in _stores(services[module]).items()}
        for module in services
    }
    pickled = io.BytesIO()
    _Pickler(pickled, pickle.HIGHEST_PROTOCOL).dump({"version": version("ministack"), "state": state})
    fresh = path.with_suffix(".new")
    with zipfile.ZipFile(fresh, "w") as archive:
        archive.writestr(STATE, pickled.getbuffer())
        for file in others:
            archive.write(file, file.name)
    fresh.replace(path)


def restore(path: Path) -> None:
    """Fill the stores of all services.

    Raises:
        Unusable: another version of MiniStack saved the file.
    """
    with zipfile.ZipFile(path) as archive:
        saved = pickle.loads(archive.read(STATE))  # noqa: S301 - written by `save` on this machine
    if saved["version"] != version("ministack"):
        raise Unusable(f"MiniStack {saved['version']} saved the kept state: remove it with make reset")
    for module, stores in saved["state"].items():
        known = _stores(importlib.import_module(module))
        for name, content in stores.items():
            known[name]._data.update(content)
