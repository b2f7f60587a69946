"""From a file that somebody sent to the answer that goes back."""

from collections.abc import Sequence

from apps.body import Upload
from apps.clip import read_clip
from apps.replies import Answered, Batch, Refused
from ser_tasks.audio.channels import MIX
from ser_tasks.bundles.bundle import Bundle
from ser_tasks.bundles.inference.prediction import recognise
from ser_tasks.errors import UserError
from ser_tasks.params import RequestParams


def answer_to(bundle: Bundle, upload: Upload, *, limits: RequestParams, channel: str = MIX) -> Answered:
    """The bundle's answer to one file.

    Raises:
        UserError: as `read_clip` and `recognise` do
    """
    clip = read_clip(upload.content, name=upload.name, limits=limits, channel=channel)
    answer = recognise(bundle, clip.recording)
    return Answered(
        file=clip.name,
        emotion=answer.emotion,
        probabilities=dict(answer.probabilities),
        confidence=answer.confidence,
        unsure=answer.unsure,
        remarks=list(answer.remarks),
        duration=answer.duration,
        bundle=bundle.card.name,
    )


def answers_to(bundle: Bundle, uploads: Sequence[Upload], *, limits: RequestParams, channel: str = MIX) -> Batch:
    """An answer, or the reason why there is none, for every file: one that is broken does not take the others along."""
    return Batch(results=[_answer_or_error(bundle, upload, limits, channel) for upload in uploads])


def _answer_or_error(bundle: Bundle, upload: Upload, limits: RequestParams, channel: str) -> Answered | Refused:
    try:
        return answer_to(bundle, upload, limits=limits, channel=channel)
    except UserError as error:
        return Refused(file=upload.name, error=str(error))
