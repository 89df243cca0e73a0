from documents.models.access import DocumentAccess, Purpose
from documents.models.document import Document, DocumentState, MadeFor
from documents.models.packet import Packet, PacketState
from documents.models.post_copy import PostCopy
from documents.models.rendition import Rendition, RenditionKind
from documents.models.review import Decision, Review

__all__ = [
    "Decision",
    "Document",
    "DocumentAccess",
    "DocumentState",
    "MadeFor",
    "Packet",
    "PacketState",
    "PostCopy",
    "Purpose",
    "Rendition",
    "RenditionKind",
    "Review",
]
