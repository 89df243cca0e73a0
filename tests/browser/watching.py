"""Browser windows that note what a page complains of: script errors, policy violations, what could not be loaded."""

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response

_REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} refuses ${event.blockedURI}`));
"""


class Watch:
    """What went wrong in any window opened here, with the page it happened on."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    def window(self, language: str = "en", *, keeps_policies: bool = True) -> Page:
        """A window of somebody who has not been here before, with a browser in this language."""
        locale = {"en": "en-GB", "zh-hans": "zh-CN"}[language]
        context = self._browser.new_context(locale=locale, accept_downloads=True, bypass_csp=not keeps_policies)
        context.set_default_timeout(20_000)
        context.add_init_script(_REPORT_VIOLATIONS)
        self._contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: self._heard(page, message))
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("response", self._answered)
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def _heard(self, page: Page, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{page.url}: {message.type}: {message.text}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status} {response.request.method} {response.url}")
