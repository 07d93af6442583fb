"""The composition root: it builds the parts, runs them and shuts them down."""
