"""Speed of `ser serve` with several clients at once: python -m benchmarks.serve URL FOLDER [CLIENTS] [SECONDS]."""

import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from pathlib import Path

import numpy as np
import requests

SOUND = (".wav", ".flac", ".mp3", ".ogg")


def ask(url: str, files: list[bytes], until: float) -> list[tuple[int, float]]:
    """Status and seconds of each request of one client that sends the next one as soon as it has its reply."""
    done = []
    with requests.Session() as session:
        for content in cycle(files):
            began = time.perf_counter()
            if began >= until:
                return done
            reply = session.post(f"{url}/v1/recognise", data=content, timeout=60)
            done.append((reply.status_code, time.perf_counter() - began))
    return done


def main(url: str, folder: str, clients: int = 8, seconds: float = 60) -> None:
    """Ask, and print rate, latencies and statuses."""
    paths = sorted(path for path in Path(folder).rglob("*") if path.suffix in SOUND)
    files = [path.read_bytes() for path in paths]
    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        asking = [pool.submit(ask, url, files[i::clients], began + seconds) for i in range(clients)]
        done = [one for future in asking for one in future.result()]
    took = time.perf_counter() - began
    p50, p95, p99 = np.percentile([latency for _, latency in done], [50, 95, 99])
    print(f"{clients} clients, {took:.0f} s, {len(done)} requests, {len(done) / took:.1f} per second")
    print(f"latency p50 {p50:.3f} s, p95 {p95:.3f} s, p99 {p99:.3f} s; statuses {dict(Counter(s for s, _ in done))}")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    address, sounds, *rest = sys.argv[1:]
    main(address, sounds, *(int(number) for number in rest))
