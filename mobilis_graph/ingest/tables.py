"""Open a table as people have it, and read it row by row in constant memory.

CSV and TSV in UTF-8 (with or without BOM), UTF-16 with BOM or Windows-1252, separated by `,` `;` or
tab; Excel workbooks. Every value is text, stripped of the blanks around it; `NA` is a name.
"""

import codecs
import csv
import datetime as dt
import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from mobilis_graph.errors import InputError

MAX_LINE = 1_000_000  # characters; a tip is a page of text, not a megabyte
MAX_COLUMNS = 5_000
MAX_ROWS = 1_048_576  # of an Excel sheet
MAX_PACKED = 200_000_000  # bytes of an Excel file
MAX_UNPACKED = 500_000_000  # bytes it may grow to
MAX_SHARED = 100_000_000  # bytes of its parts that are not sheets: they are held in memory
MAX_RATIO = 200
NEWLINE = b"\n"
MOSTLY_UTF8 = 3  # letters beyond ASCII that were UTF-8 before the first byte that is not
SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx")
SPREADSHEETS = (".xls", ".xlsm", ".xlsb", ".ods", ".numbers")  # told of, never passed over


@dataclass(frozen=True, slots=True)
class Table:
    """One table in one file: `name` is what it is about, taken from the file or the sheet."""

    path: Path
    name: str
    sheet: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    folder: str = ""  # told where files of several folders bear one name

    @property
    def where(self) -> str:
        """How messages name it."""
        name = f"{self.folder}/{self.path.name}" if self.folder else self.path.name
        told = f"{name}[{self.sheet}]" if self.sheet else name
        return told.encode("utf-8", "backslashreplace").decode()  # a file name may hold bytes that are no text

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield (line on which it begins, cells), the header first; blank lines are passed over."""
        source = _excel(self) if self.path.suffix.lower() == ".xlsx" else _delimited(self)
        for line, cells in source:
            stripped = [c.strip() for c in cells]
            if any(stripped):
                yield line, stripped


def tables(path: Path, *, ours: Sequence[str] = ()) -> list[Table]:
    """The tables of a file or a folder; raise InputError where there is none.

    A text file of a folder whose columns are `ours` is no table of the user's, and is passed over.
    """
    try:
        if path.is_dir():
            files = [f for f in sorted(path.iterdir()) if _is_table(f) and not _is_ours(f, ours)]
            found = [t for f in files for t in tables(f)]
            if not found:
                raise InputError(f"{path}: no table here (*.csv, *.tsv, *.xlsx); name the folder that holds them")
            return found
        exists = path.exists()
    except OSError as exc:
        raise InputError(f"{path.name[:80]}: no such file or folder ({exc.strerror}); check its name") from exc
    if not exists:
        raise InputError(f"{path}: no such file or folder; check its name")
    if not path.is_file():
        raise InputError(f"{path}: not an ordinary file; export the table to one")
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(
            f"{path.name}: {path.suffix or 'a file without suffix'} is not a table; save it as .csv or .xlsx"
        )
    if path.suffix.lower() == ".xlsx":
        return [Table(path, sheet.strip().lower(), sheet) for sheet in _sheets(path)]
    return [Table(path, path.stem.lower())]


def _is_table(path: Path) -> bool:
    """Whether a file of a folder is to be read; what editors and systems leave beside tables is not."""
    hidden = path.name.startswith((".", "~$"))
    return not hidden and path.is_file() and path.suffix.lower() in (*SUFFIXES, *SPREADSHEETS)


def _is_ours(path: Path, columns: Sequence[str]) -> bool:
    head = ",".join(columns).encode()
    with suppress(OSError), path.open("rb") as file:  # one that cannot be read is told of when it is
        return bool(head) and file.readline(len(head) + 5).removeprefix(codecs.BOM_UTF8).strip() == head
    return False


def _delimited(table: Table) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(MAX_LINE)
    encoding, line = table.encoding or "", 1
    try:
        encoding = encoding or _encoding(table.path)
        with table.path.open(encoding=encoding, newline="") as file:
            first = _line(file, table)
            said = _SEP.fullmatch(first.strip().strip('"'))  # Excel's own way of naming the separator
            delimiter = table.delimiter or (said[1].replace("\\t", "\t") if said else _delimiter(first))
            skipped = 1 if said else 0
            if not said:
                file.seek(0)
            line += skipped
            reader = csv.reader(_lines(file, table), delimiter=delimiter, strict=True)
            for cells in reader:
                if len(cells) > MAX_COLUMNS:
                    raise InputError(
                        f"{table.where}, line {line}: more than {MAX_COLUMNS} columns; is the separator right?"
                    )
                yield line, cells
                line = reader.line_num + 1 + skipped
    except csv.Error as exc:
        raise InputError(f"{table.where}, line {line}: {_csv_fault(exc)}") from exc
    except UnicodeError as exc:
        told = _ENCODINGS.get(encoding, encoding)
        raise InputError(f"{table.where}: this is not {told} text; save it as UTF-8") from exc
    except LookupError as exc:
        raise InputError(f"{table.where}: no text encoding {encoding!r}; use utf-8 or windows-1252") from exc
    except OSError as exc:
        raise InputError(
            f"{table.where}: cannot be read ({exc.strerror}); check the file and your rights to it"
        ) from exc


_SEP = re.compile(r"sep=(.|\\t)", re.IGNORECASE)
_ENCODINGS = {"utf-8-sig": "UTF-8", "utf-16": "UTF-16", "cp1252": "UTF-8 or Windows-1252"}


def _csv_fault(exc: csv.Error) -> str:
    text = str(exc)
    if "field limit" in text:
        return f"a value longer than {MAX_LINE} characters: a quote is probably not closed; close it"
    if "unexpected end" in text:
        return "the file ends inside quotes: a quote is not closed; close it"
    return f"the quotes are wrong ({text}); double a quote inside quotes"


def _lines(file: IO[str], table: Table) -> Iterator[str]:
    number = 0
    while line := file.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            raise InputError(
                f"{table.where}, line {number}: longer than {MAX_LINE} characters; is this a table, with one record a line?"
            )
        if "\0" in line:
            raise InputError(
                f"{table.where}, line {number}: a NUL byte; this is not a text table, or it is damaged: export it again"
            )
        yield line


def _line(file: IO[str], table: Table) -> str:
    for line in _lines(file, table):
        if line.strip():
            return line
    raise InputError(f"{table.where}: empty, not even a header; the first line must name the columns")


def _encoding(path: Path) -> str:
    """UTF-16 or UTF-8 by its mark, UTF-8 if every byte fits, else Windows-1252."""
    with path.open("rb") as file:
        start = file.read(4)
        if start.startswith(codecs.BOM_UTF8):
            return "utf-8-sig"
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while chunk := file.read(1 << 20):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as exc:
            _refuse_stray_byte(path, file, file.tell() - len(exc.object) + exc.start)
            return "cp1252"
    return "utf-8"


def _refuse_stray_byte(path: Path, file: IO[bytes], at: int) -> None:
    """Refuse a file that is UTF-8 but for a byte: in Windows-1252, letters do not look like UTF-8 by accident."""
    file.seek(0)
    head = file.read(min(at, MAX_PACKED))
    accents = sum(byte >= 0xC0 for byte in head[-1_000_000:])
    if accents >= MOSTLY_UTF8:
        raise InputError(
            f"{path.name}, line {head.count(NEWLINE) + 1}: a byte that is not UTF-8, after {accents} letters that are; "
            "correct that line, or save the table as UTF-8"
        )


def _delimiter(header: str) -> str:
    """The separator that occurs most outside quotes in the header; a single column has none."""
    outside = "".join(header.split('"')[::2])
    return max(",;\t", key=lambda mark: (outside.count(mark), mark == ","))


def _sheets(path: Path) -> list[str]:
    with _workbook(path) as book:
        return list(book.sheetnames)


def _excel(table: Table) -> Iterator[tuple[int, list[str]]]:
    with _workbook(table.path) as book:
        name = table.sheet or book.sheetnames[0]
        if name not in book.sheetnames:
            raise InputError(f"{table.path.name}: no sheet {name!r}; it has {', '.join(book.sheetnames)}")
        try:
            sheet = book[name]
            sheet.reset_dimensions()  # what a sheet says of its own size is often wrong
            for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
                if number > MAX_ROWS:
                    raise InputError(
                        f"{table.where}: more than {MAX_ROWS} rows, so it is damaged; save it again from Excel"
                    )
                cells = [_cell(value, table, number) for value in row]
                if any(cells[MAX_COLUMNS:]):
                    raise InputError(f"{table.where}, line {number}: more than {MAX_COLUMNS} columns; is this a table?")
                yield number, cells
        except InputError:
            raise
        except Exception as exc:  # whatever a damaged file makes the library raise is a damaged file
            raise InputError(f"{table.where}: the sheet is damaged; save it again from Excel") from exc


def _cell(value: Any, table: Table, number: int) -> str:
    """A cell as it would have been typed in a text table."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        at_midnight = value.time() == dt.time()
        return value.date().isoformat() if at_midnight else value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value)
    if len(text) > MAX_LINE:
        raise InputError(f"{table.where}, line {number}: a cell longer than {MAX_LINE} characters; is this a table?")
    return text


