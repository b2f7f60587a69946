"""Sounds for the front ends."""

import numpy as np

RATE = 16_000
_time = np.arange(RATE) / RATE
_voice = sum(np.sin(2 * np.pi * 140 * k * _time + k) / k**1.5 for k in range(1, 50))
_syllables = np.clip(np.sin(2 * np.pi * 3 * _time), 0, None) ** 2
HISS = np.random.default_rng(1).normal(scale=0.1, size=RATE).astype(np.float32)
SPEECH_LIKE = (np.round((0.2 * _voice * _syllables + 0.01 * HISS) * 2**15) / 2**15).astype(np.float32)  # 16 bits
SILENCE = np.zeros(2_000, np.float32)
