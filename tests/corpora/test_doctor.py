"""The doctor recognises what is wrong with a copy. Oracles: copies spoilt on purpose in one known way."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import soundfile
import soxr

from ser_tasks.audio.decode import read_recording
from ser_tasks.corpora.catalogue import emodb, ravdess
from ser_tasks.corpora.checking.doctor import completeness, examine
from ser_tasks.corpora.checking.fingerprint import DIGITS, Fingerprint, read_fingerprints, write_fingerprints
from ser_tasks.corpora.checking.inspection import BANDS, band_levels, cliff, clipped_runs, inspect_file
from ser_tasks.corpora.checking.soundness import soundness
from ser_tasks.corpora.corpus import Official, Utterance
from ser_tasks.corpora.manifest import write_manifest
from tests.corpora.conftest import EMODB_NAMES, RATE, noise, write

SECONDS = 0.5


@pytest.fixture
def corpus(tmp_path):
    """EMO-DB as if its release were five short synthetic files, the fingerprints of four of them known."""
    prints = {}
    for name in EMODB_NAMES[:4]:
        recording = read_recording(write(tmp_path / "release", f"{name}.wav", seconds=SECONDS))
        prints[name] = Fingerprint(len(recording.samples), recording.sha256[:DIGITS])
    write_fingerprints(prints, tmp_path / "prints.csv")
    cells = Counter((p.speaker, p.emotion) for p in map(emodb.parse, EMODB_NAMES))
    return replace(emodb.CORPUS, official=(Official(cells, RATE, (0.5, 0.5)),), fingerprints=tmp_path / "prints.csv")


@pytest.fixture
def root(tmp_path):
    for name in EMODB_NAMES:
        write(tmp_path / "copy", f"wav/{name}.wav", seconds=SECONDS)
    return tmp_path / "copy"


def spoil(root, change, rate=RATE):
    """Rewrite every file as `change` of its samples."""
    for file in (root / "wav").glob("*.wav"):
        samples, _ = soundfile.read(file, dtype="float32")
        soundfile.write(file, change(samples), rate, subtype="PCM_16")


def said(report, level, topic=""):
    return " | ".join(f.text for f in report.findings if f.level == level and topic in f.topic)


def test_a_genuine_copy_has_neither_errors_nor_warnings(corpus, root):
    report = examine(corpus, root)
    assert report.ok
    assert said(report, "error") == said(report, "warning") == ""
    assert "4 of 5 files are genuine" in said(report, "ok")
    assert "1 of 5 files are not verifiable" in said(report, "note")
    assert report.counts["03", "happiness"] == 1


def test_flac_is_as_genuine_as_wav(corpus, root):
    for file in (root / "wav").glob("*.wav"):
        samples, rate = soundfile.read(file, dtype="int16")
        soundfile.write(file.with_suffix(".flac"), samples, rate)
        file.unlink()
    assert "4 of 5 files are genuine" in said(examine(corpus, root), "ok")


@pytest.mark.parametrize(
    ("change", "rate", "verdict"),
    [
        (lambda x: x[: RATE // 4], RATE, "4 of 5 files are cut"),
        (lambda x: np.pad(x, (0, 100)), RATE, "4 of 5 files are padded"),
        (lambda x: x / 2, RATE, "have the length of the release but other samples"),
        (lambda x: soxr.resample(x, RATE, 22_050), 22_050, "4 of 5 files are resampled copies"),
        (lambda x: soxr.resample(x, RATE, 22_050)[:5_000], 22_050, "4 of them cut as well"),
    ],
    ids=["cut", "padded", "quieter", "resampled", "resampled and cut"],
)
def test_a_spoilt_copy_is_recognised_for_what_it_is(corpus, root, change, rate, verdict):
    spoil(root, change, rate)
    report = examine(corpus, root)
    assert not report.ok
    assert verdict in said(report, "error", "genuine")
    assert "get the release" in said(report, "error", "genuine")


def test_two_files_with_swapped_names_are_named_with_their_true_names(corpus, root):
    a, b, aside = root / "wav/03a01Fa.wav", root / "wav/03a01Nc.wav", root / "wav/aside"
    a.rename(aside), b.rename(a), aside.rename(b)
    text = said(examine(corpus, root), "error", "genuine")
    assert "2 of 5 files carry the sound of another file" in text
    assert "wav/03a01Fa.wav is 03a01Nc" in text


def test_one_sound_under_two_emotions_is_an_error(corpus, root):
    (root / "wav/16b10Ld.wav").write_bytes((root / "wav/03a01Wa.wav").read_bytes())
    assert "one sound, several emotions (anger, boredom)" in said(examine(corpus, root), "error", "duplicates")


def test_one_sound_twice_is_a_warning_unless_the_release_has_it_so(corpus, root):
    plain = replace(corpus, fingerprints=None, official=())
    (root / "wav/03a01Wb.wav").write_bytes((root / "wav/03a01Wa.wav").read_bytes())
    assert "one sound in 2 files" in said(examine(plain, root), "warning", "duplicates")
    prints = read_fingerprints(corpus.fingerprints)
    write_fingerprints(prints | {"03a01Wb": prints["03a01Wa"]}, corpus.fingerprints)
    report = examine(replace(corpus, official=(replace(corpus.official[0], counts={}),)), root)
    assert "one sound twice, in the release too" in said(report, "note", "duplicates")


def test_another_sampling_rate_is_reported_with_the_released_one(corpus, root):
    spoil(root, lambda x: x, 8_000)
    assert "released at 16000 Hz, found 8000 Hz in 5 files" in said(examine(corpus, root), "error", "rate")


def test_durations_outside_of_the_released_ones_are_reported(corpus, root):
    spoil(root, lambda x: x[:4_000])
    assert "0.25 to 0.25 s, mean 0.25 s; released: 0.5 to 0.5 s" in said(examine(corpus, root), "error", "duration")


def test_silence_clipping_and_stereo_are_reported(corpus, root):
    soundfile.write(root / "wav/03a01Fa.wav", np.zeros(RATE // 2), RATE)
    soundfile.write(root / "wav/03a01Nc.wav", np.clip(4 * noise("x", seconds=SECONDS), -1, 1), RATE)
    soundfile.write(root / "wav/03a01Wa.wav", np.stack([noise("y", seconds=SECONDS)] * 2, axis=1), RATE)
    report = examine(corpus, root)
    assert "1 files are silent (peak below -80 dBFS): wav/03a01Fa.wav" in said(report, "warning", "level")
    assert "1 files are clipped (flat at full scale): wav/03a01Nc.wav" in said(report, "warning", "level")
    assert "1 of 5 files are not mono and will be down-mixed: wav/03a01Wa.wav" in said(report, "note", "channels")


def test_unreadable_and_misnamed_files_are_counted_and_the_rest_is_examined(corpus, root):
    (root / "wav/03a01Fa.wav").write_bytes(b"RIFF")
    write(root, "wav/my recording.wav")
    report = examine(corpus, root)
    assert "1 files are not readable: wav/03a01Fa.wav" in said(report, "error", "readable")
    assert "1 audio files are not named as in emodb: wav/my recording.wav" in said(report, "error", "names")
    assert "3 of 5 files are genuine" in said(report, "ok")


def test_a_copy_of_one_length_is_noticed_without_any_table(tmp_path):
    corpus = replace(emodb.CORPUS, official=(), fingerprints=None)
    for take in "abcdef":
        write(tmp_path, f"wav/03a01F{take}.wav", seconds=0.2)
        write(tmp_path, f"wav/03a02F{take}.wav", seconds=0.2)
    assert "12 of 12 files have exactly 3200 samples (0.200 s)" in said(examine(corpus, tmp_path), "warning")


def test_a_copy_resampled_upwards_is_noticed_without_any_table(corpus, root):
    plain = replace(corpus, official=(), fingerprints=None)
    assert "bandwidth" not in {f.topic for f in examine(plain, root).findings}
    spoil(root, lambda x: soxr.resample(x, RATE / 2, RATE))
    assert "hold nothing above about 3750 Hz" in said(examine(plain, root), "warning", "bandwidth")


def test_the_manifest_is_held_against_the_folder(corpus, root, tmp_path):
    write_manifest(corpus, root, tmp_path / "m.csv")
    assert "the files that" in said(examine(corpus, root, manifest=tmp_path / "m.csv"), "ok", "manifest")
    (root / "wav/03a01Fa.wav").unlink()
    report = examine(corpus, root, manifest=tmp_path / "m.csv")
    assert "1 listed files are missing" in said(report, "error", "manifest")


def test_every_decoded_file_is_reported(corpus, root):
    reported = []
    examine(corpus, root, progress=lambda done, of: reported.append((done, of)))
    assert sorted(reported) == [(n, 5) for n in range(1, 6)]


def complete(corpus, keep):
    """Utterances of a corpus, one for each file of the official counts, of the cells kept."""
    utterances = []
    for part in corpus.official:
        for (speaker, emotion), n in part.counts.items():
            parsed = next(
                p for p in PARSED[corpus.name] if p.emotion == emotion and p.style in (None, part.style, "speech")
            )
            parsed = replace(parsed, speaker=speaker, style=part.style or parsed.style)
            utterances += [
                Utterance(f"{part.style}-{speaker}-{emotion}-{i}", "x", parsed) for i in range(n) if keep(parsed, i)
            ]
    return utterances


PARSED = {
    "emodb": [emodb.parse(f"03a01{code}a") for code in emodb.EMOTIONS],
    "ravdess": [ravdess.parse(f"03-01-{code}-01-01-01-01") for code in ravdess.EMOTIONS],
}


def texts(corpus, keep):
    return [(f.level, f.text) for f in completeness(corpus, complete(corpus, keep), set())]


def test_a_whole_emodb_has_535_files():
    assert texts(emodb.CORPUS, lambda parsed, i: True) == [("ok", "all 535 files")]


def test_four_classes_of_emodb_are_reported_in_one_line():
    kept = {"anger", "happiness", "neutral", "sadness"}
    assert texts(emodb.CORPUS, lambda parsed, i: parsed.emotion in kept) == [
        ("warning", "339 of 535 files: boredom, disgust, fear missing entirely")
    ]


def test_a_missing_speaker_and_a_missing_take_are_distinguished():
    def keep(parsed, i):
        return parsed.speaker != "16" and (parsed.speaker, parsed.emotion, i) != ("03", "anger", 0)

    assert texts(emodb.CORPUS, keep) == [
        ("warning", "463 of 535 files: speaker 16 missing entirely; speaker 03 anger 13 of 14")
    ]


def test_speech_without_song_is_a_whole_ravdess():
    assert texts(ravdess.CORPUS, lambda parsed, i: parsed.style == "speech") == [
        ("ok", "speech: all 1440 files"),
        ("note", "song: none of 1012 files"),
    ]


def test_a_missing_file_is_named_where_the_genuine_ones_are_known(corpus, root):
    (root / "wav/03a01Wa.wav").unlink()
    write(root, "wav/03a02Wa.wav")
    write(root, "wav/03a01Wb.wav")
    text = said(examine(corpus, root), "error", "files")
    assert "1 files more than the release: speaker 03 anger +1" in text
    (root / "wav/03a02Wa.wav").unlink()
    (root / "wav/03a01Wb.wav").unlink()
    write(root, "wav/03a02Fa.wav")
    cells = {("03", "anger"): 2, ("03", "happiness"): 2, ("03", "neutral"): 1}
    partly = replace(corpus, official=(replace(corpus.official[0], counts=cells),))
    write(root, "wav/03a02Wc.wav")
    assert "speaker 03 anger 1 of 2; missing files: 03a01Wa" in said(examine(partly, root), "warning", "files")


def test_a_sine_at_half_scale_has_its_textbook_levels(tmp_path):
    time = np.arange(16_384) / RATE
    soundfile.write(tmp_path / "sine.wav", 0.5 * np.sin(2 * np.pi * 1_000 * time), RATE, subtype="FLOAT")
    file = inspect_file(tmp_path, "sine.wav")
    assert file.peak == pytest.approx(20 * np.log10(0.5), abs=0.01)
    assert file.rms == pytest.approx(20 * np.log10(0.5 / np.sqrt(2)), abs=0.01)
    around = slice(1_000 * BANDS // (RATE // 2) - 1, 1_000 * BANDS // (RATE // 2) + 1)  # a band edge
    assert 10 * np.log10(np.sum(10 ** (file.spectrum[around] / 10))) == pytest.approx(file.rms, abs=0.1)


def test_band_powers_add_up_to_the_power_of_the_signal():
    signal = noise("power", seconds=2).astype(np.float32)
    total = 10 * np.log10(np.sum(10 ** (band_levels(signal) / 10)))
    assert total == pytest.approx(10 * np.log10(np.mean(signal**2)), abs=0.2)


def test_a_signal_shorter_than_a_window_has_finite_bands():
    assert np.isfinite(band_levels(np.zeros(3, np.float32))).all()


@pytest.mark.parametrize(("run", "runs"), [([1, 1], 0), ([1, 1, 1], 1), ([1, 1, 1, 0, -1, -1, -1], 2), ([0.5] * 5, 0)])
def test_clipping_is_three_samples_in_a_row_at_full_scale(run, runs):
    samples = np.array([0, *run, 0], np.float32)[:, None]
    assert clipped_runs(samples) == runs
    assert clipped_runs(np.repeat(samples, 2, axis=1)) == 2 * runs


def test_the_cliff_is_where_the_spectrum_falls_to_nothing():
    levels = np.full((1, BANDS), -60.0, np.float32)
    assert cliff(levels) is None
    levels[:, 16:] = -117
    assert cliff(levels) == 15 / BANDS
    levels[:, 16:] = -80  # still something there
    assert cliff(levels) is None


def test_the_same_take_in_another_encoding_is_a_warning_and_with_another_label_an_error(corpus, root):
    take, _ = soundfile.read(root / "wav/03a01Fa.wav")
    soundfile.write(root / "wav/03b01Fa.flac", 0.5 * take, RATE)
    assert "one take twice, in another encoding, rate or level: " in said(
        examine(corpus, root), "warning", "duplicates"
    )
    soundfile.write(root / "wav/03b01Wa.flac", 0.25 * take, RATE)
    assert "one take twice, with several emotions (anger, happiness): " in said(examine(corpus, root), "error")


def test_notes_on_reading_are_reported_once_for_all_files(corpus, root):
    for file in (root / "wav").glob("*.wav"):
        samples, _ = soundfile.read(file)
        soundfile.write(file, np.stack([samples, np.random.default_rng(0).normal(0, 0.1, len(samples))], 1), RATE)
    heard = said(examine(corpus, root), "warning", "notes")
    assert heard.startswith(
        "5 files: the channels differ (correlation ...), as the two sides of a call do: import them with a column"
    )


def test_channels_that_are_utterances_of_their_own_are_not_mixed_down(corpus, root):
    soundfile.write(root / "call.wav", np.random.default_rng(0).normal(0, 0.1, (RATE, 2)), RATE)
    files = [inspect_file(root, path) for path in ("call.wav", "wav/03a01Fa.wav")]
    parsed = emodb.parse("03a01Fa")
    sides = [Utterance(side, "call.wav", parsed, channel=side) for side in ("left", "right")]
    plain = replace(corpus, official=(), fingerprints=None)
    found = {one.topic: one.text for one in soundness(plain, sides, files, {})}
    assert found["channels"] == "1 of 2 files hold utterances side by side, of which each has its channel"
    assert "notes" not in found


def test_git_lfs_pointers_are_counted_as_such(corpus, root):
    for file in (root / "wav").glob("03*.wav"):
        file.write_text(f"version https://git-lfs.github.com/spec/v1\noid sha256:{1:064d}\nsize 96044\n")
    (root / "wav/08a01Na.wav").write_bytes(b"no sound")
    found = said(examine(corpus, root), "error", "readable")
    assert "files are Git LFS pointers, not recordings: " in found
    assert "git lfs pull" in found
    assert "1 files are not readable: wav/08a01Na.wav" in found


def test_files_too_short_for_a_prediction_are_named(corpus, root):
    write(root, "wav/03a01Fa.wav", seconds=0.05)
    assert "1 files are shorter than 0.1 s" in said(examine(corpus, root), "warning", "duration")


def test_a_class_that_one_speaker_alone_has_is_noted_where_speakers_are_known(corpus, root):
    alone = "one speaker alone has"
    everyone = said(examine(corpus, root), "note", "classes")
    assert {p.emotion for p in map(emodb.parse, EMODB_NAMES)} >= {"happiness"}
    assert everyone.startswith(alone)
    assert said(examine(replace(corpus, speakers_known=False), root), "note", "classes") == ""


def test_where_many_files_resemble_each_other_it_is_stated_that_not_all_were_compared(corpus, root, monkeypatch):
    for module in ("takes", "soundness"):
        monkeypatch.setattr(f"ser_tasks.corpora.checking.{module}.CLOSEST", 1)
    take, _ = soundfile.read(root / "wav/03a01Fa.wav")
    for number, gain in enumerate((0.5, 0.25)):
        soundfile.write(root / f"wav/0{number + 4}b01Fa.flac", gain * take, RATE)
    text = said(examine(corpus, root), "note", "duplicates")
    assert "1 files resemble more than 1 others each; only the likeliest 1 were compared" in text
