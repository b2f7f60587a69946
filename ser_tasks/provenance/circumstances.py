"""What a figure was computed on, besides its libraries: worth knowing where two machines differ in the last digits."""

import platform
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")


def circumstances(cpuinfo: Path = CPUINFO) -> dict[str, str]:
    """Version of Python, kind of machine (x86_64), and model of the processor, each "unknown" where nothing tells."""
    return {
        "python.version": platform.python_version(),
        "machine": platform.machine() or "unknown",
        "processor": _model(cpuinfo) or platform.processor() or "unknown",
    }


def _model(cpuinfo: Path) -> str:
    """What Linux calls the first processor; nothing on other systems."""
    if not cpuinfo.exists():
        return ""
    lines = [line.partition(":") for line in cpuinfo.read_text(encoding="utf-8").splitlines()]
    return next((value.strip() for name, _, value in lines if name.strip() == "model name"), "")
