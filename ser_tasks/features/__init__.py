"""All feature sets in one table: a new one is a file beside this and a line in it."""

from collections.abc import Mapping

from ser_tasks.errors import UserError
from ser_tasks.features.encoded import encoded
from ser_tasks.features.encoders import ENCODERS
from ser_tasks.features.feature_set import FeatureSet, by_engine
from ser_tasks.features.functionals import FUNCTIONALS, FUNCTIONALS_BY_LIBRARY
from ser_tasks.features.lld import LLD
from ser_tasks.features.log_mel import LOG_MEL
from ser_tasks.features.mfcc import MFCC
from ser_tasks.features.pitch import PITCH
from ser_tasks.features.psd_image import PSD_IMAGE
from ser_tasks.features.py_audio_analysis import LLD_BY_LIBRARY
from ser_tasks.params import (
    AudioParams,
    ConditioningParams,
    EncoderParams,
    FunctionalsParams,
    LldParams,
    LogMelParams,
    MfccParams,
    PitchParams,
    PsdImageParams,
    Section,
    SignalAugmentationParams,
)

SECTIONS: Mapping[str, type[Section]] = {  # of params.yaml, that decide features
    "audio": AudioParams,
    "conditioning": ConditioningParams,
    "signal_augmentation": SignalAugmentationParams,
    "lld": LldParams,
    "log_mel": LogMelParams,
    "mfcc": MfccParams,
    "pitch": PitchParams,
    "psd_image": PsdImageParams,
    "functionals": FunctionalsParams,
    "encoder": EncoderParams,
}

FEATURE_SETS: Mapping[str, FeatureSet] = {
    "lld": by_engine("lld", {"vectorised": LLD, "pyAudioAnalysis": LLD_BY_LIBRARY}),
    "pitch": PITCH,
    "log_mel": LOG_MEL,
    "psd_image": PSD_IMAGE,
    "mfcc": MFCC,
    "functionals": by_engine("lld", {"vectorised": FUNCTIONALS, "pyAudioAnalysis": FUNCTIONALS_BY_LIBRARY}),
    **{name: encoded(encoder) for name, encoder in ENCODERS.items()},
}


def feature_set(name: str) -> FeatureSet:
    """The feature set that params.yaml calls `name`.

    Raises:
        UserError: no such entry
    """
    if name not in FEATURE_SETS:
        raise UserError(
            f"there is no feature set '{name}', the table has {sorted(FEATURE_SETS)}. "
            "Fix the name in params.yaml, or add it to FEATURE_SETS in ser_tasks/features/__init__.py."
        )
    return FEATURE_SETS[name]


def sections_from(values: Mapping[str, Mapping[str, object]]) -> dict[str, Section]:
    """Sections rebuilt from plain values, as params.yaml, a feature store or a model bundle keeps them."""
    known = {name: section for name, section in values.items() if name in SECTIONS}
    return {name: SECTIONS[name].model_validate(section) for name, section in known.items()}
