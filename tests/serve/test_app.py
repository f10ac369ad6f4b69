"""The interface: bytes in, bytes out, and the command's own results and errors."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import invgray
from invgray.cli import main
from invgray.presets import store


@pytest.fixture
def command(tmp_path):
    """Run a command on bytes, with the server's precision: what it says, and its result."""

    def command(name, body, *options, suffix="png"):
        source, out = tmp_path / "in", tmp_path / f"out.{suffix}"
        source.write_bytes(body)
        line = [name, str(source), "-o", str(out), "--overwrite", "--precision", "float32"]
        result = CliRunner().invoke(main, [*line, *options])
        return result.stderr.replace(str(source), "NAME"), out.exists() and out.read_bytes()

    return command


def test_there_and_back_as_the_command_does(server, small, command):
    gray = server.ask("/encode", small)
    assert (gray.status, gray.headers["Content-Type"]) == (200, "image/png")
    assert gray.facts == {"width": 96, "height": 80, "preset": "standard"}
    assert gray.body == command("encode", small)[1]
    color = server.ask("/decode", gray.body)
    assert (color.status, color.facts["fine"], color.facts["preset"]) == (200, 1.0, "standard")
    assert color.body == command("decode", gray.body)[1]


@pytest.mark.parametrize(
    ("path", "arguments", "suffix", "media_type"),
    [
        (
            "/encode?format=jpg&quality=70&preset=robust",
            ["encode", "--quality", "70", "--preset", "robust"],
            "jpg",
            "image/jpeg",
        ),
        ("/encode?fine=false&strip=true", ["encode", "--no-fine", "--strip"], "png", "image/png"),
        ("/colorize?temperature=0.1", ["colorize", "--temperature", "0.1"], "png", "image/png"),
        ("/colorize?format=webp", ["colorize"], "webp", "image/webp"),
    ],
)
def test_options_and_formats_are_the_command_s(
    server, small, command, path, arguments, suffix, media_type
):
    name, *options = arguments
    answer = server.ask(path, small)
    assert (answer.status, answer.headers["Content-Type"]) == (200, media_type)
    assert answer.body == command(name, small, *options, suffix=suffix)[1]


def test_inspect_tells_what_the_library_tells(server, small):
    gray = server.ask("/encode?preset=luminance", small).body
    told, found = server.ask("/inspect", gray).json, invgray.inspect_file(gray)
    assert (told["preset"], told["fine"], told["cells"]) == ("luminance", 1.0, found.cells)
    assert told["weights"] == found.weights
    assert told["original"] == {"top": 0, "left": 0, "height": 80, "width": 96}


def test_verification_is_told(server, small):
    facts = server.ask("/encode?verify=true&preset=luminance", small).facts
    assert facts["fine"] == 1.0
    assert facts["psnr"] > 40 or facts["exact"]
    assert any("verified: its colours come back" in notice for notice in facts["notices"])


def cut(png):
    return png[: len(png) // 2]


HOSTILE = {
    "no picture": (b"<html>hello</html>", 422, "is not a picture; give a JPEG, PNG, TIFF, ..."),
    "a truncated picture": (None, 422, "is damaged"),
    "too many pixels": (None, 413, "pixels are more than 50 megapixels; cut it into parts"),
    "an HEIC picture": (b"\0\0\0\x18ftypheic" + b"\0" * 40, 422, "is no HEIC picture that can"),
    "an EPS picture": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", 422, "is EPS"),
}


@pytest.mark.parametrize("operation", ["encode", "decode", "colorize", "inspect"])
@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_bodies_are_clear_problems(server, small, png, kind, operation):
    body, status, words = HOSTILE[kind]
    if kind == "a truncated picture":
        body = cut(small)
    if kind == "too many pixels":
        body = png(np.zeros((8000, 8000), np.uint8))
    answer = server.ask(f"/{operation}", body)
    assert (answer.status, answer.headers["Content-Type"]) == (status, "application/problem+json")
    problem = answer.json
    assert words in problem["detail"]
    assert problem["detail"].startswith("the picture")
    assert problem["status"] == status
    assert problem["title"]
    assert problem["type"].startswith("/openapi.json#/components/responses/")


def test_problems_have_the_command_s_texts(server, small, command):
    for name, body in (("decode", small), ("encode", b"nothing")):
        problem = server.ask(f"/{name}", body).json
        said = command(name, body)[0]
        assert said == f"invgray: {problem['detail']}\n".replace("the picture", "NAME")
        assert problem["detail"] == f"{problem['cause']}; {problem['remedy']}"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/encode?quality=101", "<= 100 - at `$.quality`"),
        ("/encode?quality=x", "at `$.quality`"),
        ("/encode?format=bmp", "at `$.format`"),
        ("/encode?nonsense=1", "unknown field `nonsense`"),
        ("/encode?quality=5&quality=6", "an option is given twice"),
        ("/encode?preset=nonsense", "there is no preset 'nonsense'"),
        ("/encode?preset=/etc", "there is no preset '/etc'"),
        ("/encode?preset=colorizer", "is a colorizer, not a codec"),
        ("/colorize?preset=standard", "is a codec, not a colorizer"),
        ("/colorize?temperature=nan", "temperature"),
        ("/encode?verify_at_least=nan", "at `$.verify_at_least`"),
        ("/decode?size=9x9", "a size is for a print that is rectified; leave it out"),
        ("/encode?format=jpg&preset=luminance", "hides colours in the fine layer only"),
        ("/encode?ticket=a", "at `$.ticket`"),
    ],
)
def test_options_that_cannot_be_are_400(server, small, path, words):
    answer = server.ask(path, small)
    assert (answer.status, words in answer.json["detail"]) == (400, True), answer.json


