"""Reusable painters: they take values and emit signals."""
