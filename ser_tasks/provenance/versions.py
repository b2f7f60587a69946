"""Versions of the libraries that a number depends on, and the machine that it was computed on."""

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

NUMERIC = ("numpy", "scipy", "scikit-learn", "librosa", "soxr", "keras", "tensorflow")

CPUINFO = Path("/proc/cpuinfo")


def library_versions(names: tuple[str, ...] = NUMERIC) -> dict[str, str]:
    """Version of each installed library, by its distribution name; not of Python, which does none of the arithmetic."""
    return {name: version(name) for name in names}


def installed_version(name: str) -> str | None:
    """Version of a library by its distribution name; None: it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def circumstances(cpuinfo: Path = CPUINFO) -> dict[str, str]:
    """Version of Python, kind of machine (x86_64), model of the processor, BLAS; "unknown" where one is not known."""
    return {
        "python.version": platform.python_version(),
        "machine": platform.machine() or "unknown",
        "processor": _model(cpuinfo) or platform.processor() or "unknown",
        "blas": _blas() or "unknown",
    }


def _blas() -> str:
    """Of NumPy: its library, version and the processor that its kernels are for, as openblas 0.3.31 Haswell."""
    import numpy  # noqa: F401, PLC0415  loads it
    from threadpoolctl import threadpool_info  # noqa: PLC0415

    loaded = [own for own in threadpool_info() if own["user_api"] == "blas"]  # SciPy may have one of its own
    found: dict[str, str] = min(loaded, key=lambda own: "numpy" not in own["filepath"], default={})
    parts = (found.get(key) for key in ("internal_api", "version", "architecture"))
    return " ".join(str(part) for part in parts if part)


def _model(cpuinfo: Path) -> str:
    """Model of the first processor by Linux; empty on other systems."""
    if not cpuinfo.exists():
        return ""
    lines = [line.partition(":") for line in cpuinfo.read_text(encoding="utf-8").splitlines()]
    return next((value.strip() for name, _, value in lines if name.strip() == "model name"), "")
