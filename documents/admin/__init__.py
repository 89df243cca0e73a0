"""The staff's pages about documents and packets, and what they add to the page of a case."""

from cases.admin.parts import register_part
from documents.admin import document, packet
from documents.admin.case_part import DocumentsPart

register_part(DocumentsPart())

__all__ = ["document", "packet"]
