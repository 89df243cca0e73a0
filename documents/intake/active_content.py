"""Finds what a PDF contains besides pages: scripts, actions, attached files. Runs only in the throw-away child."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pikepdf import Array, Dictionary, Name, Object, Pdf, PdfError, Stream, String

from documents.intake.sniff import HEAD_BYTES, sniff

# Actions by their /S. Going to a page, following a web link by hand and turning layers on are left alone.
_ACTIONS = {
    "/JavaScript": "javascript",
    "/Launch": "launch",
    "/SubmitForm": "sends_data",
    "/ImportData": "sends_data",
    "/GoToR": "outside_file",
    "/GoToE": "embedded_file",
    "/Rendition": "multimedia",
    "/Movie": "multimedia",
    "/Sound": "multimedia",
    "/RichMediaExecute": "multimedia",
    "/GoTo3DView": "multimedia",
}
_SUBTYPES = {
    "/FileAttachment": "embedded_file",
    "/RichMedia": "multimedia",
    "/Movie": "multimedia",
    "/Sound": "multimedia",
    "/Screen": "multimedia",
    "/3D": "multimedia",
}
_QUIET_NAMED = {"/NextPage", "/PrevPage", "/FirstPage", "/LastPage"}
_FILE_KEYS = ("/F", "/UF", "/DOS", "/Mac", "/Unix")
_PROGRAM_NAME = re.compile(
    r"\.(?:exe|com|scr|pif|bat|cmd|msi|dll|lnk|js|jse|vbs|vbe|wsf|hta|ps1|jar|sh|app|dmg|iso|apk|reg|cpl)\W*$",
    re.IGNORECASE,
)
_LONGEST_CHAIN = 50

# qpdf writes an object back with its names decoded (/J#53 is /JS by then), so one cheap look at the text tells
# which few objects need a closer one. A string that merely mentions a name costs that closer look, no more.
_SUSPECT = re.compile(
    rb"/(?:JS|JavaScript|AA|OpenAction|Launch|SubmitForm|ImportData|GoToR|GoToE|GoTo3DView|Rendition|Movie|Sound"
    rb"|RichMedia\w*|Screen|3D|FileAttachment|EF|EmbeddedFiles?|Filespec|XFA|Ref)(?![\w.+#-])"
    rb"|/(?:F|UF|DOS|Mac|Unix) (?:[(<]|[0-9]+ [0-9]+ R)"  # not the flags of an annotation, which are a number
)


def active_content(thing: Object) -> set[str]:
    """What one indirect object holds; objects it refers to are looked at in their own turn."""
    if not isinstance(thing, (Array, Dictionary, Stream)):
        return set()
    text = thing.stream_dict.unparse() if isinstance(thing, Stream) else thing.unparse(resolved=True)
    if not _SUSPECT.search(text):
        return set()
    return {found for dictionary in dictionaries(thing) for found in _judge(dictionary)}


def of_the_whole(pdf: Pdf) -> set[str]:
    """What only the catalogue tells: a folder of files, or a form whose pages say no more than "please wait"."""
    found = {"portfolio"} if isinstance(pdf.Root.get("/Collection"), Dictionary) else set()
    form = pdf.Root.get("/AcroForm")
    if isinstance(form, Dictionary) and "/XFA" in form:
        fields = form.get("/Fields")
        if bool(pdf.Root.get("/NeedsRendering", False)) or not isinstance(fields, Array) or len(fields) == 0:
            found.add("dynamic_form")
    return found


def dictionaries(thing: Object) -> Iterator[Object]:
    """The dictionaries written inside one object, without following references."""
    waiting = [thing]
    while waiting:
        at = waiting.pop()
        if isinstance(at, Array):
            inner = list(at)
        elif isinstance(at, (Dictionary, Stream)):
            yield at
            inner = [value for _, value in at.items()]
        else:
            continue
        waiting += [value for value in inner if isinstance(value, (Array, Dictionary)) and not value.is_indirect]


def _judge(at: Object) -> Iterator[str]:
    kind, subtype = _name(at, "/Type"), _name(at, "/Subtype")
    action = None if kind == "/StructElem" else _ACTIONS.get(_name(at, "/S"))
    if action:
        yield action
    if subtype in _SUBTYPES:
        yield _SUBTYPES[subtype]
    if isinstance(at.get("/JS"), (String, Stream)) or isinstance(at.get("/JavaScript"), Dictionary):
        yield "javascript"
    if isinstance(at.get("/XFA"), (Array, Stream, String)):
        yield "xfa_form"
    if isinstance(at.get("/RichMediaContent"), Dictionary):
        yield "multimedia"
    if action is None:  # an action that names a file has been named already
        yield from _judge_files(at, kind)
    yield from _judge_automatic(at)


def _judge_files(at: Object, kind: str) -> Iterator[str]:
    names = at.get("/EmbeddedFiles")
    listed = isinstance(names, Dictionary) and any(len(names.get(key, [])) for key in ("/Names", "/Kids"))
    if kind == "/EmbeddedFile" or listed or isinstance(at.get("/EF"), Dictionary):
        yield "embedded_file"
        if any(map(_is_program, _attached(at))):
            yield "embedded_program"
    elif kind in ("/Filespec", "/F") or any(isinstance(at.get(key), String) for key in _FILE_KEYS):
        yield "outside_file"
    # A stream with /F has its data in another file; /Ref shows a page of another file.
    if isinstance(at, Stream) and ("/F" in at or "/Ref" in at):
        yield "outside_page"


def _attached(at: Object) -> Iterator[tuple[str, Object | None]]:
    """Names and streams of what one dictionary attaches."""
    if isinstance(at, Stream):
        yield "", at
    files = at.get("/EF")
    for key in _FILE_KEYS:
        name = at.get(key)
        stream = files.get(key) if isinstance(files, Dictionary) else None
        yield str(name) if isinstance(name, String) else "", stream


def _is_program(attached: tuple[str, Object | None]) -> bool:
    name, stream = attached
    if _PROGRAM_NAME.search(name):
        return True
    if not isinstance(stream, Stream):
        return False
    try:
        return sniff(stream.read_bytes()[:HEAD_BYTES]).code == "program_file"
    except PdfError:
        return True  # what cannot be unpacked may be anything


def _judge_automatic(at: Object) -> Iterator[str]:
    if "/OpenAction" in at and not _quiet(at["/OpenAction"]):
        yield "automatic_action"
    events = at.get("/AA")
    if isinstance(events, Dictionary) and not all(_quiet(action) for _, action in events.items()):
        yield "automatic_action"


def _quiet(action: Object) -> bool:
    """Only turns to a page of this document, as word processors write it for the page shown first."""
    chain = [action]
    for _ in range(_LONGEST_CHAIN):
        if not chain:
            return True
        step = chain.pop()
        if not isinstance(step, Dictionary):
            continue  # a destination: an array, or the name of one
        does = _name(step, "/S")
        if does and does != "/GoTo" and not (does == "/Named" and _name(step, "/N") in _QUIET_NAMED):
            return False
        following = step.get("/Next")
        if following is not None:
            chain += list(following) if isinstance(following, Array) else [following]
    return False


def _name(at: Object, key: str) -> str:
    value = at.get(key)
    return str(value) if isinstance(value, Name) else ""
