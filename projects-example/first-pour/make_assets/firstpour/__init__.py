"""The artwork and music of the example film, painted and played by code."""
