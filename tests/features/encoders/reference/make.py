"""Writes the files beside it: a small Whisper with random weights, and the embeddings of reference implementations.

Run by hand, in an environment of its own:
    pip install torch==2.13.0 transformers==5.0.0 ctranslate2==4.8.5
    python tests/features/encoders/reference/make.py

The weights are written by the converter of CTranslate2, in three of its types; hidden states and the log-mel
spectrogram are those of transformers, of a clip that is not padded.
"""

from pathlib import Path

import numpy as np
import torch
from ctranslate2.converters.transformers import WhisperLoader
from transformers import WhisperConfig, WhisperFeatureExtractor, WhisperForConditionalGeneration

HERE = Path(__file__).parent
SAMPLES = 9_700  # at 16 kHz: 60 frames of 10 ms, and 100 samples that no frame begins in
TYPES = (None, "float16", "int8")


def main() -> None:
    """Everything anew."""
    torch.manual_seed(0)
    signal = np.random.default_rng(0).normal(0, 0.1, SAMPLES).astype(np.float32)
    hear = WhisperFeatureExtractor(feature_size=80)
    mel = hear(signal, sampling_rate=16_000, padding="do_not_pad", return_tensors="pt").input_features
    model = WhisperForConditionalGeneration(small_config(positions=mel.shape[-1] // 2)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0, 0.2)  # as initialised, biases are 0 and norms 1: an error in them would not show
        for name, buffer in model.model.encoder.named_parameters():
            if name.endswith("layer_norm.weight"):
                buffer.add_(1)
        layers = model.model.encoder(mel, output_hidden_states=True).hidden_states
    for kind in TYPES:
        spec = WhisperLoader().get_model_spec(model)
        spec.register_vocabulary([str(number) for number in range(model.config.vocab_size)])
        spec.validate()
        spec.optimize(quantization=kind)
        target = HERE / (kind or "float32")
        target.mkdir(exist_ok=True)
        spec._serialize(str(target / "model.bin"))
    stacked = np.stack([layer[0].numpy() for layer in layers])
    np.savez_compressed(HERE / "hidden_states.npz", signal=signal, mel=mel[0].numpy().T, layers=stacked)


def small_config(positions: int) -> WhisperConfig:
    """Two blocks of 16 units, four heads; a decoder, because a model of Whisper has one."""
    return WhisperConfig(
        d_model=16,
        encoder_layers=2,
        encoder_attention_heads=4,
        encoder_ffn_dim=24,
        decoder_layers=1,
        decoder_attention_heads=4,
        decoder_ffn_dim=16,
        vocab_size=20,
        max_source_positions=positions,
        max_target_positions=8,
        num_mel_bins=80,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
        decoder_start_token_id=1,
    )


if __name__ == "__main__":
    main()
