"""Objects in stores: read, written whole, listed; what fails is told in one line.

Stores retry requests that fail for the moment by themselves. Credentials come from the environment,
and errors are told without what libraries say of them, as that may have credentials in it.
"""

from __future__ import annotations

import errno
from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, BinaryIO

from invgray.errors import InputError, InvgrayError, OutputError
from invgray.files.formats import readable_suffixes
from invgray.files.location import Remote, credentials

if TYPE_CHECKING:
    from upath import UPath


@contextmanager
def opened(place: Remote) -> Iterator[BinaryIO]:
    """An object, to be read.

    Raises:
        InputError: it cannot be read.
    """
    with _told(place, _UNREAD):
        object_ = _reached(place)
        with object_.fs.open(object_.path, "rb") as file:
            yield file


def put(place: Remote, data: memoryview, *, overwrite: bool) -> None:
    """Write an object, whole or not at all.

    Where nothing may be replaced, the store itself sees to it. It may have written the object
    when its answer was lost and it is asked again, and then finds that there is one: the same.

    Raises:
        FileExistsError: there is another object already, and it may not be replaced.
        OutputError: it cannot be written.
    """
    with _told(place, _UNWRITTEN):
        object_, whole = _reached(place), bytes(data)
        if overwrite:
            object_.fs.pipe_file(object_.path, whole)
            return
        try:
            object_.fs.pipe_file(object_.path, whole, mode="create")
        except Exception as error:
            if not _TAKEN.intersection(_signs(error)):
                raise
            if object_.fs.cat_file(object_.path) != whole:
                raise FileExistsError(errno.EEXIST, "exists already", str(place)) from error


def existing(places: Iterable[Remote]) -> frozenset[Remote]:
    """Those of some results that there are already, by one listing for each of their buckets.

    Who may write objects need not be allowed to look for them: then nothing is known, and writing
    tells.

    Raises:
        OutputError: the store cannot be asked.
    """
    wanted: defaultdict[str, set[Remote]] = defaultdict(set)
    for each in places:
        wanted[f"{each.scheme}://{each.bucket}"].add(each)
    return frozenset().union(*map(_existing, wanted.values()))


def _existing(places: Set[Remote]) -> Set[Remote]:
    """Those of some results of one bucket that there are."""
    pairs = zip(min(places).url, max(places).url, strict=False)
    alike = takewhile(lambda pair: pair[0] == pair[1], pairs)
    folder, _, beginning = "".join(letter for letter, _ in alike).rpartition("/")
    place = Remote(folder)
    with _told(place, _UNWRITTEN):
        try:
            return {each for each in _found(place, beginning=beginning) if each in places}
        except PermissionError:
            return frozenset()


def is_folder(place: Remote) -> bool:
    """Whether names of objects begin with that of a place and a slash.

    Stores are not asked about names that end as those of pictures.

    Raises:
        InputError: the store cannot be asked.
    """
    if not place.name:
        return True
    if place.suffix.lower() in readable_suffixes():
        return False
    with _told(place, _UNREAD):
        object_ = _reached(place)
        try:
            return bool(object_.fs.info(object_.path)["type"] == "directory")
        except FileNotFoundError:
            return False


def names(folder: Remote, *, recursive: bool = True) -> Iterator[Remote]:
    """The objects in a folder, by one listing.

    Args:
        folder: a bucket, or what names in it begin with before a slash.
        recursive: those in its folders, too.

    Raises:
        InputError: it cannot be listed.
    """
    with _told(folder, _UNREAD):
        return _found(folder, recursive=recursive)


def _found(folder: Remote, *, recursive: bool = True, beginning: str = "") -> Iterator[Remote]:
    object_, begun = _reached(folder), f"{folder}/{beginning}"
    depth = {} if recursive else {"maxdepth": 1}
    partly = {"prefix": beginning} if beginning else {}
    found = object_.fs.find(object_.path, **depth, **partly)
    urls = (f"{folder.scheme}://{name.removeprefix('/')}" for name in found)
    inner = (url for url in urls if url.startswith(begun))
    return (Remote(url) for url in inner if recursive or "/" not in url[len(begun) :])


def _reached(place: Remote) -> UPath:
    """An object as its library knows it, with nothing remembered of earlier listings."""
    from upath import UPath

    return UPath(place.url, use_listings_cache=False)


