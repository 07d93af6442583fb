"""From an address to pictures: players for live and recorded video, and the outside players."""
