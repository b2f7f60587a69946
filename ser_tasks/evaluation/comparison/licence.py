"""May recordings of a corpus be passed on inside a report?"""

import re

# Creative Commons without "no derivatives" (a clip made smaller is one), public domain, and MIT
OPEN = re.compile(r"^(MIT|CC0\b.*|CC BY(-NC)?(-SA)? \d\.\d)$")


def may_be_passed_on(licence: str) -> bool:
    """Only where the licence is one that is known to allow it, to anybody, in a changed format.

    Args:
        licence: as a corpus module states it
    """
    return OPEN.match(licence) is not None
