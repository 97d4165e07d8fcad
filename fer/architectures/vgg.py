"""VGG at full width: four stages of two 3x3 convolutions, 64 to 512 channels, and global average pooling."""

from fer.architectures import ARCHITECTURES, Architecture
from fer.architectures.vgg_small import vgg


def build(input_shape, num_classes):
    return vgg(input_shape, num_classes, (64, 128, 256, 512), "vgg")


ARCHITECTURES.register(
    Architecture(
        name="vgg",
        build=build,
        summary="Eight 3x3 convolutions with batch norm, 64 to 512 wide.",
        reference="Simonyan & Zisserman 2014, arXiv 1409.1556; widths after Khaireddin & Chen 2021, arXiv 2105.03588",
    )
)
