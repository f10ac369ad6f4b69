"""Cards of presets: whole ones are read, all others are one clear line."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invgray.errors import WeightsError
from invgray.presets import card as cards
from invgray.presets import store


@pytest.fixture(scope="module")
def whole():
    """The JSON of a sound card."""
    return json.loads((store.find("robust").directory / store.CARD).read_text())


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """The card of a JSON value or of bytes."""
    path = tmp_path_factory.mktemp("card") / "card.json"

    def read(content):
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return cards.read(path)

    return read


@pytest.mark.parametrize("preset", store.shipped(), ids=lambda preset: preset.directory.name)
def test_cards_come_back_as_they_were_written(tmp_path, preset):
    cards.write(tmp_path / "card.json", preset.card)
    assert cards.read(tmp_path / "card.json") == preset.card
    written, shipped = tmp_path / "card.json", preset.directory / store.CARD
    assert json.loads(written.read_text()) == json.loads(shipped.read_text())


def test_a_missing_card_says_where_it_should_be(tmp_path):
    with pytest.raises(WeightsError, match=r"card\.json: not found; give a folder"):
        cards.read(tmp_path / "card.json")


@pytest.mark.parametrize("schema", [1, 3, -1])
def test_cards_of_other_versions_are_named(read, whole, schema):
    """Whatever else is in them: it need not be known."""
    for content in ({"schema": schema}, whole | {"schema": schema, "network": 7}):
        with pytest.raises(
            WeightsError, match=f"is a card of version {schema}; this program reads"
        ):
            read(content)


def test_unknown_networks_are_named(read, whole):
    with pytest.raises(WeightsError, match="networks of an unknown kind, 'transformer'"):
        read(whole | {"network": "transformer"})


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b"\xff\xfe", b"[" * 100_000, b'{"schema": 2}'])
def test_what_is_no_card_is_damaged(read, text):
    with pytest.raises(WeightsError, match="the card is damaged"):
        read(text)


@pytest.mark.parametrize(
    "change",
    [
        {"architecture": {}},
        {"architecture": {"width": 32}},
        {"abilities": {"hides_colors": "yes"}},
        {"abilities": None},
        {"provenance": {}},
        {"figures": {"psnr": "high"}},
        {"parameters": "many"},
        {"offsets": {"encoder": ["a"]}},
        {"files": {}},
        {"files": {"encoder.bin": 3}},
        {"abilities": {"colorizes": True}},
        {"colors": {"grid": "10"}},
    ],
)
def test_altered_cards_are_damaged(read, whole, change):
    with pytest.raises(WeightsError, match="the card is damaged") as caught:
        read(whole | change)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        {"levels": 0.5},
        {"levels": -1},
        {"levels": 99},
        {"levels": 10**18},
        {"deep": 10**6},
        {"slope": 1e300},
        {"width": -(10**9)},
        {"new": 1},
        {"new": [[[10**9]]]},
    ],
)
def test_architectures_that_cannot_be_built_are_damaged(read, whole, change):
    with pytest.raises(WeightsError, match="the card is damaged"):
        read(whole | {"architecture": whole["architecture"] | change})


def test_ratios_that_are_infinite_are_damaged(read, whole):
    text = json.dumps(whole).replace('"slope": 0.1', '"slope": 1e999')
    assert "1e999" in text
    with pytest.raises(WeightsError, match="the card is damaged"):
        read(text.encode())


@pytest.mark.skipif(os.name != "posix", reason="pipes and devices")
def test_pipes_and_devices_are_no_cards(tmp_path):
    os.mkfifo(tmp_path / "pipe.json")
    for path in (tmp_path / "pipe.json", Path("/dev/zero")):
        with pytest.raises(WeightsError, match=r"cannot be read \(it is no ordinary file\)"):
            cards.read(path)


def test_files_too_large_are_no_cards(tmp_path):
    with (tmp_path / "card.json").open("wb") as file:
        file.truncate(2**30 + 1)
    with pytest.raises(WeightsError, match=r"cannot be read \(it has more than 1024 MB\)"):
        cards.read(tmp_path / "card.json")


@pytest.mark.parametrize("name", ["width", "levels", "before", "deep", "after", "slope"])
def test_no_default_stands_in_for_an_argument(read, whole, name):
    rest = {key: value for key, value in whole["architecture"].items() if key != name}
    with pytest.raises(WeightsError, match=f"missing required field `{name}`"):
        read(whole | {"architecture": rest})


def values():
    return st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.floats(), st.text(max_size=5)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
        ),
        max_leaves=6,
    )


@given(st.data())
def test_any_change_is_a_card_or_an_error_of_weights(read, whole, data):
    key = data.draw(st.sampled_from(sorted(whole)))
    try:
        assert isinstance(read(whole | {key: data.draw(values())}), cards.Card)
    except WeightsError as error:
        assert error.cause  # noqa: PT017 - most fail, not all


def test_a_card_names_the_files_of_its_networks():
    for preset in store.shipped():
        names = cards.file_names(preset.card.architecture)
        assert set(preset.card.files) == set(names)
        assert set(preset.card.offsets) == set(preset.card.architecture.networks)


TRAINED = [preset for preset in store.shipped() if preset.card.architecture.networks]


def test_what_needs_no_networks_says_that_nothing_was_trained():
    (preset,) = set(store.shipped()) - set(TRAINED)
    card = preset.card
    assert preset.name == card.network == "luminance"
    assert card.provenance.notes.startswith("Nothing was trained")
    assert (card.files, card.offsets, card.parameters) == ({}, {}, 0)
    assert preset.digest == hashlib.sha256(b"").hexdigest()[:16]
    assert (card.abilities.layered, card.abilities.has_pattern) == (True, False)


@pytest.mark.parametrize("preset", TRAINED, ids=lambda preset: preset.directory.name)
def test_shipped_cards_tell_how_they_came_about(preset):
    provenance = preset.card.provenance
    assert provenance.command.startswith("invgray train")
    assert "/" not in provenance.command
    assert provenance.data
    assert provenance.split
    assert provenance.commit
    assert provenance.steps > 0
    assert provenance.pictures > provenance.validation_pictures >= 0
    assert provenance.reproducible or provenance.notes
    assert preset.card.figures["psnr"] > 0
