"""What a browser would send of a form of ours, nothing changed."""

from html.parser import HTMLParser


class _Form(HTMLParser):
    """The first form of the class `desk-form` on a page."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._state = "before"
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form" and self._state == "before" and told.get("class") == "desk-form":
            self._state = "inside"
        if self._state != "inside":
            return
        name = told.get("name", "")
        if tag == "input" and (told.get("type") != "checkbox" or "checked" in told):
            self.values[name] = told.get("value", "on" if told.get("type") == "checkbox" else "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and (self._select not in self.values or "selected" in told):
            self.values[self._select] = told.get("value", "")
        elif tag == "textarea":
            self._area, self.values[name] = name, ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._state == "inside":
            self._state = "behind"
        elif tag == "select":
            self._select = ""
        elif tag == "textarea" and self._area:
            # A browser drops the first line break and sends the others as two characters.
            words = self.values[self._area].removeprefix("\n")
            self.values[self._area] = words.replace("\n", "\r\n")
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.values[self._area] += data


def posted_back(page: str) -> dict[str, str]:
    form = _Form()
    form.feed(page)
    return {name: value for name, value in form.values.items() if name not in ("", "csrfmiddlewaretoken")}
