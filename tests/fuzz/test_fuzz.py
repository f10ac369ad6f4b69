"""Mutated files and data: what comes of them is a result or one of the documented errors.

``INVGRAY_FUZZ`` is the number of cases, 1,000 if not given; each is to take less than ten seconds,
a request less than a minute, and nothing is to reach the terminal past the program.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import struct
from contextlib import suppress
from urllib.parse import quote, unquote

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from skimage import data as samples

from invgray import loading
from invgray.errors import DamagedRunError, InputError, TooLargeError, WeightsError
from invgray.files import exif, reading, record
from invgray.fine import layer
from invgray.inference.machine import Machine
from invgray.models import sitting
from invgray.models.sitting import Sitting
from invgray.models.subpixel.settings import SubpixelSettings
from invgray.presets import card as cards
from invgray.presets import store
from invgray.prints import border, rectification
from invgray.serve import app as application
from invgray.serve.description import describe
from invgray.serve.limits import Limits
from invgray.serve.operations import Setting
from invgray.serve.problems import MEDIA_TYPE, Kind
from invgray.serve.work import Workshop
from invgray.training.length import Length, Unit

CASES = int(os.environ.get("INVGRAY_FUZZ", "1000"))
MOST_PIXELS = 2**20

pytestmark = pytest.mark.filterwarnings("ignore")  # libraries' doubts about damaged files


def cases(share, seconds=10):
    """Of a hundred cases, so many; seconds that one may take."""
    return settings(
        max_examples=max(1, CASES * share // 100),
        deadline=1000 * seconds,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


NUMBERS = [
    struct.pack(f"{order}{kind}", value)
    for order in "<>"
    for kind, values in (("H", (0, 1, 0xFFFF)), ("I", (0, 1, 2**31 - 1, 2**31, 2**32 - 1)))
    for value in values
]
"""What lengths, counts and offsets are spoilt with."""


@st.composite
def mutations(draw):
    """A function from a whole content to a spoilt one."""
    spots = st.floats(0, 1, exclude_max=True)
    piece = st.one_of(st.binary(min_size=1, max_size=8), st.sampled_from(NUMBERS))
    changes = draw(
        st.lists(
            st.one_of(
                st.tuples(st.just("overwrite"), spots, piece),
                st.tuples(st.just("overwrite at the start"), spots, piece),
                st.tuples(st.just("insert"), spots, piece),
                st.tuples(st.just("cut out"), spots, spots),
                st.tuples(st.just("repeat"), spots, spots),
                st.tuples(st.just("end"), spots, spots),
            ),
            min_size=1,
            max_size=6,
        )
    )

    def spoil(content):
        spoilt = bytearray(content)
        for how, where, what in changes:
            at = int(where * len(spoilt))
            if how == "overwrite at the start":
                at = int(where * min(len(spoilt), 100))
            if how.startswith("overwrite"):
                spoilt[at : at + len(what)] = what
            elif how == "insert":
                spoilt[at:at] = what
            elif how == "end":
                del spoilt[at:]
            else:
                end = at + int(what * min(200, len(spoilt)))
                spoilt[at:end] = b"" if how == "cut out" else 2 * spoilt[at:end]
        return bytes(spoilt)

    return spoil


def admit(height, width):
    if height * width > MOST_PIXELS:
        raise TooLargeError("too many pixels", "cut it into parts")


@cases(50)
@given(data=st.data())
def test_pictures(seeds, capfd, data):
    name = data.draw(st.sampled_from(sorted(seeds)))
    spoilt = data.draw(mutations())(seeds[name])
    try:
        picture = reading.read(spoilt, admit, accept_damaged=data.draw(st.booleans()))
    except InputError as error:
        assert "\n" not in str(error)  # noqa: PT017 - most fail, not all
    else:
        assert picture.pixels.dtype == np.uint8
        assert picture.alpha is None or picture.alpha.shape == picture.pixels.shape[:2]
        if picture.exif:
            exif.for_tiff(picture.exif)
            exif.tells_place(picture.exif)
    assert capfd.readouterr() == ("", "")


@pytest.fixture(scope="session")
def pure():
    """The preset without networks, and a gray of it with a fine layer."""
    codec = loading.load_codec("luminance", Machine())
    gray = codec.encode(np.ascontiguousarray(samples.astronaut()[:140, 60:200]))
    assert layer.begins(gray)
    return codec, gray


@cases(8)
@given(data=st.data())
def test_grays_with_a_fine_layer(pure, data):
    codec, gray = pure
    if data.draw(st.booleans()):
        top, left = (data.draw(st.integers(0, 130)) for _ in range(2))
        spoilt = gray[top:, left:].copy()
    else:
        spoilt = gray.copy()
    for _ in range(data.draw(st.integers(0, 4))):
        y, x, height, width = (data.draw(st.integers(0, 139)) for _ in range(4))
        spoilt[y : y + height // 8, x : x + width] ^= data.draw(st.sampled_from([1, 2, 3, 255]))
    restored = codec.restore(spoilt)
    assert restored.rgb.shape == (*spoilt.shape, 3)


RECORD = record.to_text(record.Record(preset="standard", weights="0123456789abcdef", border=3))


@cases(12)
@given(mutations())
def test_records(spoil):
    for spoilt in (spoil(RECORD.encode()), spoil(b"[" * 9_000 + RECORD.encode())):
        with suppress(InputError):
            found = record.from_comment(record.KEYWORD.encode() + spoilt, "a.png")
            assert found is None or found.border >= 0


@cases(2)
@given(data=st.data())
def test_printed_borders(data):
    sheet = border.draw(np.full((60, 170), 90, np.uint8))
    sheet = np.pad(sheet, 10, constant_values=data.draw(st.sampled_from([255, 200, 0])))
    for _ in range(data.draw(st.integers(1, 5))):
        y, x, height, width = (data.draw(st.integers(0, 230)) for _ in range(4))
        sheet[y : y + height // 10, x : x + width // 3] = data.draw(st.integers(0, 255))
    with suppress(InputError):
        straight = rectification.rectify(sheet, admit=admit)
        assert straight.size <= MOST_PIXELS
        assert np.isfinite(straight).all()


CARD = (store.find("robust-1").directory / store.CARD).read_bytes()


@cases(10)
@given(mutations())
def test_cards(tmp_path_factory, spoil):
    path = tmp_path_factory.getbasetemp() / "card.json"
    path.write_bytes(spoil(CARD))
    with suppress(WeightsError):
        assert cards.read(path).architecture.receptive_radius <= 4096


@pytest.fixture(scope="session")
def kept(tmp_path_factory):
    """What a run keeps of its settings."""
    path = tmp_path_factory.mktemp("run") / "settings.json"
    sitting.write(path, Sitting(SubpixelSettings(length=Length(1.5, Unit.MINUTES))))
    return path.read_bytes()


@cases(8)
@given(mutations())
def test_settings_of_runs(tmp_path_factory, kept, spoil):
    path = tmp_path_factory.getbasetemp() / "settings.json"
    path.write_bytes(spoil(kept))
    with suppress(DamagedRunError):
        assert isinstance(sitting.read(path), Sitting)


# Requests

DESCRIPTION = describe(application.OPERATIONS)
CONVERTING = [f"/{operation.name}" for operation in application.OPERATIONS]
PATHS = [*CONVERTING, "/", "/page/main.js", "/presets", "/progress/a-ticket", "/health", "/metrics"]
METHODS = ["POST", "GET", "HEAD", "PUT", "OPTIONS", "DELETE", "PATCH", "BREW"]
HEADERS = [
    (b"content-type", b"image/png"),
    (b"content-type", b"multipart/form-data; boundary=x"),
    (b"content-type", b"application/x-www-form-urlencoded"),
    (b"content-length", b"100"),
    (b"content-length", b"99999999999999999999"),
    (b"expect", b"100-continue"),
    (b"range", b"bytes=0-9"),
    (b"range", b"bytes=9-0,-1"),
    (b"if-none-match", b"*"),
    (b"if-modified-since", b"Wed, 21 Oct 2065 07:28:00 GMT"),
    (b"accept-encoding", b"gzip"),
    (b"host", b"localhost"),
    (b"host", b"example.org"),
    (b"origin", b"http://example.org"),
    (b"sec-fetch-site", b"cross-site"),
    (b"sec-fetch-mode", b"navigate"),
    (b"cookie", b"a=b"),
]


@contextlib.contextmanager
def answering():
    """A function that has the interface, in this process, answer a request."""
    limits = Limits(body=20_000, pixels=MOST_PIXELS, seconds=60)
    with asyncio.Runner() as runner:

        async def made():
            workshop = Workshop(limits)
            return workshop, application.create(Setting(Machine(), limits), workshop, local=False)

        workshop, app = runner.run(made())

        async def answered(scope, messages):
            heard, messages = [], iter(messages)

            async def receive():
                return next(messages, None) or await asyncio.Event().wait()

            async def send(message):
                heard.append(message)

            await asyncio.wait_for(app(scope, receive, send), 60)
            return heard

        yield lambda *request: runner.run(answered(*request))
        runner.run(workshop.close())


def request(method, path, query=b"", headers=(), body=(b"",), ends=True):
    """What a server tells an application of a request, and of its body, piece by piece."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
        "root_path": "",
        "method": method,
        "path": unquote(path.decode("latin-1")),
        "raw_path": path,
        "query_string": query,
        "headers": [*headers],
    }
    pieces = [{"type": "http.request", "body": piece, "more_body": True} for piece in body]
    pieces[-1]["more_body"] = not ends
    return scope, [*pieces, *([] if ends else [{"type": "http.disconnect"}])]


