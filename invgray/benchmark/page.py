"""The HTML templates of this folder."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, Template

from invgray.benchmark.measures import mean, number


def template(name: str) -> Template:
    """A page to be filled in; what is put into it is text, unless it is marked as HTML."""
    environment = Environment(
        loader=PackageLoader("invgray", "benchmark"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": number, "mean": mean}
    return environment.get_template(name)
