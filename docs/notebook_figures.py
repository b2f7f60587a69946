"""Pictures of docs/notebooks.md, from the notebooks as they run: the last picture of each.

python -m docs.notebook_figures
"""

import base64
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient
from PIL import Image

DOCS = Path(__file__).parent
COLOURS = 64  # of a picture: a third of the bytes
PICTURES = {"1_clip_to_answer": "notebook_timeline", "2_evaluation": "notebook_bias"}


def last_picture(notebook: Path) -> Image.Image:
    """The last image among the outputs of a notebook, which is run for it."""
    found = nbformat.read(notebook, as_version=4)
    with TemporaryDirectory() as folder:
        NotebookClient(found, kernel_name="python3", resources={"metadata": {"path": folder}}).execute()
    outputs = [output.get("data", {}) for cell in found.cells for output in cell.get("outputs", ())]
    encoded = [data["image/png"] for data in outputs if "image/png" in data][-1]
    return Image.open(BytesIO(base64.b64decode(encoded)))


def main() -> None:
    """Run the notebooks and write the pictures."""
    for notebook, picture in PICTURES.items():
        image = last_picture(DOCS / "notebooks" / f"{notebook}.ipynb").convert("RGB")
        image.quantize(COLOURS).save(DOCS / "figures" / f"{picture}.png", optimize=True)


if __name__ == "__main__":
    main()
