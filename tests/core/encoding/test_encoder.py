"""Encoders: the bundled model, a folder of one's own, and what is refused."""

import json

import numpy as np
import pytest

from attrprompt.encoding.encoder import REFERENCE, EncoderSpec, Precision, find_model_folder
from attrprompt.encoding.open import identify_encoder, open_encoder
from attrprompt.errors import InputError
from tests.core.encoding.counting import TEXTS


def make_folder(tmp_path, **changes):
    """The bundled model in another folder, its configuration changed, its weights linked."""
    folder = tmp_path / "another-model"
    folder.mkdir()
    for path in find_model_folder(REFERENCE.model).iterdir():
        (folder / path.name).symlink_to(path)
    config = folder / "sentence_bert_config.json"
    stated = json.loads(config.read_text())
    config.unlink()
    config.write_text(json.dumps({**stated, **changes}))
    return folder


def test_the_reference_gives_unit_rows_that_put_like_beside_like(reference):
    vectors = reference.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), reference.dimension) == (5, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    cosines = vectors @ vectors.T
    assert cosines[0, 1] > cosines[0, 2] + 0.1


def test_a_vector_does_not_depend_on_the_texts_beside_it(reference):
    together, alone = reference.encode([*TEXTS, "word " * 200]), reference.encode(TEXTS[:1])
    assert float(together[0] @ alone[0]) > 0.999999


def test_no_texts_give_no_rows(reference):
    assert reference.encode([]).shape == (0, 384)


def test_an_id_names_model_weights_backend_precision_and_length():
    name, backend, precision, length = identify_encoder(REFERENCE).split(":")
    assert name.startswith("all-MiniLM-L6-v2@")
    assert (backend, precision, length) == ("torch", "fp32", "256")


def test_a_folder_is_an_encoder_of_its_own_id_that_cuts_where_it_says(tmp_path):
    folder = make_folder(tmp_path, max_seq_length=6)
    encoder = open_encoder(EncoderSpec(model=str(folder)), tmp_path)
    assert encoder.id.startswith("another-model@")
    assert encoder.id != identify_encoder(REFERENCE)
    cut, whole = encoder.encode(["one two three four", "one two three four five six seven"])
    assert float(cut @ whole) > 0.999999


@pytest.mark.parametrize("model", ["no-such-model", "/no/such/folder", "a/b/c"])
def test_an_unknown_model_is_refused_with_a_way_out(tmp_path, model):
    with pytest.raises(InputError, match="Give a folder, or a hub id"):
        open_encoder(EncoderSpec(model=model), tmp_path)


def test_a_folder_without_weights_is_refused(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(InputError, match="no model weights"):
        identify_encoder(EncoderSpec(model=str(tmp_path)))


def test_torch_computes_in_fp32_only():
    with pytest.raises(InputError, match="fp32 only"):
        identify_encoder(EncoderSpec(precision=Precision.BF16))
