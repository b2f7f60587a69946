"""What a user can fix is a sentence; a bug of the program keeps its traceback."""

import pytest

from pipelines.errors import errors_as_messages
from ser_tasks.errors import UserError


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            UserError("a [b].wav: the file is empty. Copy it again."),
            "Error: a [b].wav: the file is empty. Copy it again.",
        ),
        (
            PermissionError(13, "Permission denied", "predictions.csv"),
            "'predictions.csv'. See that it is there, may be read",
        ),
        (OSError(28, "No space left on device"), "No space left on device. See that"),
    ],
)
def test_what_the_user_the_disk_or_the_permissions_prevent_is_a_sentence_and_status_1(error, sentence, capsys):
    with pytest.raises(SystemExit, match="1"), errors_as_messages():
        raise error
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize("error", [ZeroDivisionError("a fault"), OSError("of a library, not of the system")])
def test_anything_else_is_raised_as_it_is(error):
    with pytest.raises(type(error), match=str(error)), errors_as_messages():
        raise error
