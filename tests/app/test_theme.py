import re
from dataclasses import fields

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QPushButton

from ivcdesk.app.theme import Appearance, body_font, mixed, palette, style_sheet
from ivcdesk.resource import resource
from ivcdesk.ui import icons, tokens


def contrast(one: str, other: str) -> float:
    def luminance(color: str) -> float:
        channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.fixture
def appearance(qapp):
    style, sheet, before = qapp.style().objectName(), qapp.styleSheet(), tokens.tokens()
    font, colors = qapp.font(), qapp.palette()
    made = Appearance(qapp)
    yield made
    made.close()
    qapp.styleHints().unsetColorScheme()
    qapp.setStyleSheet(sheet)
    qapp.setStyle(style)
    qapp.setFont(font)
    qapp.setPalette(colors)
    tokens.use(before)


@pytest.mark.parametrize("theme", [tokens.DARK, tokens.LIGHT])
def test_the_sheet_is_whole_and_its_pictures_exist(theme):
    sheet = style_sheet(theme)
    assert "$" not in sheet
    for path in re.findall(r'url\("([^"]+)"\)', sheet):
        assert resource(path).is_file(), path


@pytest.mark.parametrize("theme", [tokens.DARK, tokens.LIGHT])
def test_words_can_be_read(theme):
    for ground in (theme.background, theme.panel, theme.raised):
        assert contrast(theme.text, ground) >= 7
        assert contrast(theme.muted, ground) >= 4.5
    assert contrast(theme.on_accent, theme.accent) >= 4.5
    assert contrast(theme.text, theme.selection) >= 4.5


@pytest.mark.parametrize("theme", [tokens.DARK, tokens.LIGHT])
def test_every_token_is_a_colour_or_a_size(theme):
    for field in fields(theme):
        value = getattr(theme, field.name)
        if isinstance(value, str) and field.name != "name":
            assert re.fullmatch(r"#[0-9a-f]{6}", value), field.name


def test_a_theme_is_worn_at_once_and_told(appearance, qapp, qtbot):
    appearance.use("light")
    assert tokens.tokens() is tokens.LIGHT
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(tokens.LIGHT.background)
    with qtbot.waitSignal(tokens.theme.changed, timeout=1000):
        appearance.use("dark")
    assert tokens.tokens() is tokens.DARK
    assert tokens.DARK.panel in qapp.styleSheet()


def test_the_system_is_followed_only_where_it_was_asked_for(appearance, qapp):
    appearance.use("system")
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert tokens.tokens() is tokens.LIGHT
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert tokens.tokens() is tokens.DARK
    appearance.use("dark")
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert tokens.tokens() is tokens.DARK


def test_figures_have_one_width(qapp):
    font = body_font()
    assert font.pixelSize() == tokens.DARK.body
    assert font.featureValue(QFont.Tag("tnum")) == 1


def test_disabled_words_are_fainter():
    colors = palette(tokens.DARK)
    role = QPalette.ColorRole.WindowText
    assert colors.color(QPalette.ColorGroup.Disabled, role) != colors.color(
        QPalette.ColorGroup.Active, role
    )


def test_mixing():
    assert mixed("#000000", "#ffffff", 0.5) == "#808080"
    assert mixed("#102030", "#ffffff", 0) == "#102030"


def test_icons_follow_the_theme(qapp):
    button = QPushButton()
    icons.bind(button, button.setIcon, "live", 16)
    before = button.icon().pixmap(16, 16).toImage()
    current = tokens.tokens()
    try:
        tokens.use(tokens.LIGHT if current is tokens.DARK else tokens.DARK)
        assert button.icon().pixmap(16, 16).toImage() != before
    finally:
        tokens.use(current)


@pytest.mark.parametrize("path", sorted(resource("icons").glob("*.svg")), ids=lambda p: p.stem)
def test_every_icon_can_be_drawn(qapp, path):
    image = icons.pixmap(path.stem, 24, "#ff0000").toImage()
    assert any(image.pixelColor(x, y).alpha() for x in range(24) for y in range(24))
