"""From an address to pictures: players, and the outside players."""