@pytest.fixture(scope="session")
def answered(seeds):
    """The interface; its networks are loaded."""
    with answering() as ask:
        for path in CONVERTING:
            for name in ("PNG RGB", "PNG L"):
                ask(*request("POST", path.encode(), body=[seeds[name]]))
        yield ask


@st.composite
def options(draw, path):
    """A query of options that the path has, with values of about their types."""
    described = DESCRIPTION["paths"].get(path, {}).get("post", {}).get("parameters", [])
    presets = [preset.name for preset in store.shipped()]
    words = st.sampled_from(["true", "false", "1", "9x9", "0.5", "-1", "nan", "", *presets])

    def value(schema):
        kinds = {
            "boolean": st.sampled_from(["true", "false"]),
            "integer": st.integers(0, 120).map(str),
            "number": st.floats(0, 100).map(str),
        }
        sound = (
            st.sampled_from(schema["enum"]) if "enum" in schema else kinds.get(schema.get("type"))
        )
        return draw(st.one_of(words, *[sound or words] * 3))

    chosen = draw(st.lists(st.sampled_from(described), max_size=3)) if described else []
    return "&".join(f"{each['name']}={quote(value(each['schema']))}" for each in chosen).encode()


@st.composite
def requests(draw, seeds):
    """A request, perhaps with spoilt parts, and whether its client stays for the answer."""
    path = draw(st.sampled_from(PATHS + 4 * CONVERTING))
    sound = "POST" if path in CONVERTING else "GET"
    method = draw(st.sampled_from([*[sound] * 20, *METHODS]))
    query = draw(options(path))
    headers = draw(st.lists(st.sampled_from(HEADERS), max_size=3))
    body = seeds[draw(st.sampled_from(sorted(seeds)))]
    if (b"content-type", b"multipart/form-data; boundary=x") in headers:
        head = b'--x\r\nContent-Disposition: form-data; name="a"; filename="a.png"\r\n\r\n'
        body = head + body + b"\r\n--x--\r\n"

    def perhaps(content, share):
        return draw(mutations())(content) if draw(st.integers(0, share)) == share else content

    at = int(draw(st.floats(0, 1)) * len(body))
    body = perhaps(body, 2)
    headers = [(name, perhaps(value, 4)) for name, value in headers]
    stays = draw(st.integers(0, 20)) < 20
    pieces = [body[:at], body[at:]]
    return (
        request(method, perhaps(path.encode(), 8), perhaps(query, 5), headers, pieces, stays),
        stays,
    )


