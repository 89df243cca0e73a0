"""Which documents can be the original of another: by the chains of the requirements, within one person's papers."""

from collections.abc import Iterable

from cases.routes.schema import Pack
from documents.models import Document, MadeFor


def step_towards(pack: Pack, original_code: str, code: str) -> MadeFor | None:
    """What a document of the one requirement is to a document of the other; None where no chain joins them.

    Each link of a chain works on the original or on what an earlier link made of it: a translation may be of the degree
    or of its authentication.
    """
    for requirement in pack.requirements:
        before = {requirement.code}
        for one in requirement.chain:
            if one.item == code and original_code in before:
                return MadeFor(one.step)
            before.add(one.item)
    return None


def possible_originals(pack: Pack, code: str, documents: Iterable[Document]) -> list[tuple[Document, MadeFor]]:
    found = [(document, step_towards(pack, document.item.code, code)) for document in documents]
    return [(document, step) for document, step in found if step is not None]
