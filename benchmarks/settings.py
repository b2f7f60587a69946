"""One setting of every conditioning step, front end and augmentation: what is measured here, and drawn in docs."""

from ser_tasks.features.log_mel import LogMelParams
from ser_tasks.features.psd_image import PsdImageParams
from ser_tasks.params import (
    AudioParams,
    ConditioningParams,
    DemoParams,
    SignalAugmentationParams,
    SpecAugmentParams,
    TrimParams,
    WienerParams,
)

AUDIO = AudioParams(sampling_rate=16_000)
RATE = AUDIO.sampling_rate  # Hz
VOICES = DemoParams(speakers=2, utterances_per_emotion=1, difficulty=0.2, seed=0)

WIENER = WienerParams(window=3)
TRIM = TrimParams(frame=0.030, aggressiveness=2, margin=0.1)
CONDITIONING = ConditioningParams(wiener=WIENER, pre_emphasis=0.97, trim=TRIM, peak=0.9)

LOG_MEL = LogMelParams(window=0.025, hop=0.010, n_mels=64, f_min=20, f_max=8_000, dynamic_range=None, law="db")
PSD_IMAGE = PsdImageParams(n_fft=256, hop_length=128, block=8)
SECTIONS = {"audio": AUDIO, "log_mel": LOG_MEL, "psd_image": PSD_IMAGE}
BANDS = {"sampling_rate": RATE, **LOG_MEL.model_dump(exclude={"dynamic_range", "law"})}  # of mel_power

WINDOWS = {"length": 128, "step": 64}  # frames, of td_cnn_lstm
PATCHES = {"length": 64, "step": 32}  # frames, of patch_dcnn_blstm
SLOPES = {"reach": 2}  # frames

SIGNAL_AUGMENTATION = SignalAugmentationParams(
    copies=1,
    seed=0,
    time_stretch=(0.8, 1.25),
    pitch_shift=(-2, 2),
    circular_shift=(0.1, 0.5),
    gain=(-6, 6),
    noise_snr=(15, 29),
    noise_floor=0.005,
)
SPEC_AUGMENT = SpecAugmentParams(time_masks=2, time_width=30, time_share=0.2, frequency_masks=2, frequency_width=8)
TEMPO = (0.8, 1.25)
