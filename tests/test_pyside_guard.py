"""Some builds of PySide6 lose a reference with every emit until the interpreter aborts."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, Signal

ROUNDS = 500
SLACK = 50


class Emitter(QObject):
    emitted = Signal(int)
    emitted_plain = Signal()


def test_emitting_keeps_reference_counts(qapp):
    emitter = Emitter()
    before = sys.getrefcount(True), sys.getrefcount(False), sys.getrefcount(None)
    for _ in range(ROUNDS):
        emitter.emitted.emit(1)
        emitter.emitted_plain.emit()
    after = sys.getrefcount(True), sys.getrefcount(False), sys.getrefcount(None)
    assert all(new > old - SLACK for old, new in zip(before, after, strict=True)), (before, after)


def test_connecting_and_void_calls_keep_reference_counts(qapp):
    emitter = Emitter()

    def slot() -> None:
        pass

    before = sys.getrefcount(True), sys.getrefcount(None)
    for _ in range(ROUNDS):
        emitter.emitted_plain.connect(slot)
        emitter.emitted_plain.disconnect(slot)
        emitter.setObjectName("x")
        emitter.blockSignals(False)
    after = sys.getrefcount(True), sys.getrefcount(None)
    assert all(new > old - SLACK for old, new in zip(before, after, strict=True)), (before, after)
