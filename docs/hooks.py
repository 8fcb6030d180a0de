"""Links out of docs/ lead to the repository on the site, and to the file beside it wherever else a page is read.

https://www.mkdocs.org/dev-guide/plugins/#on_page_markdown
"""  # noqa: INP001 -- mkdocs loads it by its path

import re


def on_page_markdown(markdown: str, **_: object) -> str:
    """Return the text of a page before it is made into HTML."""
    return re.sub(r"\]\(\.\./", "](https://github.com/eolscan/eolscan/blob/main/", markdown)
