"""Rules without input or output: intervals, days, time scale, jogs."""
