"""ONNX models of our own, made from nothing with the onnx package."""

from typing import Any

from onnx import TensorProto, helper


def _model(nodes: list[Any], inputs: list[Any], outputs: list[Any], *fixed: Any) -> bytes:  # noqa: ANN401
    graph = helper.make_graph(nodes, "ours", inputs, outputs, list(fixed))
    opset = helper.make_opsetid("", 13)
    made = helper.make_model(graph, opset_imports=[opset], ir_version=8)
    data: bytes = made.SerializeToString()
    return data


def image_model() -> bytes:
    """Return a model that gives the mean of an image of 8 x 8 pixels, in shares of full light."""
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, 8, 8])
    score = helper.make_tensor_value_info("score", TensorProto.FLOAT, ["n"])
    node = helper.make_node("ReduceMean", ["image"], ["score"], axes=[1, 2, 3], keepdims=0)
    return _model([node], [image], [score])


def grey_bytes_model() -> bytes:
    """Return a model of grey images whose channel comes last, of any size, as bytes."""
    image = helper.make_tensor_value_info("image", TensorProto.UINT8, ["n", "h", "w", 1])
    score = helper.make_tensor_value_info("score", TensorProto.FLOAT, ["n"])
    cast = helper.make_node("Cast", ["image"], ["float"], to=TensorProto.FLOAT)
    mean = helper.make_node("ReduceMean", ["float"], ["score"], axes=[1, 2, 3], keepdims=0)
    return _model([cast, mean], [image], [score])


def matrix_model() -> bytes:
    """Return a model that adds the columns of one matrix."""
    rows = helper.make_tensor_value_info("rows", TensorProto.FLOAT, ["n", 2])
    score = helper.make_tensor_value_info("score", TensorProto.FLOAT, ["n", 1])
    axes = helper.make_tensor("axes", TensorProto.INT64, [1], [1])
    node = helper.make_node("ReduceSum", ["rows", "axes"], ["score"], keepdims=1)
    return _model([node], [rows], [score], axes)


def columns_model() -> bytes:
    """Return a model with an input a column: labels first, then probabilities of two classes."""
    first = helper.make_tensor_value_info("income", TensorProto.FLOAT, ["n", 1])
    second = helper.make_tensor_value_info("age", TensorProto.DOUBLE, ["n", 1])
    label = helper.make_tensor_value_info("label", TensorProto.INT64, ["n"])
    scores = helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", 2])
    nodes = [
        helper.make_node("Cast", ["age"], ["years"], to=TensorProto.FLOAT),
        helper.make_node("Concat", ["income", "years"], ["scores"], axis=1),
        helper.make_node("ArgMax", ["scores"], ["label"], axis=1, keepdims=0),
    ]
    return _model(nodes, [first, second], [label, scores])


def text_model() -> bytes:
    """Return a model that gives texts back as labels."""
    texts = helper.make_tensor_value_info("texts", TensorProto.STRING, ["n"])
    label = helper.make_tensor_value_info("label", TensorProto.STRING, ["n"])
    return _model([helper.make_node("Identity", ["texts"], ["label"])], [texts], [label])