def test_a_gray_that_comes_back_too_badly_is_refused(server, small):
    answer = server.ask("/encode?verify_at_least=99", small)
    assert (answer.status, "less than the 99 dB asked for" in answer.json["detail"]) == (422, True)


def test_an_empty_body_is_400(server):
    answer = server.ask("/encode", b"")
    assert (answer.status, answer.json["cause"]) == (400, "the body is empty")


def test_other_paths_and_methods_are_problems(server):
    for path, method, status in (("/nope", "GET", 404), ("/encode", "GET", 405)):
        answer = server.ask(path, method=method)
        assert (answer.status, answer.headers["Content-Type"]) == (
            status,
            "application/problem+json",
        )
    assert server.ask("/page/../app.py").status == 404
    assert server.ask("/page/%2e%2e/app.py").status == 404


def test_presets_health_and_metrics(server):
    told = server.ask("/presets").json
    assert {each["name"]: each["weights"] for each in told} == {
        preset.name: preset.digest for preset in store.shipped()
    }
    assert [p["name"] for p in told if p["default"] and p["abilities"]["hides_colors"]] == [
        store.DEFAULT
    ]
    assert server.ask("/health").json["status"] == "ok"
    before = server.metric('invgray_requests_total{operation="encode",status="422"}')
    server.ask("/encode", b"nothing")
    after = server.metric('invgray_requests_total{operation="encode",status="422"}')
    assert after == before + 1
    assert server.metric('invgray_requests_now{state="working"}') == 0


def test_the_description_is_valid_and_complete(server, small):
    validator = pytest.importorskip("openapi_spec_validator", reason="needs the extra 'test'")
    description = server.ask("/openapi.json").json
    validator.validate(description)
    paths = description["paths"]
    assert set(paths) == {
        *("/encode", "/decode", "/colorize", "/inspect"),
        *("/progress/{ticket}", "/presets", "/health", "/metrics"),
    }
    kinds = description["components"]["responses"]
    problem = server.ask("/encode", b"nothing").json
    assert problem["type"].rpartition("/")[2] in kinds
    names = [option["name"] for option in paths["/encode"]["post"]["parameters"]]
    assert {"preset", "quality", "format", "fine", "border", "ticket"} <= set(names)
    quality = paths["/encode"]["post"]["parameters"][names.index("quality")]["schema"]
    assert quality == {"type": "integer", "minimum": 1, "maximum": 100}
    for option in paths["/encode"]["post"]["parameters"]:
        default = option["schema"].get("default")
        if default is not None:
            given = f"/encode?{option['name']}={json.dumps(default).strip(chr(34))}"
            assert server.ask(given, small).status == 200, given


def test_progress_is_told_by_ticket(server, large):
    connection = server.connect()
    connection.request("POST", "/encode?preset=luminance&ticket=my-ticket-1", large)
    seen = set()
    while server.metric('invgray_requests_now{state="working"}') == 0:
        pass
    answer = server.ask("/progress/my-ticket-1")
    seen.add(answer.json["state"])
    assert server.ask("/encode?ticket=my-ticket-1", b"x").status == 400
    connection.close()
    assert seen == {"working"}
    server.wait_for('invgray_requests_now{state="working"}', 0)
    assert server.ask("/progress/my-ticket-1").status == 404


def test_pictures_of_the_results_are_right(server, small):
    gray = server.ask("/encode", small).body
    image = Image.open(io.BytesIO(server.ask("/decode?format=jpg", gray).body))
    assert (image.format, image.size) == ("JPEG", (96, 80))
