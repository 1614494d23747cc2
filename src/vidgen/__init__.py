"""vidgen: a storyboard in YAML becomes a planned, paid-for-once, stitched film."""

__version__ = "0.1.0"
