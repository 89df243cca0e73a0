"""Every form of a page, sent with payloads in all that can be written or chosen, and what comes back looked at."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import FilePayload, Page, expect

from tests.browser.payloads import EVERYTHING, Trap
from tests.matrix.filled_agency import SAMPLES

FILE_NAME = "\"'><img src=x9 onerror=x9()>.jpg"  # no slash: a browser sends what follows it

_WRITABLE = """(element) =>
  ["textarea", "select"].includes(element.localName) ||
  (element.localName === "input" &&
    !["hidden", "checkbox", "radio", "submit", "file", "button", "image"].includes(element.type))"""
_FORMS = f"""() => {{
  const writable = {_WRITABLE};
  return [...document.forms].flatMap((form, number) =>
    form.method === "post" && [...form.elements].some(writable)
      ? [[number, form.getAttribute("action") || location.pathname]] : []);
}}"""
_SEND = f"""([number, text]) => {{
  const writable = {_WRITABLE}, form = document.forms[number];
  for (const element of [...form.elements].filter(writable)) {{
    if (element.localName === "select") element.add(new Option(text, text, true, true));
    else {{
      if (element.localName === "input") element.type = "text";
      element.removeAttribute("maxlength");
      element.value = text;
    }}
  }}
  HTMLFormElement.prototype.submit.call(form);
}}"""


@dataclass(frozen=True)
class Form:
    address: str  # of the page it stands on
    number: int
    action: str


def forms_of(page: Page) -> list[Form]:
    """Those in which something can be written or chosen."""
    return [Form(page.url, number, urlsplit(action).path) for number, action in page.evaluate(_FORMS)]


def send_form(trap: Trap, form: Form, text: str = EVERYTHING) -> None:
    trap.page.goto(form.address)
    with trap.page.expect_navigation() as answer:
        trap.page.evaluate(_SEND, [form.number, text])
    assert answer.value is not None and answer.value.status < 500, form
    trap.look()


def send_file(trap: Trap, address: str) -> None:
    """As the portal's own script sends it: the answer is put into the page that is there."""
    trap.page.goto(address)
    photo = (SAMPLES / "photo-compliant.jpg").read_bytes()
    file: FilePayload = {"name": FILE_NAME, "mimeType": "image/jpeg", "buffer": photo}
    trap.page.locator("#upload input[type=file]").set_input_files(file)
    expect(trap.page.locator("#arrived")).to_be_visible()
    expect(trap.page.locator("main")).to_contain_text("<img src=x9 onerror=x9()>")
    trap.look()
