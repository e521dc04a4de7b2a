"""A program that reads an SQLite database as Arrow for ``sqlite.py``, in a process of its own.

ADBC brings an SQLite library, and two of them in one process undo each other's locks
(https://sqlite.org/howtocorrupt.html#multiple_copies_of_sqlite_linked_into_the_same_application):
what is written there could be lost. So ADBC is not for a process that has Python's SQLite.

On standard input comes a line with the path, then one for each statement, in JSON: the SQL and
its parameters. The answer to a statement, on standard output, is an Arrow stream and then a
line: null, or what went wrong. When the input ends the program ends, whatever it is doing.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from queue import SimpleQueue
from typing import Any, BinaryIO

if __name__ == "__main__":
    # Arrow does without it here, and starts in half the time.
    sys.modules["numpy"] = None  # type: ignore[assignment]

import adbc_driver_manager as adbc
import adbc_driver_sqlite as driver
import pyarrow as pa

_OPTIONS = {"adbc.sqlite.query.batch_rows": "65536"}


def main() -> None:
    """Take statements, while another thread answers them."""
    lines: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_answer, args=(lines, sys.stdout.buffer), daemon=True).start()
    try:
        for line in sys.stdin.buffer:
            lines.put(line)
    finally:
        os._exit(0)


def _answer(lines: SimpleQueue[bytes], output: BinaryIO) -> None:
    try:
        path = json.loads(lines.get())
        with driver.connect(path) as database, adbc.AdbcConnection(database) as connection:
            while True:
                trouble = _run(connection, output, *json.loads(lines.get()))
                output.write(json.dumps(trouble).encode() + b"\n")
                output.flush()
    finally:
        os._exit(1)


def _run(
    connection: adbc.AdbcConnection, output: BinaryIO, sql: str, parameters: list[Any]
) -> str | None:
    """Write the rows of a statement; what went wrong, if anything did."""
    writer = None
    try:
        with adbc.AdbcStatement(connection) as statement:
            statement.set_options(**_OPTIONS)
            statement.set_sql_query(sql)
            statement.prepare()
            if parameters:
                columns = {str(number): [value] for number, value in enumerate(parameters)}
                statement.bind(pa.RecordBatch.from_pydict(columns))
            stream, _ = statement.execute_query()
            with pa.RecordBatchReader.from_stream(stream) as rows:
                writer = pa.ipc.new_stream(output, rows.schema)
                for batch in rows:
                    writer.write_batch(batch)
        return None
    except (adbc.Error, pa.ArrowException, OSError) as error:
        return str(error)
    finally:
        (writer or pa.ipc.new_stream(output, pa.schema([]))).close()


if __name__ == "__main__":
    main()
