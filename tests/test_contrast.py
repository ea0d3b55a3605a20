"""The style sheet's colours: whatever meets on screen can be told apart, in light and dark (WCAG 1.4.3, 1.4.11)."""

import re

import pytest

from app.web.assets import content

TEXT = {
    "ground": ("text", "quiet", "action", "label"),
    "card": ("text", "quiet", "action", "context", "label"),
    "faint": ("quiet",),
    "context-ground": ("context",),
    "label-ground": ("label",),
    "surprise": ("context", "label", "quiet"),
    "action": ("on-action",),
}
SHAPES = {
    "ground": ("edge", "context", "label", "action"),
    "card": ("edge", "label", "action"),
    "context-ground": ("context",),
    "label-ground": ("label",),
    "faint": ("bar", "label"),
}


def schemes() -> dict[str, dict[str, str]]:
    """Each scheme's colours by role."""
    sheet = content("app.css").decode()
    found = re.findall(r"--([\w-]+): light-dark\((#\w+), (#\w+)\);", sheet)
    light, dark = {role: one for role, one, _ in found}, {role: other for role, _, other in found}
    return {"light": light, "dark": dark}


def luminance(colour: str) -> float:
    """Relative luminance of #rgb or #rrggbb, from 0 to 1.

    >>> luminance("#fff"), luminance("#000000")
    (1.0, 0.0)
    """
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_black_on_white_has_the_contrast_that_the_standard_says() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#777", "#fff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT, 4.5), (SHAPES, 3.0)], ids=["text", "shapes"])
def test_colours_that_meet_have_enough_contrast(scheme: str, pairs: dict[str, tuple[str, ...]], least: float) -> None:
    colours = schemes()[scheme]
    found = {
        (role, ground): contrast(colours[role], colours[ground]) for ground, roles in pairs.items() for role in roles
    }
    assert {meeting: ratio for meeting, ratio in found.items() if ratio < least} == {}
