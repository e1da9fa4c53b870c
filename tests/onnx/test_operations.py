"""Every operation of the case table gives in onnxruntime what it gives here; or it is known why it cannot."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from deep_learner.ops.registry import OPERATIONS
from tests.onnx.agreement import assert_agrees, tensors
from tests.ops.case import all_cases

pytest.importorskip("onnx", reason="ONNX is not installed")
pytest.importorskip("onnxruntime", reason="onnxruntime is the other side")
pytest.importorskip("deep_learner_onnx", reason="the plugin is not installed")

IMPOSSIBLE = {
    # The shape of the result depends on the values.
    **dict.fromkeys((
        "argwhere", "bincount", "mask_positions", "masked_scatter", "masked_select", "nonzero", "nonzero_static",
        "repeat_interleave", "repeat_positions", "unique", "unique_all", "unique_consecutive", "unique_counts",
        "unique_inverse", "unique_values",
    ), "size"),
    # So does the number of steps.
    "linalg_matrix_exp": "steps",
    # There are no factorisations.
    **dict.fromkeys((
        "linalg_adjugate", "linalg_cholesky", "linalg_cond", "linalg_eigh", "linalg_eigvalsh", "linalg_inv",
        "linalg_ldl_factor_ex", "linalg_ldl_solve", "linalg_lstsq", "linalg_matrix_power", "linalg_matrix_rank",
        "linalg_pinv", "linalg_qr", "linalg_slogdet", "linalg_solve", "linalg_svd", "linalg_svdvals",
        "linalg_tensorinv", "linalg_tensorsolve", "logdet", "matrix_norm", "norm", "pinverse",
    ), "factorisation"),
    # There is no formula, or no way to the bits of a number.
    **dict.fromkeys((
        "airy_ai_slope", "bitcast", "igamma", "igammac", "nextafter", "special_airy_ai", "special_bessel_j0",
        "special_bessel_j1", "special_bessel_y0", "special_bessel_y1", "special_modified_bessel_k0",
        "special_modified_bessel_k1", "special_scaled_modified_bessel_k0", "special_scaled_modified_bessel_k1",
        "special_zeta",
    ), "formula"),
    # Results that only a derivative asks for.
    "gru_layer": "gates",
    "lstm_layer": "gates",
    # onnxruntime joins two changes of an empty array's shape to a wrong one.
    "cartesian_prod": "empty",
}  # fmt: skip
CASES = [pytest.param(case, id=case.op) for case in all_cases() if case.op not in IMPOSSIBLE]
REFUSED = [
    pytest.param(case, id=case.op) for case in all_cases() if IMPOSSIBLE.get(case.op, "empty") != "empty"
]


def single(value):
    """Arguments with Tensors in place of arrays, floats in single precision."""
    if isinstance(value, np.ndarray):
        return dl.from_numpy(value.astype(np.float32) if value.dtype == np.float64 else value)
    if type(value) in (list, tuple):
        return type(value)(single(one) for one in value)
    return value


def calls(case):
    """The samples of real numbers that have one result, or several, in single precision."""
    for args, kwargs in case.calls():
        args, kwargs = single(args), {name: single(value) for name, value in kwargs.items()}
        if any(one.is_complex() for one in tensors((args, kwargs))):
            continue
        try:
            results = tensors(OPERATIONS[case.op](*args, **kwargs))
        except (RuntimeError, NotImplementedError, TypeError):  # which float32 is not for
            continue
        if results and not any(one.is_complex() for one in results):
            yield args, kwargs


@pytest.mark.parametrize("case", CASES)
def test_an_operation_agrees(tmp_path, case):
    given = list(calls(case))
    if not given:
        pytest.skip("is for complex numbers")

    def all_samples(*samples):
        return [OPERATIONS[case.op](*args, **kwargs) for args, kwargs in samples]

    names = [f"x{number}" for number in range(len(tensors(given)))]
    options = {"input_names": names, "tolerance": 3e-4}
    assert_agrees(all_samples, tuple(given), tmp_path / "operation.onnx", **options)


@pytest.mark.parametrize("case", REFUSED)
def test_an_operation_that_onnx_lacks_is_refused(tmp_path, case):
    def all_samples(*samples):
        return [OPERATIONS[case.op](*args, **kwargs) for args, kwargs in samples]

    with pytest.raises(RuntimeError, match=r"cannot export|does not compute"):
        dl.onnx.export(all_samples, tuple(calls(case)), tmp_path / "operation.onnx")
