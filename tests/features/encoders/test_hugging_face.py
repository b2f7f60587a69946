"""Encoders in the format of Hugging Face against transformers itself, on small models with random weights.

Not part of the set-up: these run where the extra `encoders` is installed (tried with transformers 5.0.0, torch 2.13.0).
"""

import json

import numpy as np
import pytest

from ser_tasks.errors import UserError
from ser_tasks.features.encoders.hugging_face import HuggingFaceEncoder

RNG = np.random.default_rng(0)
SIGNAL = RNG.normal(0.05, 0.1, 9_700).astype(np.float32)
SMALL = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 48,
    "conv_dim": (16,) * 7,
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 4,
}
BASE = {"feat_extract_norm": "group", "do_stable_layer_norm": False}  # as wav2vec2-base, hubert-base, wavlm-base-plus
LARGE = {"feat_extract_norm": "layer", "do_stable_layer_norm": True}  # as their large models, and XLS-R
KINDS = [
    ("Wav2Vec2", BASE),
    ("Wav2Vec2", LARGE),
    ("Hubert", BASE),
    ("Hubert", LARGE),
    ("WavLM", BASE),
    ("WavLM", LARGE),
    ("Data2VecAudio", {"conv_pos_kernel_size": 3}),
]


def saved(folder, kind, norms, *, normalise=True, head=""):
    """A model with random weights as its authors publish it; the model, in evaluation mode."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(0)
    config = getattr(transformers, f"{kind}Config")(**SMALL, **norms)
    model = getattr(transformers, f"{kind}{head or 'Model'}")(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    model.save_pretrained(folder)
    transformers.Wav2Vec2FeatureExtractor(do_normalize=normalise, return_attention_mask=True).save_pretrained(folder)
    return model


def reference(folder, model, signals):
    """Hidden states by transformers' own preprocessing of a padded batch."""
    import torch  # noqa: PLC0415
    import transformers  # noqa: PLC0415

    prepare = transformers.AutoFeatureExtractor.from_pretrained(folder)
    batch = prepare(signals, sampling_rate=16_000, padding=True, return_tensors="pt")
    with torch.no_grad():
        found = model(**batch, output_hidden_states=True).hidden_states
    return [layer.numpy() for layer in found]


@pytest.mark.parametrize(("kind", "norms"), KINDS)
@pytest.mark.parametrize("normalise", [True, False])
def test_every_layer_is_that_of_transformers(tmp_path, kind, norms, normalise):
    model = saved(tmp_path, kind, norms, normalise=normalise)
    encoder = HuggingFaceEncoder.load(tmp_path)
    expected = reference(tmp_path, model, [SIGNAL])
    found = encoder(SIGNAL)
    assert (encoder.n_layers, encoder.width, encoder.sampling_rate) == (3, 32, 16_000)
    assert len(found) == len(expected) == 3
    for layer, whole in zip(found, expected, strict=True):
        assert layer.shape == whole[0].shape
        assert np.abs(layer - whole[0]).max() <= 1e-4 * np.abs(whole[0]).max()


def differs_in_a_batch(folder, kind, norms):
    """Largest relative difference of the first block's output, of a short clip padded beside a long one."""
    model = saved(folder, kind, norms)
    short = SIGNAL[:4_800]
    alone = HuggingFaceEncoder.load(folder)(short)[1]
    padded = reference(folder, model, [SIGNAL, short])[1][1][: len(alone)]
    return np.abs(alone - padded).max() / np.abs(alone).max()


@pytest.mark.parametrize("kind", ["Wav2Vec2", "Hubert", "WavLM"])
def test_large_models_hear_a_padded_clip_as_it_is(tmp_path, kind):
    assert differs_in_a_batch(tmp_path, kind, LARGE) < 1e-3


@pytest.mark.parametrize("kind", ["Wav2Vec2", "Hubert", "WavLM"])
def test_base_models_change_with_padding_even_where_it_is_masked_which_is_why_clips_go_alone(tmp_path, kind):
    assert differs_in_a_batch(tmp_path, kind, BASE) > 0.01


def test_heads_for_other_tasks_are_left_aside(tmp_path):
    whole = saved(tmp_path, "Wav2Vec2", LARGE, head="ForSequenceClassification")
    found = HuggingFaceEncoder.load(tmp_path)(SIGNAL)
    expected = reference(tmp_path, whole.wav2vec2, [SIGNAL])
    assert all(np.abs(a - b[0]).max() <= 1e-4 * np.abs(b).max() for a, b in zip(found, expected, strict=True))


def test_weights_that_are_missing_are_named(tmp_path):
    saved(tmp_path, "Hubert", BASE)
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 3}))
    with pytest.raises(UserError, match=r"weights of the hubert encoder are missing.*layers\.2"):
        HuggingFaceEncoder.load(tmp_path)


@pytest.mark.parametrize("samples", [1, 399, 400])
def test_a_clip_of_a_moment_is_one_frame(tmp_path, samples):
    saved(tmp_path, "WavLM", LARGE)
    found = HuggingFaceEncoder.load(tmp_path)(SIGNAL[:samples])
    assert [layer.shape for layer in found] == [(1, 32)] * 3
    assert all(np.isfinite(layer).all() for layer in found)


def test_another_kind_of_model_is_named_before_anything_is_loaded(tmp_path):
    (tmp_path / "preprocessor_config.json").write_text("{}")
    with pytest.raises(UserError, match=r"config\.json: not there"):
        HuggingFaceEncoder.load(tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(UserError, match=r"model_type is 'bert', expected one of"):
        HuggingFaceEncoder.load(tmp_path)
