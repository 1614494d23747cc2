"""What `vidgen check` tells besides faults: the craft's known mistakes, and parts without effect.

Pure: takes a loaded source and the catalogue; reads no file, spends nothing, changes nothing.
"""

from vidgen.check.craft import warnings
from vidgen.check.unused import no_effect

__all__ = ["no_effect", "warnings"]
