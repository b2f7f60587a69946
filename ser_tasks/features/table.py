"""All feature sets in one table: a new one is a file beside this and a line in it."""

from collections.abc import Mapping
from importlib import import_module

from ser_tasks.errors import UserError
from ser_tasks.features.at_speeds import SpeedsParams, at_speeds
from ser_tasks.features.encoded import EncoderParams, encoded
from ser_tasks.features.encoder_frames import EncoderFramesParams, encoder_frames
from ser_tasks.features.encoder_mel import encoder_mel
from ser_tasks.features.encoders import ENCODERS, OF_FRAMES, OF_MEL, OF_SEGMENTS
from ser_tasks.features.feature_set import FeatureSet, by_engine, renamed
from ser_tasks.features.frames_at_speeds import frames_at_speeds
from ser_tasks.features.functionals import FUNCTIONALS, FUNCTIONALS_BY_LIBRARY
from ser_tasks.features.lld import LLD
from ser_tasks.features.open_smile import OPEN_SMILE, open_smile
from ser_tasks.features.py_audio_analysis import LLD_BY_LIBRARY
from ser_tasks.features.segments import segments
from ser_tasks.features.suffixes import SPEEDS
from ser_tasks.params.base import Section
from ser_tasks.params.sound import AudioParams, ConditioningParams, SignalAugmentationParams

FILES = (  # NAME.py holds NAME, a FeatureSet, and NameParams, its section of params.yaml
    "lld",
    "pitch",
    "log_mel",
    "psd_image",
    "mfcc",
    "functionals",
    "published_functionals",
    "lld_and_pitch",
)

PUBLISHED: Mapping[str, str] = {  # as public systems have them: of the same file, with a section of their own
    "log_mel_malaker": "log_mel",
    "log_mel_ki4ai_skc": "log_mel",
    "log_mel_fabien": "log_mel",
    "lld_sobczak": "lld",
}


def _declared(name: str) -> tuple[FeatureSet, dict[str, type[Section]]]:
    """The declarations of a file; a set may read other sections alone, and have none of its own.

    Raises:
        UserError: no FeatureSet, or a section without its class
    """
    module, own = (
        import_module(f"{__package__}.{name}"),
        f"{''.join(word.capitalize() for word in name.split('_'))}Params",
    )
    features, section = getattr(module, name.upper(), None), getattr(module, own, None)
    if features is None or (section is None and name in features.sections):
        raise UserError(
            f"ser_tasks/features/{name}.py has no {name.upper() if features is None else own}. Declare "
            f"`{name.upper()} = FeatureSet(...)` and, if it has a section of params.yaml, `class {own}(Section)`."
        )
    return features, {} if section is None else {name: section}


_DECLARED = {name: _declared(name) for name in FILES}

_OF_FILES: Mapping[str, FeatureSet] = {
    **{name: features for name, (features, _) in _DECLARED.items()},
    "lld": by_engine("lld", {"vectorised": LLD, "pyAudioAnalysis": LLD_BY_LIBRARY}),
    "functionals": by_engine("lld", {"vectorised": FUNCTIONALS, "pyAudioAnalysis": FUNCTIONALS_BY_LIBRARY}),
}

_OF_ONE_ROW: Mapping[str, FeatureSet] = {
    "functionals": _OF_FILES["functionals"],
    **{name: encoded(encoder) for name, encoder in ENCODERS.items()},
    **{name: open_smile(name) for name in OPEN_SMILE},
}

_OF_FRAMES: Mapping[str, FeatureSet] = {
    **{name: _OF_FILES[name] for name in ("log_mel", "lld")},
    **{name: encoder_frames(name, encoder) for name, encoder in OF_FRAMES.items()},
}

FEATURE_SETS: Mapping[str, FeatureSet] = {
    **_OF_FILES,
    **_OF_ONE_ROW,
    **_OF_FRAMES,
    **{name: renamed(_OF_FILES[original], name) for name, original in PUBLISHED.items()},
    **{name: segments(name, encoder) for name, encoder in OF_SEGMENTS.items()},
    **{name: encoder_mel(name, encoder) for name, encoder in OF_MEL.items()},
    **{f"{name}{SPEEDS}": at_speeds(features) for name, features in _OF_ONE_ROW.items()},
    **{f"{name}{SPEEDS}": frames_at_speeds(features) for name, features in _OF_FRAMES.items()},
}

SECTIONS: Mapping[str, type[Section]] = {  # of params.yaml, that decide features
    "audio": AudioParams,
    "conditioning": ConditioningParams,
    "signal_augmentation": SignalAugmentationParams,
    **{name: section for _, sections in _DECLARED.values() for name, section in sections.items()},
    **{name: _DECLARED[original][1][original] for name, original in PUBLISHED.items()},
    "encoder": EncoderParams,
    "encoder_frames": EncoderFramesParams,
    "speeds": SpeedsParams,
}


def feature_set(name: str) -> FeatureSet:
    """The feature set that params.yaml calls `name`.

    Raises:
        UserError: no such entry
    """
    if name not in FEATURE_SETS:
        raise UserError(
            f"there is no feature set '{name}', the table has {sorted(FEATURE_SETS)}. "
            "Fix the name in params.yaml, or add its file to FILES in ser_tasks/features/table.py."
        )
    return FEATURE_SETS[name]


def sections_from(values: Mapping[str, Mapping[str, object]]) -> dict[str, Section]:
    """Sections rebuilt from plain values, as params.yaml, a feature store or a model bundle keeps them."""
    known = {name: section for name, section in values.items() if name in SECTIONS}
    return {name: SECTIONS[name].model_validate(section) for name, section in known.items()}
