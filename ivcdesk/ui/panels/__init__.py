"""One panel for each task of the user."""
