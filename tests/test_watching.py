"""Tests for :mod:`invgray.watching`."""

from invgray.watching import portion


def test_passes_are_portions_of_a_whole():
    heard = []

    def watch(*progress):
        heard.append(progress)

    first, second = portion(watch, 0, 0.75), portion(watch, 0.75, 1)
    inner = portion(second, 0.5, 1)
    for part in (first, second, inner):
        part(0, 400)
        part(200, 400)
    assert heard == [(n, 400) for n in (0, 150, 300, 350, 350, 375)]
