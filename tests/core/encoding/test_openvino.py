"""The encoder on OpenVINO: the vectors of the reference, its precisions, and no call home."""

import pytest

from attrprompt.encoding.encoder import Backend, EncoderSpec, Precision
from attrprompt.encoding.open import choose_fast, open_encoder
from attrprompt.errors import InputError
from tests.core.encoding.counting import TEXTS
from tests.scripts import run_script


@pytest.mark.slow
def test_openvino_gives_the_vectors_of_the_reference_under_its_own_id(tmp_path, reference):
    pytest.importorskip("openvino")
    encoder = open_encoder(EncoderSpec(backend=Backend.OPENVINO), tmp_path, threads=1)
    assert encoder.id == reference.id.replace(":torch:", ":openvino:")
    texts = [*TEXTS, "A long text goes on and on. " * 60]
    assert (encoder.encode(texts) * reference.encode(texts)).sum(axis=1).min() > 0.99999
    assert encoder.encode([]).shape == (0, 384)


def test_openvino_does_not_call_home_and_the_fast_choice_fits_the_processor():
    pytest.importorskip("openvino")
    script = """
import sys
from attrprompt.encoding.encoder import Precision
from attrprompt.encoding.open import choose_fast
from attrprompt.encoding.openvino import supports_bf16
assert choose_fast().precision is (Precision.BF16 if supports_bf16() else Precision.FP32)
assert not any(name.startswith("openvino_telemetry") for name, module in sys.modules.items() if module is not None)
"""
    run_script(script)


def test_bf16_is_refused_where_the_processor_emulates_it(tmp_path):
    pytest.importorskip("openvino")
    if choose_fast().precision is Precision.BF16:
        pytest.skip("this processor computes in bf16")
    encoder = open_encoder(EncoderSpec(backend=Backend.OPENVINO, precision=Precision.BF16), tmp_path)
    with pytest.raises(InputError, match="Choose the reference encoder"):
        encoder.encode(TEXTS)
