"""The one way of a picture through the program: read, convert, write.

Command line, server, cluster and benchmark call these functions and nothing beside them.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

import numpy as np

from invgray import preview, propagation
from invgray.codec import Codec
from invgray.color import profile
from invgray.color.lab import gray_of
from invgray.color.levels import neutral, to_8_bits
from invgray.color.looks import Look
from invgray.color.luminance import luminance
from invgray.color.mix import LUMINANCE
from invgray.errors import ExistsError, InputError, OutputError, UsageError
from invgray.files import reading, writing
from invgray.files.ends import PIPE, Source, Target
from invgray.files.formats import COLOR_FORMATS, GRAY_FORMATS
from invgray.files.location import Location, locate
from invgray.files.parts import Part, in_order
from invgray.files.picture import Picture, as_gray, fitted
from invgray.files.record import Record
from invgray.fine import layer
from invgray.fine.layer import Found
from invgray.hints import Hints, collected
from invgray.loading import load_codec, load_colorizer
from invgray.maker import Seen, maker, see
from invgray.options import ColorizeOptions, DecodeOptions, EncodeOptions, Options
from invgray.presets import store
from invgray.presets.store import Preset
from invgray.preview import Panel
from invgray.prints import border
from invgray.restoration import Restoration
from invgray.types import Pixels
from invgray.watching import Watch, portion, unwatched
from invgray.way import PIXEL_BYTES, Way

_RECTIFIED_PIXEL_BYTES, _HINTED_PIXEL_BYTES = 130, 90
"""Memory for each pixel of a print that is straightened, and of a picture full of hints."""

_SHOWN_PIXELS, _DECODED_PIXELS = 50_000_000, 4_000_000
"""Pixels that a picture may have to be shown in a notebook, and to be decoded for that."""


class Status(StrEnum):
    """What became of a picture, or will become of it where nothing is done yet."""

    PLANNED = "planned"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


class Conversion(StrEnum):
    """What was to become of a picture."""

    ENCODE = "encode"
    DECODE = "decode"
    COLORIZE = "colorize"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a picture; ``--json`` prints it.

    Attributes:
        input: name of the picture; ``-`` for bytes and streams.
        output: name of the result; ``-`` for a stream.
        status: done, skipped or failed; planned, where nothing is done yet.
        conversion: encode, decode or colorize; None if it failed or is planned.
        width: of the result in pixels, without a border.
        height: of the result in pixels, without a border.
        preset: name of the preset that was used; None if none was.
        fine: of a decoded or verified gray, the share of the picture restored from the fine layer,
            0 to 1.
        exact: likewise, whether the picture is bit for bit the original, as far as is known.
        psnr: of a verified gray, the PSNR of its colours in dB; None if they are exact.
        dropped: what the file of the picture holds, and that of the result does not.
        notices: one line each for what is worth knowing.
        error: of a failed one, cause and remedy.
        exit_code: of a failed one, the command's if all fail so.
    """

    input: str
    output: str
    status: Status = Status.DONE
    conversion: Conversion | None = None
    width: int | None = None
    height: int | None = None
    preset: str | None = None
    fine: float | None = None
    exact: bool | None = None
    psnr: float | None = None
    dropped: tuple[Part, ...] = ()
    notices: tuple[str, ...] = ()
    error: str | None = None
    exit_code: int | None = None

    def _repr_html_(self) -> str:
        """Its pictures side by side, for Jupyter.

        Files are read when this is called, and shown as they are then. Of an encoding, the gray is
        decoded for it, if it has no more than four megapixels.
        """
        return preview.html(_panels(self), _lines(self))


def encode_file(
    source: Source,
    target: Target,
    options: EncodeOptions = EncodeOptions(),
    watch: Watch = unwatched,
) -> Outcome:
    """Colour to gray that can be undone, from file to file.

    A gray that says that it hides colours is kept as it is, with all that it says.

    Args:
        source: the colour picture.
        target: where the gray goes, in a format by its suffix.
        options: preset, machine, and so on.
        watch: hears how many pixels are done and how many there are; may raise to stop.

    Raises:
        InputError: the picture cannot be read, or is too small for a border.
        OutputError: the gray cannot be written; it would replace a file, for one.
        WeightsError: the preset is missing, damaged or of another kind.
        DeviceError: networks cannot be run on the machine that is asked for.
        UsageError: the target's format is none for grays, or none in which the preset hides
            colours.
    """
    way = Way.between(source, target, GRAY_FORMATS, options)
    return unless_there(way.ends, Conversion.ENCODE, options, lambda: _encode(way, options, watch))


