"""Reads a Parquet file with PyArrow and compares every value of it with a CSV file of the same rows.

Usage: parquet.py FILE.parquet FILE.csv; prints what the file is as JSON, fails at the first difference.
"""

import csv
import json
import sys

import pyarrow.parquet

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


def in_csv(value):
    """How the CSV spells a value; numbers with fractions are compared as numbers."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if hasattr(value, "isoformat"):
        assert value.utcoffset().total_seconds() == 0, value
        return value.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"
    if isinstance(value, str) and value.startswith(FORMULA_STARTS) and not is_number(value):
        return "'" + value
    return str(value)


def main():
    parquet, text = sys.argv[1:]
    file = pyarrow.parquet.ParquetFile(parquet)
    rows = 0
    with open(text, newline="", encoding="utf-8") as lines:
        wanted = csv.reader(lines)
        names = next(wanted)
        assert names == file.schema_arrow.names, (names, file.schema_arrow.names)
        for batch in file.iter_batches(batch_size=10_000):
            for got in zip(*(column.to_pylist() for column in batch.columns)):
                want = next(wanted)
                for name, value, cell in zip(names, got, want, strict=True):
                    same = float(cell) == value if isinstance(value, float) else in_csv(value) == cell
                    assert same, f"row {rows}, {name}: {value!r} in Parquet, {cell!r} in CSV"
                rows += 1
        assert next(wanted, None) is None, f"the CSV has more than {rows} rows"
    groups = file.metadata.num_row_groups
    print(
        json.dumps(
            {
                "rows": rows,
                "groups": groups,
                "created_by": file.metadata.created_by,
                "types": {f.name: f"{f.type}{'?' if f.nullable else ''}" for f in file.schema_arrow},
                "largest_group_bytes": max((file.metadata.row_group(g).total_byte_size for g in range(groups)), default=0),
            }
        )
    )


main()
