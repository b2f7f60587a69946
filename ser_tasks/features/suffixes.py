"""What stands behind the names of feature sets that are made of others; names alone, without what computes them."""

SPEEDS = "_speeds"  # at several speeds


def without_speeds(name: str) -> str:
    """The name of the feature set that is played at other speeds; of any other set its own."""
    return name.removesuffix(SPEEDS)
