"""The embedded cloud: its state, its rules and its real video."""
