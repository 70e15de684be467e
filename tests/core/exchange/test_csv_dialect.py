"""The first line of a CSV file, in which something may be wrong already."""

import pytest

from attrprompt.errors import InputError
from attrprompt.exchange.csv_dialect import read_csv_text


@pytest.mark.parametrize("head", ["te\rxt,label\na,b\n", 'sep="\n"a"b\n', '"' + "x" * 10_000_001 + '",label\na,b\n'])
def test_a_broken_first_line_is_a_sentence_or_a_header(head):
    try:
        header, rows = read_csv_text(head, "r.csv")
        read = list(rows)
    except InputError as refusal:
        assert "'r.csv'" in str(refusal)
    else:
        assert header and read
