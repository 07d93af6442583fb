"""The look of the whole application: palette, style sheet and fonts made of the design tokens."""

from __future__ import annotations

from dataclasses import asdict
from string import Template

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication

from ivcdesk.resource import resource
from ivcdesk.ui import tokens as design

_PREFERRED = ("Inter", "Inter Variable", "Segoe UI Variable Text", "Segoe UI", "SF Pro Text")
_CHINESE = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Microsoft YaHei UI",
    "PingFang SC",
    "WenQuanYi Micro Hei",
)
_NARROWER = {"DejaVu Sans": "DejaVu Sans Condensed"}


class Appearance(QObject):
    """Dresses the application in a theme, and follows the system where it is asked to."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._application = application
        self._setting = "system"
        application.setStyle("Fusion")
        application.setFont(body_font())
        self._hints = application.styleHints()
        self._hints.colorSchemeChanged.connect(self._on_system_changed)

    def use(self, setting: str) -> None:
        """Show ``dark``, ``light``, or what the ``system`` shows now and later."""
        self._setting = setting
        scheme = {"dark": Qt.ColorScheme.Dark, "light": Qt.ColorScheme.Light}.get(setting)
        if scheme is None:
            self._hints.unsetColorScheme()
            light = self._hints.colorScheme() is Qt.ColorScheme.Light
        else:
            self._hints.setColorScheme(scheme)
            light = scheme is Qt.ColorScheme.Light
        self._dress(design.LIGHT if light else design.DARK)

    def close(self) -> None:
        """Stop following the system."""
        self._hints.colorSchemeChanged.disconnect(self._on_system_changed)
        self.deleteLater()

    def _on_system_changed(self, scheme: Qt.ColorScheme) -> None:
        if self._setting == "system":
            light = scheme is Qt.ColorScheme.Light
            self._dress(design.LIGHT if light else design.DARK)

    def _dress(self, tokens: design.Tokens) -> None:
        if design.tokens() is tokens and self._application.styleSheet():
            return
        self._application.setPalette(palette(tokens))
        self._application.setStyleSheet(style_sheet(tokens))
        design.use(tokens)


def body_font() -> QFont:
    """Return the font of the body: the best one here, with figures of one width."""
    system = QFontInfo(QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)).family()
    here = set(QFontDatabase.families())
    first = next((name for name in _PREFERRED if name in here), _NARROWER.get(system, system))
    font = QFont([first, system, *(name for name in _CHINESE if name in here)])
    font.setPixelSize(design.DARK.body)
    font.setFeature(QFont.Tag("tnum"), 1)
    font.setHintingPreference(QFont.HintingPreference.PreferVerticalHinting)
    return font


def style_sheet(tokens: design.Tokens) -> str:
    """Return the style sheet of the application in a theme."""
    template = resource("themes", "ivcdesk.qss").read_text(encoding="utf-8")
    mono = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
    values = asdict(tokens) | {
        "mono": f'"{mono}"',
        "pictures": resource("themes", tokens.name).as_posix(),
        "hover": mixed(tokens.raised, tokens.line, 0.45),
        "pressed": mixed(tokens.raised, tokens.line, 0.9),
        "edge": mixed(tokens.line, tokens.off, 0.4),
        "faint": mixed(tokens.muted, tokens.panel, 0.42),
        "stripe": mixed(tokens.panel, tokens.raised, 0.4),
        "knob": "#ffffff",
        "popup": tokens.raised if tokens is design.DARK else tokens.panel,
        "accent_hover": mixed(tokens.accent, tokens.text, 0.14),
        "accent_pressed": mixed(tokens.accent, tokens.background, 0.2),
        "warn_wash": mixed(tokens.panel, tokens.warn, 0.14),
        "bad_wash": mixed(tokens.panel, tokens.bad, 0.14),
    }
    return Template(template).substitute(values)


def palette(tokens: design.Tokens) -> QPalette:
    """Return the palette of a theme, for all that the style sheet does not reach."""
    role = QPalette.ColorRole
    made = QPalette()
    for where, color in {
        role.Window: tokens.background,
        role.WindowText: tokens.text,
        role.Base: tokens.panel,
        role.AlternateBase: tokens.raised,
        role.Text: tokens.text,
        role.PlaceholderText: tokens.muted,
        role.Button: tokens.raised,
        role.ButtonText: tokens.text,
        role.BrightText: tokens.bad,
        role.Highlight: tokens.accent,
        role.HighlightedText: tokens.on_accent,
        role.Link: tokens.accent,
        role.LinkVisited: tokens.accent,
        role.ToolTipBase: tokens.raised,
        role.ToolTipText: tokens.text,
        role.Mid: tokens.line,
        role.Dark: tokens.line,
        role.Light: tokens.raised,
        role.Accent: tokens.accent,
    }.items():
        made.setColor(where, QColor(color))
    faint = QColor(mixed(tokens.muted, tokens.panel, 0.42))
    for where in (role.WindowText, role.Text, role.ButtonText, role.PlaceholderText):
        made.setColor(QPalette.ColorGroup.Disabled, where, faint)
    return made


def mixed(color: str, other: str, share: float) -> str:
    """Return ``color`` with a share (0..1) of the other one in it."""
    pairs = [(int(color[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)
