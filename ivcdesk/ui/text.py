"""Every text that people read goes through here, so that the language can change at any time."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, Signal


class _Language(QObject):
    """The catalogue in use. Signals: ``changed`` after another one was chosen."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.code = "en"
        self.catalogue: Mapping[str, str] = {}


language = _Language()


def use(code: str, catalogue: Mapping[str, str]) -> None:
    """Speak another language from now on; ``catalogue`` maps English texts to its own."""
    language.code = code
    language.catalogue = catalogue
    language.changed.emit()


def tr(source: str, **values: object) -> str:
    """Return an English text in the language of the window, with ``{name}`` places filled in.

    A text that means two things bears a note after a bar, as ``Open|iris``.
    """
    text = language.catalogue.get(source) or source.partition("|")[0]
    return text.format(**values) if values else text


def mark(source: str) -> str:
    """Return the text as it is, marked as one to translate later with :func:`tr`."""
    return source


def bind(owner: QObject, setter: Callable[[str], object], source: str) -> None:
    """Call ``setter`` with the text now, and again whenever the language changes.

    It ends with ``owner``, which is the widget that the setter belongs to.
    """
    refresh(owner, lambda: setter(tr(source)))


def refresh(owner: QObject, show: Callable[[], object]) -> None:
    """Call ``show`` now and after each change of language, for as long as ``owner`` lives."""
    show()
    connection = language.changed.connect(lambda: show())
    owner.destroyed.connect(lambda: QObject.disconnect(connection))