def _encode(way: Way, options: EncodeOptions, watch: Watch) -> Outcome:
    way.check()
    codec = load_codec(options.preset or store.DEFAULT, options.machine)
    picture = way.read()
    if picture.pixels.ndim == 2 and (hiding := _hiding(picture)):
        return _keep(way, picture, hiding, options)
    picture = fitted(picture, options.long_side) if options.long_side else picture
    height, width = picture.pixels.shape[:2]
    if options.border:
        border.check(height, width, way.name)
    around = border.thickness(height, width) if options.border else 0
    form = writing.gray_format(way.target)
    writing.check_size(way.target, form, height + 2 * around, width + 2 * around)
    preset, lossy = codec.preset, form.loses(options.quality)
    abilities = preset.card.abilities
    fine = options.fine and not lossy and abilities.layered
    expect_hiding(preset, options.look, fine=fine, instead="write a PNG with a fine layer")
    shown = _toned(picture)
    colors = picture.pixels if shown is None else shown
    mix = options.look.mix(colors) if colors.ndim == 3 else LUMINANCE
    verifying = options.verify or options.at_least is not None
    encoding = portion(watch, 0, 0.5) if verifying else watch
    gray = codec.encode(colors, encoding, fine=fine, mix=mix)
    record = Record(
        preset=preset.name,
        weights=preset.digest,
        colorless=picture.pixels.ndim == 2,
        icc=picture.icc,
        border=around,
        fine=fine and picture.pixels.ndim == 3 and layer.begins(gray),
        toned=shown is not None,
        mix=mix,
    )
    written, framed = _framed(gray, picture) if options.border else (gray, picture)

    def write(target: Location | BinaryIO) -> tuple[Part, ...]:
        return writing.write_gray(
            target,
            written,
            framed,
            record,
            options.quality,
            overwrite=options.overwrite,
            like=way.like,
        )

    notices = picture.notices
    if fine and not (record.colorless or record.fine or abilities.has_pattern):
        notices += ("is too small for a fine layer; its colours are lost",)
    outcome = done(way.ends, Conversion.ENCODE, gray.shape, preset.name, ())
    if verifying:
        outcome = _verified(way, write, picture.pixels, options, outcome, portion(watch, 0.5, 1))
    dropped = in_order((*picture.dropped, *write(way.target)))
    notices += outcome.notices + _told_dropped(dropped) + _endangered(way, preset.name, preset)
    return replace(outcome, dropped=dropped, notices=notices)


def decode_file(
    source: Source,
    target: Target,
    options: DecodeOptions = DecodeOptions(),
    watch: Watch = unwatched,
) -> Outcome:
    """Gray that hides colours, back to colour, from file to file.

    The gray tells by its record which weights made it, or is recognised by its pattern. A gray
    whose original had no colour stays as it is.

    Args:
        source: the gray picture.
        target: where the colours go, in a format by its suffix.
        options: preset, machine, and so on.
        watch: hears how many pixels are done and how many there are; may raise to stop.

    Raises:
        InputError: the picture cannot be read, or is in colour, or has no border to find.
        ForeignWeightsError: the weights that made the gray are not here.
        OutputError: the result cannot be written; it would replace a file, for one.
        WeightsError: the preset is missing, damaged or of another kind.
        DeviceError: networks cannot be run on the machine that is asked for.
        UsageError: the target's format is none for colours.
    """
    way = Way.between(source, target, COLOR_FORMATS, options)
    return unless_there(way.ends, Conversion.DECODE, options, lambda: _decode(way, options, watch))


def _decode(way: Way, options: DecodeOptions, watch: Watch) -> Outcome:
    way.check()
    picture = way.read(_RECTIFIED_PIXEL_BYTES if options.rectify else PIXEL_BYTES)
    if options.rectify:
        picture = _straightened(way, picture, options.size)
    else:
        picture = as_gray(border.without(picture))
    if picture.pixels.ndim == 3:
        raise InputError(
            f"{way.name}: is a colour picture", "give the gray picture that was made of it"
        )
    writing.check_size(way.target, writing.color_format(way.target), *picture.pixels.shape)
    seen = Seen(picture.pixels) if options.rectify else see(picture.pixels)
    made = maker(
        seen,
        picture.record,
        way.name,
        options.machine,
        preset=options.preset,
        printed=options.rectify,
    )
    codec, news, found = made.codec, made.notices, seen.found
    gray = picture.pixels
    if made.curve:
        gray = seen.gray
        news += (f"its levels were changed ({made.curve.words}), which is undone",)
    if codec is None:
        restored = Restoration(neutral(gray))
    else:
        mix = picture.record.mix if picture.record else LUMINANCE
        restored = (
            codec.restore(gray, watch, found)
            if found
            else Restoration(codec.read_pattern(gray, watch, made.placement, mix))
        )
        news += _touched(restored, found, picture.record, codec)
    restored = _untoned(restored, picture.record)
    dropped = _put(way, restored.rgb, picture)
    name = codec.preset.name if codec else None
    outcome = done(
        way.ends,
        Conversion.DECODE,
        restored.rgb.shape,
        name,
        picture.notices + news + _told_dropped(dropped),
    )
    return replace(outcome, fine=restored.fine, exact=restored.exact, dropped=dropped)


