"""Import this first: until `common.observability` is imported, no garbage is collected.

What imports create lives as long as the process. Searching it for garbage again and again takes a
tenth of the start of a function with many imports.
"""

import gc
import sys

if "common.observability" not in sys.modules:
    gc.disable()
