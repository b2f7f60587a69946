"""Which channel of a recording is heard."""

import numpy as np
import pytest
import soundfile

from ser_tasks.audio.channels import (
    DIFFERENT,
    OPPOSITE,
    channels_of,
    check_channel,
    chosen,
    mixed_down,
    remark_on_channels,
)
from ser_tasks.audio.clip import Clip, clip_of
from ser_tasks.audio.decode import AudioError, open_sound, read_mono
from ser_tasks.audio.recording import Recording
from ser_tasks.bundles.inference.streaming import mono_blocks
from ser_tasks.errors import UserError

RNG = np.random.default_rng(0)
LEFT, RIGHT = RNG.normal(0, 0.1, (2, 16_000)).astype(np.float32)
CALL = np.stack([LEFT, RIGHT], axis=1)


@pytest.mark.parametrize(
    ("channel", "expected"),
    [("mix", (LEFT + RIGHT) / 2), ("left", LEFT), ("right", RIGHT), ("1", LEFT), ("2", RIGHT)],
)
def test_the_requested_channel_is_used(tmp_path, channel, expected):
    np.testing.assert_allclose(mixed_down(CALL, channel), expected, atol=1e-7)
    soundfile.write(tmp_path / "call.wav", CALL, 16_000, subtype="FLOAT")
    np.testing.assert_allclose(
        read_mono(tmp_path / "call.wav", sampling_rate=16_000, channel=channel), expected, atol=1e-7
    )
    blocks = mono_blocks(open_sound(tmp_path / "call.wav"), sampling_rate=16_000, block=0.1, channel=channel)
    np.testing.assert_allclose(np.concatenate(list(blocks)), expected, atol=1e-7)
    assert chosen(Recording(CALL, 16_000), channel).samples.shape[1] == (2 if channel == "mix" else 1)


def test_channels_in_opposite_phase_are_not_silence_but_the_louder_of_the_two(tmp_path):
    opposite = np.stack([LEFT, -1.1 * LEFT], axis=1)
    np.testing.assert_array_equal(mixed_down(opposite), -1.1 * LEFT)
    assert remark_on_channels(opposite) == OPPOSITE
    soundfile.write(tmp_path / "a.wav", opposite, 16_000, subtype="FLOAT")
    blocks = mono_blocks(open_sound(tmp_path / "a.wav"), sampling_rate=16_000, block=0.1)
    np.testing.assert_array_equal(np.concatenate(list(blocks)), -1.1 * LEFT)


def test_silence_in_front_does_not_hide_that_the_channels_cancel(tmp_path):
    opposite = np.concatenate([np.zeros((4_000, 2), np.float32), np.stack([LEFT, -1.1 * LEFT], axis=1)])
    soundfile.write(tmp_path / "a.wav", opposite, 16_000, subtype="FLOAT")
    blocks = mono_blocks(open_sound(tmp_path / "a.wav"), sampling_rate=16_000, block=0.1)
    np.testing.assert_allclose(np.concatenate(list(blocks))[4_800:], opposite[4_800:, 1], atol=0)


@pytest.mark.parametrize(
    ("samples", "channel", "notes"),
    [
        (CALL, "mix", [DIFFERENT.format(found=np.corrcoef(CALL.T)[0, 1])]),
        (np.stack([LEFT, -1.1 * LEFT], axis=1), "mix", [OPPOSITE]),
        (np.stack([LEFT, LEFT], axis=1), "mix", []),
        (CALL, "left", []),
        (LEFT[:, None], "mix", []),
    ],
)
def test_block_by_block_the_notes_are_those_of_the_whole_and_once(tmp_path, samples, channel, notes):
    soundfile.write(tmp_path / "a.wav", samples, 16_000, subtype="FLOAT")
    source = open_sound(tmp_path / "a.wav")
    for _ in range(3):  # a timeline hears it as often
        list(mono_blocks(source, sampling_rate=16_000, block=0.1, channel=channel))
    assert source.notes == notes


@pytest.mark.parametrize(
    ("samples", "remark"),
    [
        (CALL, DIFFERENT.format(found=np.corrcoef(CALL.T)[0, 1])),
        (np.stack([LEFT, LEFT + 0.5 * RIGHT], axis=1), None),  # one voice, two microphones
        (np.stack([LEFT, 0.4 * LEFT + 0.8 * RIGHT], axis=1), None),  # 0.45: one voice, and much of the room
        (np.stack([LEFT, 0.01 * RIGHT], axis=1), None),  # the noise of a line that is not used
        (np.stack([LEFT, 0 * LEFT], axis=1), None),
        (np.zeros((100, 2), np.float32), None),
        (np.stack([LEFT, np.full_like(LEFT, 0.2)], axis=1), None),  # a zero line, and nothing on it
        (np.stack([LEFT + 0.2, LEFT - 0.2], axis=1), None),
        (LEFT[:, None], None),
    ],
)
def test_two_voices_are_remarked_on_and_one_is_not(samples, remark):
    assert remark_on_channels(samples.astype(np.float32)) == remark


def test_each_stands_for_every_channel():
    assert [channels_of(number) for number in (1, 2, 3)] == [("mix",), ("left", "right"), ("1", "2", "3")]


def test_a_channel_that_is_not_there_is_refused_with_the_number_of_those_that_are(tmp_path):
    soundfile.write(tmp_path / "mono.wav", LEFT, 16_000)
    with pytest.raises(
        AudioError, match=r"mono\.wav: channel right is asked for, and the number of channels is 1\. Take"
    ):
        read_mono(tmp_path / "mono.wav", sampling_rate=16_000, channel="right")


@pytest.mark.parametrize("channel", ["", "0", "-1", "both", "1.5"])
def test_what_is_no_channel_is_refused_with_those_that_are(channel):
    with pytest.raises(UserError, match=r"expected mix, left, right, each, or the number of a channel, from 1"):
        check_channel(channel)


def test_an_utterance_states_its_channel_and_others_keep_their_digests(tmp_path):
    soundfile.write(tmp_path / "call.wav", CALL, 16_000, subtype="FLOAT")
    row = {"utterance_id": "a", "path": "call.wav", "start": np.nan, "end": 0.5, "sha256": "0", "channel": "right"}
    np.testing.assert_array_equal(clip_of(row).mono(tmp_path, 16_000), RIGHT[:8_000])
    assert Clip("a", "call.wav", None, 0.5, "0").content == ["a", None, 0.5, "0"]
    assert clip_of(row).content == ["a", None, 0.5, "0", "right"]