def colorize_file(
    source: Source,
    target: Target,
    options: ColorizeOptions = ColorizeOptions(),
    watch: Watch = unwatched,
) -> Outcome:
    """Plausible colours for any gray picture, made up or led by hints, from file to file.

    Args:
        source: the picture; colours that it has are replaced.
        target: where the colours go, in a format by its suffix.
        options: preset, machine, and so on.
        watch: hears how many pixels are done and how many there are; may raise to stop.

    Raises:
        InputError: the picture cannot be read.
        OutputError: the result cannot be written; it would replace a file, for one.
        WeightsError: the preset is missing, damaged or of another kind.
        DeviceError: networks cannot be run on the machine that is asked for.
        UsageError: the target's format is none for colours.
    """
    way = Way.between(source, target, COLOR_FORMATS, options)
    return unless_there(
        way.ends, Conversion.COLORIZE, options, lambda: _colorize(way, options, watch)
    )


def _colorize(way: Way, options: ColorizeOptions, watch: Watch) -> Outcome:
    way.check()
    usual = store.HINTED if options.hinted else store.COLORIZER
    colorizer = (
        None if options.optimized else load_colorizer(options.preset or usual, options.machine)
    )
    picture = as_gray(way.read(_HINTED_PIXEL_BYTES if options.hinted else PIXEL_BYTES))
    writing.check_size(way.target, writing.color_format(way.target), *picture.pixels.shape[:2])
    gray, notices = picture.pixels, picture.notices
    if gray.ndim == 3:
        notices += ("is a colour picture; its colours are replaced",)
        gray = to_8_bits(gray_of(gray))
    elif picture.record and not picture.record.colorless:
        notices += ("hides its true colours; decoding brings them back",)
    watch(0, gray.size)
    hints, news = _hints(gray, options) if options.hinted else (None, ())
    rgb = (
        colorizer.colorize(gray, options.temperature, watch, hints)
        if colorizer
        else propagation.colorize(gray, hints or Hints.none(*gray.shape), watch)
    )
    plain = replace(picture, record=None)
    dropped = _put(way, rgb, plain)
    name = colorizer.preset.name if colorizer else None
    outcome = done(
        way.ends, Conversion.COLORIZE, rgb.shape, name, notices + news + _told_dropped(dropped)
    )
    return replace(outcome, dropped=dropped)


def _hints(gray: Pixels, options: ColorizeOptions) -> tuple[Hints, tuple[str, ...]]:
    """The hints for a gray picture, and what there is to say of them."""
    strokes = None
    if options.hints is not None:
        source = locate(options.hints) if isinstance(options.hints, str) else options.hints
        name = reading.name_of(source)
        strokes = reading.read(
            source,
            lambda height, width: reading.check_pixels(name, height, width, options.max_pixels),
        )
    height, width = gray.shape
    hints, notices = collected(height, width, strokes, options.points)
    if not hints.given.any():
        notices += ("has no hints in its picture of hints",)
    return hints, notices


def _put(way: Way, rgb: Pixels, picture: Picture) -> tuple[Part, ...]:
    """Write colours, and tell what of the picture and its file is not there any more."""
    options = way.options
    lost = writing.write_color(
        way.target, rgb, picture, options.quality, overwrite=options.overwrite, like=way.like
    )
    return in_order((*picture.dropped, *lost))


def _toned(picture: Picture) -> Pixels | None:
    """Colours toned by their profile, where it makes a difference and there are any."""
    colored = picture.icc is not None and picture.pixels.ndim == 3
    return profile.toned(picture.pixels, picture.icc) if colored and picture.icc else None


def _untoned(restored: Restoration, record: Record | None) -> Restoration:
    """Colours as they were before they were toned; these are never sure to be exact."""
    if record is None or not record.toned or record.icc is None:
        return restored
    return replace(restored, rgb=profile.untoned(restored.rgb, record.icc), exact=False)


