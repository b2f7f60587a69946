"""The hardware that a number was computed on."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version

import jax


def hardware() -> str:
    """The accelerator, or the processor and its cores."""
    device = jax.devices()[0]
    if device.platform == "cpu":
        return f"{platform.machine()}, {os.cpu_count()} cores"
    return str(device.device_kind)


def versions() -> dict[str, str]:
    """Of what is installed among the libraries that decide the numbers."""
    found = {"python": platform.python_version()}
    for name in ("numpy", "scipy", "scikit-learn", "keras", "jax", "jaxlib"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    return found
