"""The staff's pages about cases. Importing a module here registers its admin."""

from cases.admin import candidate, case, route

__all__ = ["candidate", "case", "route"]
