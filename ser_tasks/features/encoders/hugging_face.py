"""Encoders in the format of Hugging Face, run by transformers on PyTorch: every layer, of one clip at a time.

One at a time, a clip is never padded, so that its embedding does not depend on its neighbours: the base models of
wav2vec 2.0 and HuBERT, normalised over time in their first layer, change with padding even where it is masked.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ser_tasks.errors import UserError

INSTALL = "pip install -e '.[encoders]'"
KNOWN = ("data2vec-audio", "hubert", "unispeech", "unispeech-sat", "wav2vec2", "wavlm")  # model_type of config.json
SHORTEST = 400  # samples under one frame of all of them: 25 ms
EPSILON = 1e-7  # of Wav2Vec2FeatureExtractor


@dataclass(frozen=True)
class HuggingFaceEncoder:
    """A model of transformers on the fastest device there is.

    Attributes:
        model: a `PreTrainedModel` on waveforms
        normalise: whether its inputs have mean 0 and variance 1, as its preprocessor_config.json states
        sampling_rate: Hz
    """

    model: Any
    normalise: bool
    sampling_rate: int

    @classmethod
    def load(cls, folder: Path) -> HuggingFaceEncoder:
        """Read a folder as `save_pretrained` writes it; heads for other tasks are left aside.

        Raises:
            UserError: transformers is not installed, another kind of model, or weights that are missing
        """
        config, hearing = _json(folder / "config.json"), _json(folder / "preprocessor_config.json")
        kind = config.get("model_type")
        if kind not in KNOWN:
            raise UserError(
                f"{folder / 'config.json'}: model_type is {kind!r}, expected one of {', '.join(KNOWN)}: encoders that "
                "hear the waveform. Whisper is read in the format of faster-whisper (own_whisper)."
            )
        torch, transformers = _library("torch"), _library("transformers")
        logging.getLogger("transformers").setLevel(logging.ERROR)  # it lists the weights of heads that are left aside
        try:
            model, said = transformers.AutoModel.from_pretrained(
                folder, local_files_only=True, output_loading_info=True, dtype=torch.float32
            )
        except (OSError, ValueError, RuntimeError) as error:
            raise UserError(f"{folder}: transformers cannot load it ({error}). Fetch it again.") from None
        needed = [name for name in said["missing_keys"] if "masked_spec_embed" not in name]  # used in training alone
        if needed:
            raise UserError(
                f"{folder}: {len(needed)} weights of the {kind} encoder are missing, the first is {needed[0]}. "
                "Fetch it again, or convert it for the class that config.json names."
            )
        device = "cuda" if torch.cuda.is_available() else "cpu"
        model = model.eval().to(device)
        return cls(model, bool(hearing.get("do_normalize", True)), int(hearing.get("sampling_rate", 16_000)))

    @property
    def n_layers(self) -> int:
        """Hidden states: what enters the first block, and what leaves each."""
        return 1 + int(self.model.config.num_hidden_layers)

    @property
    def width(self) -> int:
        """Units of each hidden state."""
        return int(self.model.config.hidden_size)

    def __call__(self, signal: NDArray[np.floating]) -> list[NDArray[np.float32]]:
        """Hidden states of every layer, as transformers counts them.

        Args:
            signal: mono, shape (n_samples,), at `sampling_rate`, full scale [-1, 1]; one shorter than 25 ms is filled
                up with zeros

        Returns:
            n_layers arrays of shape (n_frames, width), a frame each 20 ms
        """
        torch = _library("torch")
        heard = np.asarray(signal, np.float32)
        if self.normalise:
            heard = (heard - heard.mean()) / np.sqrt(heard.var() + np.float32(EPSILON))
        if len(heard) < SHORTEST:
            heard = np.pad(heard, (0, SHORTEST - len(heard)))
        with torch.inference_mode():
            values = torch.from_numpy(heard)[None].to(self.model.device)
            found = self.model(values, output_hidden_states=True).hidden_states
        return [layer[0].float().cpu().numpy() for layer in found]


def _library(name: str) -> Any:
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # weights are in the folder
    try:
        return import_module(name)
    except ImportError as error:
        raise UserError(f"this encoder runs on {name}, which is not installed ({error}). {INSTALL}") from None


def _json(file: Path) -> Mapping[str, Any]:
    if not file.is_file():
        raise UserError(
            f"{file}: not there. Give a folder that transformers' save_pretrained wrote, with both configs."
        )
    return dict(json.loads(file.read_text(encoding="utf-8")))