def assert_documented(heard, stays):
    """One answer, which is a result or a problem that the description has."""
    start, *rest = heard
    status, headers = start["status"], dict(start["headers"])
    assert start["type"] == "http.response.start"
    assert headers[b"x-content-type-options"] == b"nosniff"
    if status < 400 or (status == 499 and not stays):
        return
    problem = json.loads(b"".join(message["body"] for message in rest))
    (kind,) = (kind for kind in Kind if problem["type"].endswith(f"/{kind.name}"))
    assert headers[b"content-type"].decode() == MEDIA_TYPE
    assert kind is not Kind.SERVER, problem
    assert (problem["status"], problem["title"]) == (kind.value.status, kind.value.title)
    assert status == kind.value.status
    assert kind.name in DESCRIPTION["components"]["responses"]
    assert problem["detail"].isprintable()


@cases(10, seconds=60)
@given(data=st.data())
def test_requests(answered, seeds, capfd, caplog, data):
    asked, stays = data.draw(requests(seeds))
    assert_documented(answered(*asked), stays)
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


@pytest.mark.parametrize(
    ("path", "query", "headers"),
    [
        (b"/encode", b"\x80", []),
        (b"", b"\x80", []),
        (b"/%00%0a%1b[2J", b"", []),
        (b"/", b"", [(b"range", b"bytes=9-0,-1")]),
        (b"/page/main.js", b"", [(b"range", b"bytes=99999999-")]),
    ],
    ids=[
        "query that is no text",
        "the same to be led on",
        "control characters",
        "malformed range",
        "range beyond the end",
    ],
)
def test_requests_that_were_bugs(answered, path, query, headers):
    assert_documented(answered(*request("GET", path, query, headers)), stays=True)


def test_the_seeds_are_sound(seeds):
    """Each is a picture, but those that are refused for what they are."""
    refused = []
    for name, content in seeds.items():
        try:
            reading.read(content)
        except InputError as error:
            refused.append(name)
            assert "floating-point" in str(error) or "2 pages" in str(error)  # noqa: PT017
    assert len(refused) < len(seeds) / 5
    assert {name.split()[0] for name in seeds} >= {"AVIF", "JPEG2000", "PSD", "TIFF", "WEBP", "XPM"}