class _workbook:
    """An opened Excel workbook, refused before opening when it would unpack to something enormous."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Any:
        import openpyxl  # takes 0.3 s to import: only for those who bring a workbook

        warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")  # of styles and validation rules
        try:
            _refuse_bomb(self._path)
            with self._path.open("rb") as file:
                content = io.BytesIO(file.read())
            self._book = openpyxl.load_workbook(content, read_only=True, data_only=True)
        except InputError:
            raise
        except Exception as exc:
            raise InputError(
                f"{self._path.name}: not a readable Excel workbook; save it again as .xlsx or as .csv"
            ) from exc
        return self._book

    def __exit__(self, *_: object) -> None:
        self._book.close()


def _refuse_bomb(path: Path) -> None:
    if path.stat().st_size > MAX_PACKED:
        raise InputError(
            f"{path.name}: larger than {MAX_PACKED // 1_000_000} MB; that is no ordinary table: save it as .csv"
        )
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        unpacked = sum(i.file_size for i in parts)
        shared = sum(i.file_size for i in parts if not i.filename.startswith("xl/worksheets/"))
        puffed = any(i.file_size > 10_000_000 and i.file_size > MAX_RATIO * i.compress_size for i in parts)
        if unpacked > MAX_UNPACKED or shared > MAX_SHARED or puffed:
            raise InputError(
                f"{path.name}: it would unpack to {unpacked // 1_000_000} MB; that is no ordinary table: save it as .csv"
            )
