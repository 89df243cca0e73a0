"""A PDF becomes its working copy: pages that can only be looked at. Runs only in the throw-away child.

What a page is made of is kept by a list of what may stay; annotations and the fields of forms are drawn into it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from documents.intake.active_content import dictionaries
from documents.intake.fields import FieldNotDrawn, draw_fields
from documents.intake.pdf import CATALOGUE, PAGE, opened
from documents.intake.plain_jpeg import plain_jpeg
from documents.intake.refused import Refused, answer

_INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
_DEEPEST_TREE = 50
# What forms and pictures carry besides what is drawn.
_NOT_DRAWN = (
    "/Metadata", "/PieceInfo", "/OPI", "/AF", "/Alternates", "/LastModified", "/StructParent", "/StructParents",
    "/Measure", "/PtData", "/AA", "/Thumb",
)  # fmt: skip
_LAYER = frozenset({"/Type", "/Name", "/Intent", "/OCGs", "/P", "/VE"})


def pdf(source: BinaryIO, target: BinaryIO) -> Mapping[str, object]:
    return answer(lambda source: _rewritten(source, target), source)


def _rewritten(source: BinaryIO, target: BinaryIO) -> Mapping[str, object]:
    try:
        with opened(source) as document:
            _draw_what_lies_on_pages(document)
            _keep_pages_only(document)
            for thing in document.objects:
                _strip(thing)
            document.remove_unreferenced_resources()
            # Without encryption; nothing that no page refers to is written.
            document.save(
                target,
                encryption=False,
                deterministic_id=True,
                object_stream_mode=pikepdf.ObjectStreamMode.generate,
                linearize=False,
            )
            return {"pages": len(document.pages)}
    except FieldNotDrawn as fault:
        raise Refused("form_not_printable") from fault
    except pikepdf.PdfError as fault:
        raise Refused("not_made_safe", step=type(fault).__name__) from fault


def _draw_what_lies_on_pages(document: Pdf) -> None:
    form = document.Root.get("/AcroForm")
    if isinstance(form, Dictionary) and "/XFA" in form:
        del form["/XFA"]
    if isinstance(form, Dictionary):
        draw_fields(document)
    document.flatten_annotations("all")


def _keep_pages_only(document: Pdf) -> None:
    pages = [page.obj for page in document.pages]
    for page in pages:
        for key in _INHERITED:
            value = _inherited(page, key)
            if value is not None:
                page[key] = value
        for key in set(page.keys()) - PAGE:
            del page[key]
    tree = document.make_indirect(Dictionary(Type=Name.Pages, Count=len(pages), Kids=Array(pages)))
    for page in pages:
        page.Parent = tree
    layers = _layers(document)
    for key in set(document.Root.keys()) - CATALOGUE:
        del document.Root[key]
    document.Root.Type, document.Root.Pages = Name.Catalog, tree
    if layers is None and "/OCProperties" in document.Root:
        del document.Root["/OCProperties"]
    elif layers is not None:
        document.Root.OCProperties = layers
    for key in set(document.trailer.keys()) - {"/Root", "/Size", "/ID"}:
        del document.trailer[key]


def _inherited(page: Object, key: str) -> Object | None:
    at: Object | None = page
    for _ in range(_DEEPEST_TREE):
        if not isinstance(at, Dictionary):
            return None
        if key in at:
            return at[key]
        at = at.get("/Parent")
    return None


def _layers(document: Pdf) -> Object | None:
    """Which layers are switched off, since a page looks different without; no layer switches itself."""
    found = document.Root.get("/OCProperties")
    if not isinstance(found, Dictionary) or not isinstance(found.get("/OCGs"), Array):
        return None
    default = found.get("/D")
    switches = Dictionary()
    if isinstance(default, Dictionary):
        for key in ("/BaseState", "/ON", "/OFF"):
            if key in default:
                switches[key] = default[key]
    return Dictionary(OCGs=found["/OCGs"], D=switches)


def _strip(thing: Object) -> None:
    if not isinstance(thing, (Array, Dictionary, Stream)):
        return
    for at in dictionaries(thing):
        if isinstance(at, Stream):
            _strip_stream(at)
        elif at.get("/Type") in (Name.OCG, Name.OCMD):
            for key in set(at.keys()) - _LAYER:
                del at[key]
        else:
            for key in ("/Metadata", "/PieceInfo"):
                if isinstance(at.get(key), (Stream, Dictionary)) and "/Subtype" not in at:
                    del at[key]
        _strip_properties(at)


def _strip_stream(stream: Stream) -> None:
    if stream.get("/Subtype") in (Name.Form, Name.Image) or stream.get("/Type") in (Name.Pattern, Name.XObject):
        for key in _NOT_DRAWN:
            if key in stream:
                del stream[key]
    if stream.get("/Filter") in (Name.DCTDecode, Array([Name.DCTDecode])):
        _strip_jpeg(stream)


def _strip_properties(thing: Object) -> None:
    """Marked content may name lists of anything; of these only layers change what is drawn."""
    listed = thing.get("/Properties")
    if not isinstance(listed, Dictionary):
        return
    for key, value in list(listed.items()):
        if isinstance(value, Dictionary) and value.get("/Type") not in (Name.OCG, Name.OCMD):
            listed[key] = Dictionary()


def _strip_jpeg(stream: Stream) -> None:
    """A photograph in a PDF has its camera's notes like any other."""
    packed = stream.read_raw_bytes()
    try:
        plain = plain_jpeg(packed)
    except Refused:
        return  # no JPEG a camera wrote; the pages that show it were read before
    if plain != packed:
        stream.write(plain, filter=Name.DCTDecode, decode_parms=_parms(stream))


def _parms(stream: Stream) -> Dictionary | None:
    parms = stream.get("/DecodeParms")
    if isinstance(parms, Array) and len(parms):
        parms = parms[0]
    return parms if isinstance(parms, Dictionary) else None
