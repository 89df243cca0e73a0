"""Texts that would run if a page took them for markup, and a trap that hears it when one does.

Whatever runs calls `x9()`, or asks the server for `/x9`.
"""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page

BEACON = "/x9"


@dataclass(frozen=True)
class Kind:
    """`place`: what would have to stand around it, unescaped, for it to run."""

    text: str
    place: str = "<p>{}</p>"


SCRIPT, PICTURE = Kind("<script>x9()</script>"), Kind("<img src=/x9 onerror=x9()>")
QUOTED = Kind('"><svg onload=x9()>', '<p title="{}"></p>')
IN_SCRIPT = Kind("</script><script>x9()</script>", "<script>const said = '{}';</script>")
SHORT = Kind("<img src=/x9>")
KINDS = (
    PICTURE,
    QUOTED,
    IN_SCRIPT,
    Kind("'><svg onload=x9()>", "<p title='{}'></p>"),
    Kind("</title><script>x9()</script>", "<title>{}</title>"),
    Kind('" autofocus onfocus="x9()', '<input value="{}">'),
    Kind("</style><script>x9()</script>", "<style>{}</style>"),
    Kind("</textarea><img src=/x9>", "<textarea>{}</textarea>"),
    Kind("--><script>x9()</script>", "<!-- {} -->"),
    Kind("';x9();'", "<script>const said = '{}';</script>"),
    Kind("x{{7*7}}x", "x49x"),
    Kind("x{% firstof '49' %}x", "x49x"),
    SCRIPT,
    SHORT,
)
TIGHT = (PICTURE, QUOTED, IN_SCRIPT)  # for the fields that hold only one: each way into a page, one at a time
ADDRESS = Kind("javascript:x9()//", '<iframe src="{}"></iframe>')  # must stand first, where an address can stand
MAILBOXES = (SCRIPT, Kind("<svg/onload=x9()>"), Kind("<img/src=/x9>"))  # without a blank
EVERYTHING = "".join(kind.text for kind in KINDS)
LEAST_ROOM = len(SHORT.text) + 5

# What a payload would have made of the page; and all that the page says, in text and attributes.
_LOOK = """() => {
  const made = [], said = [document.documentElement.textContent];
  for (const element of document.querySelectorAll("*")) {
    const name = element.localName;
    const runs = name === "script" && !element.src && element.type !== "application/json";
    if (runs && element.textContent.includes("x9(")) made.push("<script>");
    for (const {name: attribute, value} of element.attributes) {
      said.push(value);
      const address = ["href", "src", "action", "formaction", "data", "srcdoc", "poster", "xlink:href"];
      const leads = address.includes(attribute) && (/^[\\s\\x00-\\x1f]*javascript:/i.test(value) || value === "/x9");
      if (attribute.startsWith("on") || leads) made.push(`<${name} ${attribute}="${value.slice(0, 60)}">`);
    }
  }
  if (document.contentType.endsWith("json")) {
    try {
      JSON.parse(document.body.textContent, (key, value) => { if (typeof value === "string") said.push(value); });
    } catch { /* then what it says stands there as it is */ }
  }
  if (document.documentElement.textContent.includes("x49x")) made.push("7 times 7");
  return {made, said: said.join("\\n")};
}"""


@dataclass
class Trap:
    """Set in every page of a window. `sprung`: each payload that did more than stand there as text, and where."""

    page: Page
    sprung: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        context = self.page.context
        context.expose_binding("x9", lambda source, *_words: self.sprung.append(f"ran: {source['page'].url}"))
        context.on("request", lambda request: self._asked(request.url))
        context.on("dialog", self._opened)

    def _asked(self, url: str) -> None:
        if urlsplit(url).path == BEACON:
            self.sprung.append(f"fetched: {self.page.url}")

    def _opened(self, dialog: Any) -> None:
        self.sprung.append(f"dialog: {self.page.url}")
        dialog.dismiss()

    def look(self) -> str:
        """Everything the page says; notes what a payload made of it."""
        seen = self.page.evaluate(_LOOK)
        self.sprung += [f"made {what}: {self.page.url}" for what in seen["made"]]
        return str(seen["said"])


class Texts:
    """Hostile texts, each with a number of its own by which it is found again, and the field it was made for."""

    def __init__(self) -> None:
        self._made: list[tuple[str, str]] = []

    @property
    def labels(self) -> set[str]:
        return {label for label, _text in self._made}

    def one(self, label: str, room: int, turn: int | None = None) -> str:
        """As many kinds as there is room for, another first each turn; each text is a turn where none is named."""
        number = len(self._made)
        mark = f"[{number}]"
        return self._kept(label, mark + _kinds(room - len(mark), number if turn is None else turn))

    def address(self, label: str, room: int) -> str:
        start = f"{ADDRESS.text}[{len(self._made)}]"
        return self._kept(label, start + _kinds(room - len(start), 0))

    def mailbox(self, label: str, turn: int) -> str:
        """Taken wherever an e-mail address is checked: what stands before the @ is quoted."""
        return self._kept(label, f'"{len(self._made)}{MAILBOXES[turn % len(MAILBOXES)].text}"@x9.example')

    def _kept(self, label: str, text: str) -> str:
        self._made.append((label, text))
        return text

    def shown_by(self, said: str) -> set[str]:
        """Labels of the fields of which a text stands there letter by letter, whatever the line breaks."""
        whole = "".join(said.split())
        numbers = {int(digits) for digits in re.findall(r"(?<![0-9])[0-9]{1,6}(?=[\]<])", whole)}
        named = [self._made[number] for number in numbers if number < len(self._made)]
        return {label for label, text in named if "".join(text.split()) in whole}


def _kinds(room: int, turn: int) -> str:
    kinds, step = (TIGHT, 1) if room < 60 else (KINDS, 4)
    first = turn * step % len(kinds)
    told = ""
    for kind in (*kinds[first:], *kinds[:first], SHORT):
        if len(told) + len(kind.text) <= room and not (told and kinds is TIGHT):
            told += kind.text
    return told
