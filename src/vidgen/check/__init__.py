"""What `vidgen check` tells besides plain faults: unknown models, the craft's mistakes, dead parts.

Pure: takes a loaded source and the catalogue; reads no file, spends nothing, changes nothing.
"""

from vidgen.check.craft import warnings
from vidgen.check.names import model_faults
from vidgen.check.unused import no_effect

__all__ = ["model_faults", "no_effect", "warnings"]
