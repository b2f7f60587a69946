"""Speech encoders on the terminal."""

from rich.console import Console
from rich.text import Text

from ser_tasks.features.encoders import ENCODERS
from ser_tasks.features.encoders.encoder import Encoder
from ser_tasks.features.encoders.folder import folder_of


def print_encoders() -> None:
    """A few lines for each encoder of the table."""
    console = Console(highlight=False)
    for encoder in ENCODERS.values():
        console.print(Text(encoder.name, style="bold").append(f"  {encoder.family.title}", style="not bold"))
        for word, text in described(encoder).items():
            console.print(Text(f"  {word:10}{text}"), soft_wrap=True)


def described(encoder: Encoder) -> dict[str, str]:
    """What there is to know of an encoder, each in a few words."""
    folder = folder_of(encoder)
    here = any((folder / name).is_file() for name in encoder.family.files)
    size = f"{encoder.parameters:g} million parameters, {encoder.layers} layers of {encoder.width} units, 16 kHz"
    return {
        "size": size if encoder.hub else "as its config.json says",
        "languages": encoder.languages,
        "licence": encoder.licence,
        "paper": encoder.family.paper,
        "runs on": " and ".join(encoder.family.libraries) or "NumPy",
        "here": f"in {folder}" if here else "no",
        "get it": f"ser fetch-encoder {encoder.name}" + ("" if encoder.hub else " --from FOLDER"),
    }
