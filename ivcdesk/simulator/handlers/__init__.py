"""What each action does to the cloud's state, one file per group of the reference."""
