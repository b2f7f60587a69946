"""`ser serve` under clients that send whole and damaged recordings: none lost, no wrong reply, memory flat.

python -m benchmarks.reliability.service BUNDLE [MINUTES] [CLIENTS] [SEED]
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import requests

from benchmarks.reliability.spoil import spoilt
from tests.audio.encoded import SPECIMEN, specimen

BUSY, REFUSED = 503, (408, 413, 415, 422)
STEP = 60.0  # s between two looks at the memory


@dataclass
class Seen:
    """Replies that one client got."""

    ends: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0


def main(bundle: str, minutes: float, clients: int, seed: int) -> int:
    """Serve, ask, and print what became of the requests."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        whole = [specimen(Path(folder), name).read_bytes() for name in SPECIMEN]
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        command = [Path(sys.executable).with_name("ser"), "serve", "--bundle", bundle, "--port", str(port)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
            try:
                return _asked(
                    server.pid, f"http://127.0.0.1:{port}", whole, minutes=minutes, clients=clients, seed=seed
                )
            finally:
                server.terminate()


def _asked(pid: int, url: str, whole: list[bytes], *, minutes: float, clients: int, seed: int) -> int:
    _wait(url)
    expected = [_probabilities(requests.post(f"{url}/v1/recognise", data=content, timeout=60)) for content in whole]
    until, memory = time.monotonic() + 60 * minutes, [_memory(pid)]
    with ThreadPoolExecutor(clients) as pool:
        asking = [pool.submit(_client, url, whole, expected, until, [seed, client]) for client in range(clients)]
        while time.monotonic() < until:
            time.sleep(min(STEP, max(0.0, until - time.monotonic())))
            memory.append(_memory(pid))
        seen = [future.result() for future in asking]
    ends = sum((one.ends for one in seen), Counter[str]())
    print(
        f"{clients} clients for {minutes:g} min: {ends.total()} requests, slowest {max(s.slowest for s in seen):.1f} s"
    )
    for end, count in ends.most_common():
        print(f"  {count:7d} {end}")
    print(f"memory of the server in MiB, once a minute: {', '.join(str(size >> 20) for size in memory)}")
    return 0 if set(ends) <= {"right reply", "error reply", "asked to retry"} else 1


def _client(url: str, whole: list[bytes], expected: list[Any], until: float, seed: list[int]) -> Seen:
    rng, seen = np.random.default_rng(seed), Seen()
    with requests.Session() as session:
        while time.monotonic() < until:
            which = int(rng.integers(len(whole)))
            damaged = rng.random() < 0.5
            content = spoilt(whole[which], rng)[1] if damaged else whole[which]
            began = time.monotonic()
            try:
                reply = session.post(f"{url}/v1/recognise", data=content, timeout=60)
            except requests.RequestException as error:
                seen.ends[f"lost: {type(error).__name__}"] += 1
                continue
            seen.slowest = max(seen.slowest, time.monotonic() - began)
            seen.ends[_end(reply, None if damaged else expected[which])] += 1
    return seen


def _end(reply: requests.Response, expected: Any) -> str:
    if reply.status_code == BUSY:
        return "asked to retry"
    if reply.status_code == 200:
        return "right reply" if expected in (None, _probabilities(reply)) else "wrong reply"
    if reply.status_code in REFUSED and expected is None:
        return "error reply"
    return f"status {reply.status_code} to {'a damaged' if expected is None else 'a whole'} recording"


def _probabilities(reply: requests.Response) -> Any:
    return reply.json().get("probabilities", "none")


def _wait(url: str) -> None:
    for _ in range(300):
        with contextlib.suppress(requests.RequestException):
            if requests.get(f"{url}/ready", timeout=5).ok:
                return
        time.sleep(0.2)
    raise SystemExit(f"{url}: not ready after a minute")


def _memory(pid: int) -> int:
    """Resident bytes of a process."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


if __name__ == "__main__":
    model, *rest = sys.argv[1:]
    values = [float(value) for value in rest] + [10.0, 8, 0][len(rest) :]
    sys.exit(main(model, values[0], int(values[1]), int(values[2])))
