"""Writes parquet.json: small Parquet files as pyarrow and pandas write them, in base64, which src/quality/parquet.ts has to read or refuse.

python3 -m venv venv && venv/bin/pip install pyarrow==26.0.1 pandas==3.1.1
venv/bin/python test/quality/parquet.py > test/quality/parquet.json
"""

import base64
import datetime
import decimal
import io
import json
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

ROWS = range(200)

# The rows of test/components/labelled.ts.
LABELLED = pa.table(
    {
        "id": [f"r{row + 1}" for row in ROWS],
        "x": pa.array(list(ROWS), pa.int64()),
        "part": [["a", "b"][row % 2] for row in ROWS],
        "y": pa.array([float(row * 10 + (row * 37) % 21 - 10) for row in ROWS], pa.float64()),
    }
)


def written(table, **options):
    out = io.BytesIO()
    pq.write_table(table, out, **options)
    return out.getvalue()


def by_pandas(table, **options):
    out = io.BytesIO()
    table.to_pandas().to_parquet(out, **options)
    return out.getvalue()


def with_column(name, values, rows=40):
    return LABELLED.slice(0, rows).append_column(name, values)


# Every kind of cell that is read, with an empty one in each column that may have one.
KINDS = pa.table(
    {
        "id": pa.array([9007199254740993, 2, 3], pa.int64()),
        "small": pa.array([-1, None, 127], pa.int8()),
        "large": pa.array([0, 2**32 - 1, None], pa.uint32()),
        "exact": pa.array([2**53 - 1, None, -(2**53) + 1], pa.int64()),
        "half": pa.array(np.array([0.5, -2.0, 65504.0], np.float16), pa.float16()),
        "single": pa.array([0.25, None, 1e10], pa.float32()),
        "double": pa.array([0.1, None, -1e300], pa.float64()),
        "yes": pa.array([True, None, False], pa.bool_()),
        "text": pa.array(["café", None, ""], pa.string()),
        "category": pa.array(["b", "a", "b"], pa.string()).dictionary_encode(),
    }
)

FORTY = range(40)
CASES = {
    "snappy": written(LABELLED, row_group_size=64),
    "pandas": by_pandas(LABELLED),
    "zstd": written(LABELLED, compression="zstd", data_page_version="2.0", use_dictionary=False),
    "gzip": written(LABELLED, compression="gzip"),
    "brotli": written(LABELLED, compression="brotli"),
    "none": written(LABELLED, compression="none"),
    "delta": written(
        LABELLED,
        use_dictionary=False,
        column_encoding={"id": "DELTA_BYTE_ARRAY", "x": "DELTA_BINARY_PACKED", "part": "DELTA_LENGTH_BYTE_ARRAY", "y": "BYTE_STREAM_SPLIT"},
    ),
    "lz4": written(LABELLED, compression="lz4"),
    "kinds": written(KINDS),
    "nested": written(with_column("tags", pa.array([["a"]] * 40))),
    "struct": written(with_column("place", pa.array([{"lat": 1.0}] * 40))),
    "decimal": written(with_column("cost", pa.array([decimal.Decimal("1.10")] * 40, pa.decimal128(10, 2)))),
    "date": written(with_column("sold", pa.array([datetime.date(2026, 1, 1)] * 40))),
    "time": written(with_column("seen", pa.array([datetime.datetime(2026, 1, 1)] * 40))),
    "binary": written(with_column("photo", pa.array([b"\xff\x00"] * 40, pa.binary()))),
    "nan": written(with_column("area", pa.array([1.0, 2.0, float("nan")] + [3.0] * 37))),
    "infinite": written(with_column("area", pa.array([1.0, float("inf")] + [3.0] * 38))),
    "empty cells": written(with_column("area", pa.array([None if row % 2 else 1.0 for row in FORTY], pa.float64()))),
    "no label": written(LABELLED.slice(0, 40).set_column(3, "y", pa.array([1.0, None] + [2.0] * 38))),
    "large": written(with_column("customer", pa.array([2**53 + 1] * 40, pa.int64()))),
    "large label": written(LABELLED.slice(0, 40).set_column(3, "y", pa.array([1, 2**53 + 1] + [2] * 38, pa.int64()))),
    "large group": written(pa.table({"id": pa.array(np.zeros(5_000_000, np.int64)), "y": pa.array(np.zeros(5_000_000))}), row_group_size=5_000_000, compression="zstd", write_statistics=False),
    "no rows": written(LABELLED.slice(0, 0)),
    "checked": written(LABELLED, row_group_size=64, write_page_checksum=True),
}

json.dump({name: base64.b64encode(content).decode() for name, content in CASES.items()}, sys.stdout, indent=1)
print()
