"""Every text of the code is in the catalogue, and the catalogue has no other."""

import ast
import json
import re
import string
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLabel

import ivcdesk
from ivcdesk.app.i18n import Languages, catalogue, catalogue_files, choose
from ivcdesk.ui import text
from ivcdesk.ui.text import bind, mark, tr

ROOT = Path(ivcdesk.__file__).parent
PLACES = {"tr": 0, "mark": 0, "bind": 2}
"""The functions that texts go through, and which argument the text is."""


def literals() -> Iterator[tuple[str, str]]:
    """Yield each text of the code with the place that it is at."""
    for path in sorted(ROOT.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
                name = node.func.attr if node.func.value.id == "text" else ""
            at = PLACES.get(name)
            if at is None or len(node.args) <= at:
                continue
            for value in ast.walk(node.args[at]):
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    yield value.value, f"{path.relative_to(ROOT)}:{node.lineno}"


def texts() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for literal, where in literals():
        if any(letter.isalpha() for letter in literal):
            found[literal].append(where)
    return found


def placeholders(source: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(source) if name}


def test_every_text_of_the_code_is_translated():
    known = catalogue("zh_CN")
    missing = {source: where for source, where in texts().items() if source not in known}
    assert not missing, json.dumps(missing, indent=1, ensure_ascii=False)


def test_no_translation_is_left_over():
    used = texts()
    left = {
        name: [source for source in entries if source not in used]
        for name, entries in catalogue_files("zh_CN")
    }
    left = {name: sources for name, sources in left.items() if sources}
    assert not left, json.dumps(left, indent=1, ensure_ascii=False)


def test_places_agree():
    wrong = {
        source: translated
        for source, translated in catalogue("zh_CN").items()
        if placeholders(source) != placeholders(translated)
    }
    assert not wrong


def test_one_text_has_one_translation():
    seen: dict[str, tuple[str, str]] = {}
    for name, entries in catalogue_files("zh_CN"):
        for source, translated in entries.items():
            other = seen.setdefault(source, (translated, name))
            assert other[0] == translated, f"{source!r} differs in {name} and {other[1]}"


def test_translations_are_translated():
    # Names, units and places to fill in are the same in both languages.
    alike = re.compile(r"\{\w+\}|\|.*|\S*/s\b|SecretId|SecretKey")
    english = [
        source
        for source, translated in catalogue("zh_CN").items()
        if not re.search("[\u4e00-\u9fff]", translated)
        and re.search("[a-z]{4}", alike.sub("", source))
    ]
    assert not english


@pytest.mark.parametrize(("setting", "code"), [("en", "en"), ("zh_CN", "zh_CN")])
def test_a_chosen_language_is_spoken(setting, code):
    assert choose(setting) == code


def test_the_system_decides_where_nothing_was_chosen():
    assert choose("system") in ("en", "zh_CN")


def test_switching_changes_texts_and_qt_s_own(qapp, monkeypatch):
    source = mark("Sign in")
    monkeypatch.setitem(text.language.__dict__, "catalogue", {})
    label = QLabel()
    bind(label, label.setText, "Sign in")
    languages = Languages(qapp)
    try:
        languages.use("zh_CN")
        assert label.text() == catalogue("zh_CN")[source]
        assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "取消"
        languages.use("en")
        assert label.text() == "Sign in"
        assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Cancel"
    finally:
        languages.close()
        text.use("en", {})
    assert tr("Sign in") == "Sign in"
