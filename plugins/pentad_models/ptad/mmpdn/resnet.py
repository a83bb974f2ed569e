"""ResNet18 as a pyramid of four feature maps (He et al., CVPR 2016, table 1)."""

from torch import Tensor, nn

CHANNELS = (64, 128, 256, 512)
"""Of the four levels, which have a quarter, an eighth, … of the input's pixels on a side."""


class Block(nn.Module):
    """Two 3 x 3 convolutions and a shortcut, 1 x 1 where shapes change (He et al., figure 2).

    Parameters are named as in the published state dicts, so that those can be read.
    """

    def __init__(self, inside: int, outside: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inside, outside, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outside)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(outside, outside, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outside)
        self.downsample: nn.Module | None = None
        if stride != 1 or inside != outside:
            self.downsample = nn.Sequential(nn.Conv2d(inside, outside, 1, stride, bias=False), nn.BatchNorm2d(outside))

    def forward(self, x: Tensor) -> Tensor:
        shortcut: Tensor = x if self.downsample is None else self.downsample(x)
        inner: Tensor = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        out: Tensor = self.relu(inner + shortcut)
        return out


class ResNet18(nn.Module):
    """The layers before the pooling: 11,176,512 parameters, random (He et al. 2015) until a state dict is loaded."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        inside = 64
        for level, outside in enumerate(CHANNELS):
            blocks = nn.Sequential(Block(inside, outside, 1 if level == 0 else 2), Block(outside, outside, 1))
            self.add_module(f"layer{level + 1}", blocks)
            inside = outside
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, images: Tensor) -> list[Tensor]:
        """(B, 3, h, w) to the four levels (B, C, h/4, w/4) … (B, C, h/32, w/32)."""
        x = self.maxpool(self.relu(self.bn1(self.conv1(images))))
        levels: list[Tensor] = []
        for level in range(len(CHANNELS)):
            x = self.get_submodule(f"layer{level + 1}")(x)
            levels.append(x)
        return levels
