"""Synthetic cameras and the streams that they are served as."""
