"""What a browser may do with a file that somebody uploaded: nothing, and be framed by nobody but our own page."""

_NOTHING = "sandbox; default-src 'none'; object-src 'none'; base-uri 'none'"
ATTACHMENT_POLICY = f"{_NOTHING}; frame-ancestors 'none'"
# The browser's own viewer of images styles the page it makes.
LOOK_POLICY = f"{_NOTHING}; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
