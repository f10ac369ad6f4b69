"""Files of the project outside this folder that pages link to, as parts of the site.

Links are written so that they lead somewhere in the project's own tree, as ``../examples/cat.png``
in a page and ``docs/guide.md`` in the project's own texts. In the site, all files lie in one tree.
"""

from __future__ import annotations

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

TEXTS = ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
"""The project's own texts that are pages of the site."""

_OUTSIDE = re.compile(r"(?<=\]\()(?:\.\./|docs/)(?=[^)]+\))")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the project's own texts, and what the pages link to."""
    root = Path(config.docs_dir).parent
    for name in TEXTS:
        files.append(File.generated(config, name, abs_src_path=str(root / name)))
    for page in list(files.documentation_pages()):
        for link in re.findall(r"\]\((?:\.\./)([^)#]+)", page.content_string):
            if files.get_file_from_path(link) is None:
                files.append(File.generated(config, link, abs_src_path=str(root / link)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Links as they are in the site."""
    return _OUTSIDE.sub("", markdown)
