"""The languages of the window: catalogues beside the code, and Qt's own texts with them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from ivcdesk.resource import resource
from ivcdesk.ui import text

log = logging.getLogger(__name__)

LANGUAGES = ("en", "zh_CN")


def choose(setting: str) -> str:
    """Return the language for a setting; ``system`` follows the computer, English otherwise."""
    if setting in LANGUAGES:
        return setting
    for tag in QLocale.system().uiLanguages():
        if tag.startswith("zh"):
            return "zh_CN"
        if tag.startswith("en"):
            return "en"
    return "en"


def catalogue(code: str) -> dict[str, str]:
    """Return all texts of a language, merged from its files; English needs none."""
    merged: dict[str, str] = {}
    for _name, entries in catalogue_files(code):
        merged.update(entries)
    return merged


def catalogue_files(code: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the name and the texts of each file of a language; a broken file is left out."""
    for path in sorted(resource("translations", code).glob("*.json")):
        try:
            entries = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            log.error("translation %s can't be read: %s", path.name, error)
            continue
        yield path.name, entries


class Languages:
    """Switches the language of the whole application while it runs."""

    def __init__(self, application: QCoreApplication) -> None:
        self._application = application
        self._translator: QTranslator | None = None

    def use(self, setting: str) -> None:
        """Speak the language of a setting from now on."""
        code = choose(setting)
        self.close()
        if code != "en":
            translator = QTranslator(self._application)
            folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
            if translator.load(f"qtbase_{code}", folder):
                self._application.installTranslator(translator)
                self._translator = translator
        text.use(code, catalogue(code))

    def close(self) -> None:
        """Take back what was installed in Qt."""
        if self._translator is not None:
            self._application.removeTranslator(self._translator)
            self._translator.deleteLater()
            self._translator = None
