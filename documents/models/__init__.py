from documents.models.access import DocumentAccess, Purpose
from documents.models.document import Document, DocumentState, MadeFor
from documents.models.loose_file import LooseFile
from documents.models.packet import Answer, Packet, PacketState, PacketStep
from documents.models.packet_parts import PacketChoice, PacketVolume
from documents.models.post_copy import PostCopy
from documents.models.rendition import Rendition, RenditionKind
from documents.models.review import Decision, Review

__all__ = [
    "Answer",
    "Decision",
    "Document",
    "DocumentAccess",
    "DocumentState",
    "LooseFile",
    "MadeFor",
    "Packet",
    "PacketChoice",
    "PacketState",
    "PacketStep",
    "PacketVolume",
    "PostCopy",
    "Purpose",
    "Rendition",
    "RenditionKind",
    "Review",
]
