"""Where pictures and results lie: on this machine, or in a store that a URL leads to."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path, PurePath, PurePosixPath

from invgray.errors import MissingExtraError, UsageError, extra_installed


@dataclass(frozen=True, slots=True, order=True)
class Remote:
    """An object in a store, or what its names begin with; made and compared fast, by the million.

    Attributes:
        url: as ``s3://bucket/key``, without a slash at its end. Nothing in it is escaped.
    """

    url: str

    def __str__(self) -> str:
        return self.url

    def __truediv__(self, inner: str | PurePath) -> Remote:
        return Remote("/".join((self.url, *PurePosixPath(inner).parts)))

    @property
    def scheme(self) -> str:
        """Of the URL: the kind of store."""
        return self.url.partition("://")[0]

    @property
    def path(self) -> str:
        """Bucket and key."""
        return self.url.partition("://")[2]

    @property
    def bucket(self) -> str:
        """The bucket or container."""
        return self.path.partition("/")[0]

    @property
    def name(self) -> str:
        """The last part of the key; empty for a whole bucket."""
        return self.path.partition("/")[2].rpartition("/")[2]

    @property
    def suffix(self) -> str:
        """Of the name, with the dot."""
        return PurePosixPath(self.name).suffix

    @property
    def stem(self) -> str:
        """The name without its suffix."""
        return PurePosixPath(self.name).stem

    @property
    def parent(self) -> Remote:
        """What the name lies in; of a whole bucket, the bucket."""
        return Remote(self.url.rpartition("/")[0]) if self.name else self

    def with_name(self, name: str) -> Remote:
        """Another object beside this one."""
        return Remote(f"{self.parent.url}/{name}")


Location = Path | Remote
"""Where a picture or a result lies."""

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://(.*)", re.DOTALL)

_SECRET = re.compile(
    r"[^/]*@|[^?]*\?(.*&)?[\w-]*(key|secret|sig|signature|token)=", re.IGNORECASE | re.DOTALL
)
"""What follows the scheme of a URL with credentials: a user before the host, or a signature."""


@dataclass(frozen=True)
class _Kind:
    """A kind of store.

    Attributes:
        library: that reaches it, as Python and pip name it.
        credentials: the environment's variables that tell them.
    """

    library: str
    credentials: str


_KINDS = {
    "s3": _Kind("s3fs", "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"),
    "gs": _Kind("gcsfs", "GOOGLE_APPLICATION_CREDENTIALS"),
    "az": _Kind("adlfs", "AZURE_STORAGE_CONNECTION_STRING"),
    "memory": _Kind("fsspec", "none"),
}
"""The kinds that there are, by the schemes of their URLs."""


def locate(name: str) -> Location:
    """Where a name leads, as a user gives it.

    Args:
        name: a path, or ``file://`` and a path; or ``s3://``, ``gs://`` or ``az://``, a bucket and
            a key, in which nothing is escaped. ``memory://`` is this process' own store.

    Raises:
        UsageError: there is no such kind of store, the name has no bucket, or it has credentials.
        MissingExtraError: the library that reaches the store is not installed.
    """
    found = _URL.fullmatch(name)
    if found is None:
        return Path(name)
    scheme, path = found[1].lower(), found[2]
    if scheme == "file":
        return Path(path)
    if scheme in _KINDS and _SECRET.match(path):
        raise UsageError(
            f"a name that begins with {scheme}:// has credentials in it",
            f"leave them out, and set {_KINDS[scheme].credentials} in the environment",
        )
    _kind(scheme)
    if not path.partition("/")[0]:
        raise UsageError(f"{name}: names no bucket", f"write {scheme}://BUCKET/NAME")
    return Remote(f"{scheme}://{path.removesuffix('/')}")


def credentials(place: Remote) -> str:
    """The environment's variables that tell the credentials for a store."""
    return _kind(place.scheme).credentials


def real_name(location: Location) -> str:
    """The one name of what may have several, as links give."""
    return location.url if isinstance(location, Remote) else os.path.realpath(location)


def lies_in(location: Location, folder: Location) -> bool:
    """Whether something lies in a folder, however deep; the folder does not lie in itself."""
    return PurePath(real_name(folder)) in PurePath(real_name(location)).parents


def way_to(location: Location, folder: Location) -> PurePath:
    """The way from a folder to what lies in it, or is it; never out of the folder.

    Raises:
        ValueError: it does not lie there.
    """
    if isinstance(location, Path) and isinstance(folder, Path):
        return location.relative_to(folder)
    begun, _, inner = f"{location}/".partition(f"{folder}/")
    parts = [part for part in inner.split("/") if part]
    if begun or ".." in parts:
        raise ValueError(f"{location} does not lie in {folder}")
    return PurePosixPath(*parts)


@cache
def _kind(scheme: str) -> _Kind:
    """A kind of store that can be reached.

    Raises:
        UsageError: there is none.
        MissingExtraError: its library is not installed.
    """
    if scheme not in _KINDS:
        raise UsageError(
            f"there are no stores of the kind {scheme}://",
            f"there are {', '.join(f'{known}://' for known in _KINDS)} and file://",
        )
    kind = _KINDS[scheme]
    with extra_installed("cloud"):
        import upath  # noqa: F401
    if find_spec(kind.library) is None:
        raise MissingExtraError(
            f"{scheme}:// is reached with {kind.library}, which is not installed",
            f"pip install {kind.library}",
        )
    return kind
