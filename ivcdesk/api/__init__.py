"""The cloud's API as typed values over HTTP; knows nothing of Qt and is usable alone."""
