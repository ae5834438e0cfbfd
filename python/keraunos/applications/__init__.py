"""Networks that were published with weights for ImageNet, for pictures of one's own."""

from keraunos._lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        **dict.fromkeys(
            ("ConvNeXtBase", "ConvNeXtLarge", "ConvNeXtSmall", "ConvNeXtTiny", "ConvNeXtXLarge"), "convnext"
        ),
        **dict.fromkeys(("DenseNet121", "DenseNet169", "DenseNet201"), "densenet"),
        **dict.fromkeys([f"EfficientNetB{number}" for number in range(8)], "efficientnet"),
        **dict.fromkeys([f"EfficientNetV2B{number}" for number in range(4)], "efficientnet_v2"),
        **dict.fromkeys([f"EfficientNetV2{size}" for size in "LMS"], "efficientnet_v2"),
        "InceptionResNetV2": "inception_resnet_v2",
        "InceptionV3": "inception_v3",
        "MobileNet": "mobilenet",
        "MobileNetV2": "mobilenet_v2",
        **dict.fromkeys(("MobileNetV3Large", "MobileNetV3Small"), "mobilenet_v3"),
        **dict.fromkeys(("NASNetLarge", "NASNetMobile"), "nasnet"),
        **dict.fromkeys(("ResNet101", "ResNet152", "ResNet50"), "resnet"),
        **dict.fromkeys(("ResNet101V2", "ResNet152V2", "ResNet50V2"), "resnet_v2"),
        "VGG16": "vgg16",
        "VGG19": "vgg19",
        "Xception": "xception",
    },
    (
        "convnext",
        "densenet",
        "efficientnet",
        "efficientnet_v2",
        "imagenet_utils",
        "inception_resnet_v2",
        "inception_v3",
        "mobilenet",
        "mobilenet_v2",
        "mobilenet_v3",
        "nasnet",
        "resnet",
        "resnet50",
        "resnet_v2",
        "vgg16",
        "vgg19",
        "xception",
    ),
)
