"""From a YAML file to a pack, or to every fault with its file, line and cure."""

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from cases.routes.checks import check_pack
from cases.routes.faults import Fault, PackInvalid
from cases.routes.golden import golden_faults
from cases.routes.schema import Pack
from cases.routes.sources import SourceFile, Sources
from cases.routes.yaml_lines import LinedFile

__all__ = ["Fault", "PackInvalid", "check_pack", "read_pack", "read_sources", "shipped_packs", "shipped_sources"]

HERE = Path(__file__).parent
M = TypeVar("M", bound=BaseModel)


def shipped_sources() -> Sources:
    return read_sources(HERE / "sources.yaml")


def shipped_packs() -> Iterator[Path]:
    """The files of the editions that come with the product."""
    yield from sorted((HERE / "packs").glob("*.yaml"))


def read_sources(path: Path) -> Sources:
    return _validated(LinedFile(path), SourceFile).sources


def read_pack(path: Path, sources: Sources) -> Pack:
    """The pack in the file, its golden cases tried. Raises PackInvalid with every fault, not just the first."""
    file = LinedFile(path)
    pack = _validated(file, Pack)
    if faults := check_pack(pack, sources) or golden_faults(pack):
        raise PackInvalid([file.placed(fault) for fault in faults])
    return pack


def _validated(file: LinedFile, model: type[M]) -> M:
    try:
        return model.model_validate(file.data)
    except ValidationError as refused:
        raise PackInvalid([file.placed(shape_fault(error)) for error in refused.errors()]) from None


def shape_fault(error: ErrorDetails) -> Fault:
    place, key = error["loc"], str(error["loc"][-1] if error["loc"] else "")
    if error["type"] == "missing":
        return Fault("value_missing", place, {"key": key})
    if error["type"] == "extra_forbidden":
        return Fault("key_unknown", place, {"key": key})
    return Fault("value_refused", place, {"key": key, "detail": error["msg"].removeprefix("Value error, ")[:300]})