@dataclass(frozen=True)
class _Failure:
    """How a failure is told.

    Attributes:
        error: that is raised.
        words: what did not happen.
    """

    error: type[InvgrayError]
    words: str


_UNREAD = _Failure(InputError, "cannot be read")
_UNWRITTEN = _Failure(OutputError, "cannot be written")


@dataclass(frozen=True)
class _Problem:
    """What is behind an error of a store's library.

    Attributes:
        cause: in a few words.
        remedy: that there is; ``{credentials}`` stands for the environment's variables.
    """

    cause: str
    remedy: str


_ABSENT = _Problem("there is no such object or bucket", "check the name")
_NO_BUCKET = _Problem("there is no such bucket", "check its name, or make it")
_REFUSED = _Problem(
    "access is refused", "check what {credentials} in the environment allow, and the bucket's rules"
)
_NO_CREDENTIALS = _Problem("there are no credentials", "set {credentials} in the environment")
_BUSY = _Problem(
    "the store is busy, after several tries", "try again later, or with fewer pictures at a time"
)
_UNREACHED = _Problem(
    "the store cannot be reached, after several tries", "check the network and the store's address"
)
_BROKEN = _Problem("the store failed", "try again later")
_MISNAMED = _Problem("the store does not take such names", "check the name of the bucket")

_PROBLEMS = {
    "NoSuchBucket": _NO_BUCKET,
    "NoSuchContainer": _NO_BUCKET,
    "ContainerNotFound": _NO_BUCKET,
    "InvalidBucketName": _MISNAMED,
    "ParamValidationError": _MISNAMED,
    "NoCredentialsError": _NO_CREDENTIALS,
    "PartialCredentialsError": _NO_CREDENTIALS,
    "ProfileNotFound": _NO_CREDENTIALS,
    "DefaultCredentialsError": _NO_CREDENTIALS,
    "SlowDown": _BUSY,
    "ServiceUnavailable": _BUSY,
    "ServerBusy": _BUSY,
    "Throttling": _BUSY,
    "RequestLimitExceeded": _BUSY,
    "503": _BUSY,
    "429": _BUSY,
    "FileNotFoundError": _ABSENT,
    "PermissionError": _REFUSED,
    "ClientAuthenticationError": _REFUSED,
    "RefreshError": _REFUSED,
    "TimeoutError": _UNREACHED,
    "ConnectionError": _UNREACHED,
    "HTTPClientError": _UNREACHED,
    "ClientConnectionError": _UNREACHED,
    "ClientPayloadError": _UNREACHED,
    "ServiceRequestError": _UNREACHED,
    "ServiceResponseError": _UNREACHED,
}
"""Problems by their signs: codes that stores give, and names of exceptions."""

_TAKEN = frozenset({"FileExistsError", "PreconditionFailed", "ConditionalRequestConflict", "412"})
"""Signs that there is an object already."""


@contextmanager
def _told(place: Remote, failure: _Failure) -> Iterator[None]:
    """Turn whatever a store's library raises into one line with cause and remedy."""
    try:
        yield
    except (InvgrayError, FileExistsError, MemoryError):
        raise
    except Exception as error:  # each library has exceptions of its own
        signs = _signs(error)
        problem = next((_PROBLEMS[sign] for sign in signs if sign in _PROBLEMS), _BROKEN)
        raise failure.error(
            f"{place}: {failure.words} ({problem.cause}: {signs[0]})",
            problem.remedy.format(credentials=credentials(place)),
        ) from error


def _signs(error: BaseException) -> list[str]:
    """The codes that a store gave, and names of exceptions, from the innermost one outwards."""
    chain = [error]
    while chain[-1].__cause__:
        chain.append(chain[-1].__cause__)
    codes = [code for each in chain for code in _codes(each)]
    return codes + [kind.__name__ for each in reversed(chain) for kind in type(each).__mro__]


def _codes(error: BaseException) -> Iterator[str]:
    """What a store says by numbers and words of its own, as the libraries for it keep it."""
    response = getattr(error, "response", None)
    if isinstance(response, dict):  # botocore
        yield str(response.get("Error", {}).get("Code"))
    for name in ("error_code", "code", "status_code"):  # Azure's and Google's
        if code := getattr(error, name, None):
            yield str(code)