def unless_there(
    ends: tuple[str, str], conversion: Conversion, options: Options, convert: Callable[[], Outcome]
) -> Outcome:
    """The outcome of a conversion, unless its result is there already and is to be left.

    Args:
        ends: names of the input and of the result.
        conversion: what becomes of the input.
        options: of the conversion.
        convert: looks at the place of the result first.
    """
    try:
        return convert()
    except ExistsError:
        if not options.skip_existing:
            raise
        return Outcome(input=ends[0], output=ends[1], status=Status.SKIPPED, conversion=conversion)


def done(
    ends: tuple[str, str],
    conversion: Conversion,
    size: tuple[int, ...],
    preset: str | None,
    notices: tuple[str, ...],
) -> Outcome:
    """The outcome of what is done.

    Args:
        ends: names of the input and of the result.
        conversion: what became of the input.
        size: height and width of the result, without a border.
        preset: name of the preset that was used, if one was.
        notices: one line each for what is worth knowing.
    """
    return Outcome(
        input=ends[0],
        output=ends[1],
        conversion=conversion,
        width=size[1],
        height=size[0],
        preset=preset,
        notices=notices,
    )


def expect_hiding(preset: Preset, look: Look, *, fine: bool, instead: str) -> None:
    """Refuse what leaves no colours in a gray, or asks a preset for a look that it has not.

    Args:
        preset: that draws the gray.
        look: of the gray.
        fine: whether it gets a fine layer.
        instead: remedy, beside another preset, where it gets none.

    Raises:
        UsageError: the preset cannot do it.
    """
    abilities = preset.card.abilities
    if not fine and abilities.layered and not abilities.has_pattern:
        raise UsageError(
            f"preset '{preset.name}' hides colours in the fine layer only",
            f"{instead}, or use another preset",
        )
    if look is not Look.LUMINANCE and not abilities.layered:
        raise UsageError(
            f"preset '{preset.name}' draws a gray of its own, which has no other looks",
            "use another preset",
        )


def _framed(gray: Pixels, picture: Picture) -> tuple[Pixels, Picture]:
    """A gray with a border to print, and its picture with one that is opaque."""
    alpha, around = picture.alpha, border.thickness(*gray.shape)
    if alpha is not None:
        alpha = np.pad(alpha, around, constant_values=255)
    return border.draw(gray), replace(picture, alpha=alpha)


def _keep(way: Way, picture: Picture, record: Record, options: EncodeOptions) -> Outcome:
    """Write a gray that hides colours as it is."""
    if options.border and not record.border:
        raise InputError(
            f"{way.name}: hides colours already, and cannot get a border",
            "give the colour picture that it was made of",
        )
    lost = writing.write_gray(
        way.target,
        picture.pixels,
        picture,
        record,
        options.quality,
        overwrite=options.overwrite,
        like=way.like,
    )
    dropped = in_order((*picture.dropped, *lost))
    notices = (*picture.notices, "hides colours already; kept as it is", *_told_dropped(dropped))
    notices += _endangered(way, record.preset, store.by_digest(record.weights))
    outcome = done(
        way.ends, Conversion.ENCODE, border.without(picture).pixels.shape, record.preset, notices
    )
    return replace(outcome, dropped=dropped)


def _told_dropped(parts: tuple[Part, ...]) -> tuple[str, ...]:
    """The one notice of what a result does not have."""
    return (f"dropped: {', '.join(part.words for part in parts)}",) if parts else ()


def _endangered(way: Way, name: str, preset: Preset | None) -> tuple[str, ...]:
    """What there is to say where a gray that was not made for it is compressed with loss."""
    handled = preset is not None and preset.card.abilities.handled
    form = writing.gray_format(way.target)
    if handled or not form.loses(way.options.quality):
        return ()
    return (
        f"{form.name} with loss damages the colours that preset '{name}' hides; write a PNG, or "
        "use preset 'robust'",
    )


def _hiding(picture: Picture) -> Record | None:
    """What a gray that hides colours says of itself, or its fine layer says for it."""
    if picture.record and not picture.record.colorless:
        return picture.record
    found = layer.find(picture.pixels)
    if found is None:
        return None
    preset, weights = store.by_digest(found.weights.hex()), found.weights.hex()
    return Record(
        preset=preset.name if preset else weights, weights=weights, fine=True, mix=found.mix
    )


