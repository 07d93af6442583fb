"""How the cloud says no."""

from __future__ import annotations


class Refusal(Exception):
    """An answer with an error code of the reference, and words for whoever reads the log."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code
        self.message = message or code.rpartition(".")[2]
