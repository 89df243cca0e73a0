"""The staff's pages about documents and packets, and what they add to the page of a case."""

from cases.admin.parts import register_edition_part, register_part
from documents.admin import document, packet, post_copy
from documents.admin.case_part import DocumentsPart

register_part(DocumentsPart())
register_edition_part(post_copy.CopiesPart())

__all__ = ["document", "packet", "post_copy"]
