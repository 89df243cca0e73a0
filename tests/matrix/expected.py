"""What tests/guards/matrix.toml says of one cell: an address, a method, and who comes."""

import re
import tomllib
from pathlib import Path
from typing import Any

from tests.matrix.actors import ComesAs

MATRIX: dict[str, dict[str, Any]] = tomllib.loads(
    (Path(__file__).resolve().parents[1] / "guards" / "matrix.toml").read_text()
)
METHODS = ("get", "head", "options", "post", "put", "patch", "delete")
SAFE = ("get", "head", "options")
PERMITTED = "permitted"  # neither refused nor broken: 2xx, a redirect elsewhere, or a word about what was sent


def expected(address: str, method: str, who: ComesAs, may: frozenset[str]) -> set[int | str]:
    """The codes that are right here; `may` are the permissions of whoever comes."""
    row = MATRIX[address]
    door = row["who"]
    if "(?P<url>" in address:  # whatever else lies under /admin/: nothing
        return {404} if who.kind == "staff" and who.is_good else {302}
    listed = "get" if method == "head" else method
    if door == "anyone":
        return {PERMITTED, 405} if listed not in row else {PERMITTED}
    if who.kind != door or not who.is_good:
        refused: set[int | str] = {401} if door == "token" else {302, 303}
        return refused if listed in row else {*refused, *_not_a_method(door, method)}
    if listed not in row:
        return _not_a_method(door, method)
    if row[listed] and row[listed] not in may:
        return {403} if who.is_of_first and who.is_assigned else {403, 404}
    sees_it = who.is_of_first and (who.is_assigned or is_of_the_agency(address))
    if names_a_row(address) and not sees_it:
        return {404}
    return {PERMITTED, 404} if row.get("own") else {PERMITTED}


def _not_a_method(door: str, method: str) -> set[int | str]:
    # A page of the admin or portal answers a method it has no use for before or after it looks for the row.
    if door == "token":
        return {200, 403, 404, 405} if method == "options" else {403, 404, 405}
    return {200, 302, 403, 404, 405}


def names_a_row(address: str) -> bool:
    """Of somebody: shipped route versions are everybody's."""
    return bool(re.search(r"_id>", address)) and "/routeversion/<uuid:object_id>/" not in address


def is_of_the_agency(address: str) -> bool:
    """A row that everybody of the agency sees, whoever is assigned to which case: no single case is named."""
    return bool(re.search(r"/(routeversion|rulechange|post|postcopy)/", address)) and "case_id" not in address


def is_sign_in(location: str) -> bool:
    return location.startswith(("/portal/sign-in/", "/admin/login/", "/admin/"))
