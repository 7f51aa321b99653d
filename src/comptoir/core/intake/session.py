"""The writer's own session: prepared statements, one at a time, each sent and answered in the loop's own callbacks.

psycopg's `execute` makes a cursor, looks for a type for each value and a waiter for each statement. With a batch of
notifications every millisecond, that was a fifth of what one cost the web process. This is libpq, by psycopg's own
wrapper of it (`psycopg.pq`), and nothing between.
"""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from struct import Struct
from typing import Any, Final, LiteralString, Self

import psycopg
from psycopg import errors
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus, Format
from psycopg.pq.abc import PGresult

CONNECT_SECONDS: Final = 3

Value = bytes | None
Row = list[Value]

_ARRAY: Final = Struct(">iiIii")  # dimensions, whether nulls, type of the elements, their number, the first's index
_INTEGER: Final = Struct(">ii")
_LONG: Final = Struct(">iq")
_INTEGER_TYPE: Final = 23
_INSTANT_TYPE: Final = 1184


def integers(values: Sequence[int]) -> bytes:
    """An `int[]` as PostgreSQL reads it in binary."""
    return _array(_INTEGER_TYPE, _INTEGER, 4, values)


def instants(microseconds: Sequence[int]) -> bytes:
    """A `timestamptz[]` likewise, of microseconds since 2000-01-01 00:00 UTC."""
    return _array(_INSTANT_TYPE, _LONG, 8, microseconds)


def _array(kind: int, element: Struct, size: int, values: Sequence[int]) -> bytes:
    pack = element.pack
    return b"".join((_ARRAY.pack(1, 0, kind, len(values), 1), *[pack(size, value) for value in values]))


class Session:
    """A connection and its prepared statements. Not for two tasks at once."""

    def __init__(self, connection: psycopg.AsyncConnection[Any]) -> None:
        self._connection = connection
        self._libpq = connection.pgconn
        self._loop = asyncio.get_running_loop()
        self._socket = self._libpq.socket
        self._answer: asyncio.Future[Row] | None = None
        self._row: Row = []
        self._fault: psycopg.Error | None = None
        self._is_sending = False
        self._is_read = True
        self._loop.add_reader(self._socket, self._read)

    @classmethod
    async def open(cls, conninfo: str, statements: Mapping[str, LiteralString]) -> Self:
        """Connect, and have these statements (by name) planned. Raises psycopg.Error."""
        made = await psycopg.AsyncConnection.connect(conninfo, autocommit=True, connect_timeout=CONNECT_SECONDS)
        try:
            for name, text in statements.items():
                await made.execute(f"PREPARE {name} {text}".encode())
        except BaseException:
            await made.close()
            raise
        return cls(made)

    @property
    def is_open(self) -> bool:
        """Whether it has not been found broken."""
        return self._is_read and self._libpq.status == ConnStatus.OK

    async def ask(self, name: str, values: Sequence[Value], formats: Sequence[Format]) -> Row:
        """Run a statement in a transaction of its own; the one row it answers, as text. Raises psycopg.Error."""
        self._answer = self._loop.create_future()
        self._row, self._fault = [], None
        try:
            self._libpq.send_query_prepared(name.encode(), values, formats, Format.TEXT)
            self._flush()
            return await self._answer
        finally:
            self._answer = None

    async def close(self) -> None:
        """Whatever is under way."""
        self._forget()
        with contextlib.suppress(psycopg.Error):  # it may be broken already; there is nothing to lose
            await self._connection.close()

    def _flush(self) -> None:
        is_left = self._libpq.flush() == 1
        if is_left and not self._is_sending:
            self._loop.add_writer(self._socket, self._send)
        elif not is_left and self._is_sending:
            self._loop.remove_writer(self._socket)
        self._is_sending = is_left

    def _send(self) -> None:
        try:
            self._flush()
        except psycopg.Error as error:
            self._break(error)

    def _read(self) -> None:
        try:
            self._libpq.consume_input()
            if self._is_sending:
                self._flush()
            while self._answer and not self._libpq.is_busy():
                result = self._libpq.get_result()
                if result is None:
                    self._settle()
                elif result.status == ExecStatus.TUPLES_OK:
                    self._row = [result.get_value(0, column) for column in range(result.nfields)]
                else:
                    self._fault = _fault(result)
        except psycopg.Error as error:
            self._break(error)

    def _settle(self) -> None:
        answer, self._answer = self._answer, None
        if answer is None or answer.done():  # whoever asked was cancelled
            return
        if self._fault:
            answer.set_exception(self._fault)
        else:
            answer.set_result(self._row)

    def _break(self, error: psycopg.Error) -> None:
        self._forget()
        self._fault = self._fault or error
        self._settle()

    def _forget(self) -> None:
        """The socket is closed by libpq, and its number may be another's a moment later."""
        self._is_read = False
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)


def _fault(result: PGresult) -> psycopg.Error:
    state = (result.error_field(DiagnosticField.SQLSTATE) or b"").decode("ascii")
    try:
        kind = errors.lookup(state)
    except KeyError:
        kind = psycopg.DatabaseError
    return kind(result.get_error_message())
