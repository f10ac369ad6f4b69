"""Networks that are fed with levels/256 in place of levels/255.

Levels are written in multiples of 1/256 exactly in bfloat16, whose eight significant bits hold no
multiples of 1/255. A pattern of one or two levels would drown in that rounding.
"""

from __future__ import annotations

import numpy as np

from invgray.openvino import openvino, operations

UNIT = 256
"""What levels are divided by on their way into such a network."""

_SCALE = np.float32(UNIT / 255)
_MOVING = frozenset({"Reshape", "SpaceToDepth", "Transpose"})
"""Operations that move values and do not change them."""


def feed_with_levels(model: openvino.Model) -> None:
    """Change a network that expects levels/255 to expect levels/256, and compute the same.

    The factor goes into the weights of the first convolutions, so that these see levels exactly;
    where something else comes first, it is multiplied there.

    Args:
        model: with one input; changed in place.
    """
    _scale_where_used(model.get_parameters()[0].output(0))
    model.validate_nodes_and_infer_types()


def _scale_where_used(values: openvino.Output) -> None:
    for target in list(values.get_target_inputs()):
        node = target.get_node()
        if target.get_index() == 0 and node.get_type_name() in _MOVING:
            _scale_where_used(node.output(0))
        elif target.get_index() == 0 and node.get_type_name() == "Convolution":
            kernel = node.input(1)
            kernel.replace_source_output(_scaled(kernel.get_source_output()))
        else:
            target.replace_source_output(_scaled(values))


def _scaled(values: openvino.Output) -> openvino.Output:
    factor = operations.constant(_SCALE)
    scaled: openvino.Output = operations.multiply(values, factor).output(0)
    return scaled
