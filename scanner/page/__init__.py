"""What an HTML page is made of: one file that loads nothing and runs nothing but its own script.

https://html.spec.whatwg.org/, https://www.w3.org/TR/CSP3/. The style and the script stand beside this module,
and the page allows them by their hashes.
"""

from __future__ import annotations

from scanner.page.markup import Html, joined, tag


def document(title: str, rules: str, *body: str) -> Html:
    """Return a whole page, with rules of its own for its style. Nothing comes in from outside, not even a picture."""
    style, script = _part("page.css") + rules, _part("page.js")
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'; form-action 'none'"
    )
    head = (
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        Html(f"<style>{style}</style>"),
    )
    content = joined((*body, Html(f"<script>{script}</script>")), "\n")
    lines = ("<!DOCTYPE html>", '<html lang="en">', "<head>", *head, "</head>", "<body>", content, "</body>", "</html>")
    return Html("\n".join(lines) + "\n")


def _part(name: str) -> str:
    from pkgutil import get_data

    return (get_data(__name__, name) or b"").decode()


def _hash(text: str) -> str:
    from base64 import b64encode
    from hashlib import sha256

    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