def _verified(
    way: Way,
    write: Callable[[Path], tuple[Part, ...]],
    original: Pixels,
    options: EncodeOptions,
    outcome: Outcome,
    watch: Watch,
) -> Outcome:
    """The outcome with what decoding gives back of a gray that is not yet in its place."""
    from invgray.metrics import psnr  # imports slowly, and is seldom needed

    suffix = way.target.suffix if isinstance(way.target, Location) else ".png"
    with TemporaryDirectory() as folder:
        gray, color = Path(folder, f"gray{suffix}"), Path(folder, "color.png")
        write(gray)
        decoded = decode_file(
            gray,
            color,
            DecodeOptions(
                machine=options.machine,
                max_pixels=options.max_pixels,
                max_memory=options.max_memory,
            ),
            watch,
        )
        restored = reading.read(color).pixels
    decibels = psnr(*(neutral(x) if x.ndim == 2 else x for x in (original, restored)))
    if options.at_least is not None and decibels < options.at_least:
        raise OutputError(
            f"{way.name}: its colours come back at {decibels:.2f} dB only, "
            f"less than the {options.at_least:g} dB asked for",
            "nothing was written",
        )
    exact = bool(np.isinf(decibels))
    verified = "exactly" if exact else f"at {decibels:.2f} dB"
    return replace(
        outcome,
        psnr=None if exact else round(decibels, 2),
        fine=decoded.fine,
        exact=exact,
        notices=(f"verified: its colours come back {verified}",),
    )


def _touched(
    restored: Restoration, found: Found | None, record: Record | None, codec: Codec
) -> tuple[str, ...]:
    """What there is to say of a gray whose fine layer is not whole."""
    if found is None:
        return without_layer(record, codec)
    if restored.fine == 1:
        return ()
    pattern = codec.preset.card.abilities.has_pattern
    rest = "the rest from the pattern" if pattern else "the rest has lost its colours"
    return (f"was touched: {restored.fine:.0%} of the picture comes from the fine layer, {rest}",)


def without_layer(record: Record | None, codec: Codec) -> tuple[str, ...]:
    """What there is to say of a gray without a fine layer, which says that it had one."""
    if record is None or not record.fine:
        return ()
    pattern = codec.preset.card.abilities.has_pattern
    rest = "all colours come from the pattern" if pattern else "all colours are lost"
    return (f"was touched: the fine layer is gone, and {rest}",)


def _straightened(way: Way, picture: Picture, size: tuple[int, int] | None) -> Picture:
    """The gray picture on a photograph or scan of its print; nothing else of that is kept."""
    from invgray.prints import rectification  # imports slowly, and is seldom needed

    colored = picture.pixels.ndim == 3
    brightness = luminance(picture.pixels) if colored else picture.pixels
    admit = way.admitting(_RECTIFIED_PIXEL_BYTES)
    gray = to_8_bits(rectification.rectify(brightness, way.name, size, admit))
    return Picture(pixels=gray, notices=picture.notices)


_TITLES = {
    Conversion.ENCODE: ("original", "gray"),
    Conversion.DECODE: ("gray", "restored"),
    Conversion.COLORIZE: ("gray", "colours made up"),
}
"""What input and output of a conversion are."""


def _panels(outcome: Outcome) -> tuple[Panel, ...]:
    """The pictures of an outcome, read or made when they are shown."""
    if outcome.conversion is None:
        return ()
    before, after = _TITLES[outcome.conversion]
    ends = (
        Panel(title=before, name=outcome.input, read=lambda: _kept(outcome.input)),
        Panel(title=after, name=outcome.output, read=lambda: _kept(outcome.output)),
    )
    if outcome.conversion is not Conversion.ENCODE:
        return ends
    again = "decoded from the gray, to be shown here"
    return (*ends, Panel(title="restored", name=again, read=lambda: _restored(outcome.output)))


def _kept(name: str) -> Picture:
    """A picture at an end of a conversion, as it is now."""

    def admit(height: int, width: int) -> None:
        reading.check_pixels(name, height, width, _SHOWN_PIXELS)

    return reading.read(_path(name), admit)


def _path(name: str) -> Location:
    if name == PIPE:
        raise InputError("bytes and streams are not kept")
    return locate(name)


def _restored(name: str) -> Picture:
    """What decoding gives back of a gray."""
    stream = io.BytesIO()
    decode_file(_path(name), stream, DecodeOptions(max_pixels=_DECODED_PIXELS))
    return reading.read(stream.getvalue())


def _lines(outcome: Outcome) -> list[str]:
    """What an outcome tells beside its pictures."""
    lines = [f"{outcome.input} to {outcome.output}: {outcome.status.value}"]
    if outcome.preset:
        lines.append(f"preset {outcome.preset}, {outcome.width}x{outcome.height} pixels")
    if outcome.fine is not None:
        exact = ", exact" if outcome.exact else ""
        lines.append(f"{outcome.fine:.0%} from the fine layer{exact}")
    return [*lines, *outcome.notices, *([outcome.error] if outcome.error else [])]
