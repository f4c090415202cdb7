"""Tables as people have them: encodings, separators, workbooks, and the line each row stands on."""

import datetime as dt
import warnings
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.datavalidation import DataValidation

from mobilis_graph.errors import InputError
from mobilis_graph.ingest.tables import Table, tables

ROWS = [["tip", "ref", "name"], ["T1", "p1", "Émile Ouimet-L’Œuvre"], ["T1", "p2", "NA"]]
TEXT = "\n".join(";".join(cells) for cells in ROWS) + "\n"


def read(path: Path) -> list[tuple[int, list[str]]]:
    (table,) = tables(path)
    return list(table.rows())


def cells(path: Path) -> list[list[str]]:
    return [row for _, row in read(path)]


def file(folder: Path, content: str | bytes, name: str = "persons.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_encoding_separator_and_line_ends_are_found(tmp_path: Path, encoding: str, separator: str, ending: str) -> None:
    text = TEXT.replace(";", separator).replace("\n", ending)

    assert cells(file(tmp_path, text.encode(encoding))) == ROWS


@pytest.mark.parametrize("name", ["persons.csv", "PERSONS.CSV", "persons.tsv", "persons.txt", "Persons.Txt"])
def test_a_table_is_what_its_file_is_called(tmp_path: Path, name: str) -> None:
    (table,) = tables(file(tmp_path, TEXT, name))

    assert (table.name, table.where) == ("persons", name)


def test_a_quoted_separator_in_the_header_does_not_count(tmp_path: Path) -> None:
    assert cells(file(tmp_path, '"a,b,c,d";e\n1;2\n')) == [["a,b,c,d", "e"], ["1", "2"]]


def test_a_single_column_has_no_separator(tmp_path: Path) -> None:
    assert cells(file(tmp_path, "name\nKim Quo\n")) == [["name"], ["Kim Quo"]]


def test_a_separator_and_an_encoding_that_are_said_are_used(tmp_path: Path) -> None:
    path = file(tmp_path, "a|b,c\né|2,3\n".encode("mac-roman"))

    assert [row for _, row in Table(path, "x", delimiter="|", encoding="mac-roman").rows()] == [
        ["a", "b,c"],
        ["é", "2,3"],
    ]


@pytest.mark.parametrize(
    ("encoding", "says"),
    [
        ("klingon", "no text encoding 'klingon'"),
        ("ascii", "this is not ascii text"),
        ("utf-16", "this is not UTF-16 text"),
    ],
)
def test_an_encoding_that_does_not_fit_is_told(tmp_path: Path, encoding: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        list(Table(file(tmp_path, "é\n"), "x", encoding=encoding).rows())


def test_each_row_has_the_line_on_which_it_begins(tmp_path: Path) -> None:
    path = file(tmp_path, '\n\ntip,text\n\nT1,"one\ntwo\n\nfour"\nT2,x\n,,\n"T3","y\n"\n  \nT4,z')

    assert [line for line, _ in read(path)] == [3, 5, 9, 11, 14]


def test_values_are_stripped_of_the_blanks_around_them_and_of_nothing_else(tmp_path: Path) -> None:
    path = file(tmp_path, 'a,b\n"  x  y ",\u00a0z\u00a0\n"""quoted""",\'x\n')

    assert cells(path) == [["a", "b"], ["x  y", "z"], ['"quoted"', "'x"]]


def test_a_folder_gives_its_tables_in_the_order_of_their_names_and_nothing_else(tmp_path: Path) -> None:
    for name in ("b.csv", "a.tsv", ".hidden.csv", "._b.csv", "~$c.xlsx", "notes.md", "mobilis.toml"):
        file(tmp_path, TEXT, name)
    (tmp_path / "folder.csv").mkdir()

    assert [t.where for t in tables(tmp_path)] == ["a.tsv", "b.csv"]


def test_a_spreadsheet_we_do_not_read_is_told_and_not_passed_over(tmp_path: Path) -> None:
    file(tmp_path, TEXT)
    file(tmp_path, b"\xd0\xcf", "tips.xls")

    with pytest.raises(InputError, match=r"tips.xls: .xls is not a table; save it as .csv or .xlsx"):
        tables(tmp_path)


def workbook(path: Path, **sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_each_sheet_of_a_workbook_is_a_table(tmp_path: Path) -> None:
    path = workbook(tmp_path / "mai.xlsx", Persons=[list(r) for r in ROWS], tips=[["reference"]])

    found = tables(path)

    assert [(t.name, t.where) for t in found] == [("persons", "mai.xlsx[Persons]"), ("tips", "mai.xlsx[tips]")]
    assert [row for _, row in found[0].rows()] == ROWS


def test_cells_of_a_workbook_read_as_they_would_have_been_typed(tmp_path: Path) -> None:
    days = [dt.datetime.fromisoformat("2026-05-03"), dt.datetime.fromisoformat("2026-05-03 21:30"), dt.date(2026, 5, 3)]
    values = [3, 3.0, 45.5017, 5145550101, *days, "=1+1", None, " x "]
    path = workbook(tmp_path / "a.xlsx", t=[values])

    (row,) = cells(path)

    assert row == ["3", "3", "45.5017", "5145550101", "2026-05-03", "2026-05-03 21:30", "2026-05-03", "", "", "x"]


def test_a_formula_reads_as_what_it_showed(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", t=[["x", "=1+1"]])
    shown = tmp_path / "shown.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(shown, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<v />", b"<v>2</v>").replace(b"<v></v>", b"<v>2</v>"))

    assert cells(shown) == [["x", "2"]]


def test_rows_of_a_workbook_keep_their_numbers_past_blank_ones(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", t=[["a"], [None], [], [""], ["b", None, None]])

    assert [(line, row[0]) for line, row in read(path)] == [(1, "a"), (5, "b")]


def test_a_row_of_a_workbook_is_as_long_as_it_is(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", t=[["a", "b"], ["c"]])

    assert [len(row) for row in cells(path)] == [2, 1]


def test_a_workbook_with_what_the_library_does_not_know_is_read_in_silence(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["a"])
    book.active.add_data_validation(DataValidation(type="list", formula1='"x,y"'))
    path = tmp_path / "a.xlsx"
    book.save(path)
    odd = tmp_path / "odd.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(odd, "w") as new:
        for name in old.namelist():
            extra = b'<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"/></extLst></worksheet>'
            new.writestr(name, old.read(name).replace(b"</worksheet>", extra))

    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        assert cells(odd) == [["a"]]

    assert [w for w in heard if "openpyxl" in w.filename] == []


def test_the_line_in_which_excel_names_the_separator_is_no_table(tmp_path: Path) -> None:
    (tmp_path / "persons.csv").write_text("sep=;\ntip;ref;name\nT1;p1;Zed, dit Z\n", encoding="utf-8")

    (table,) = tables(tmp_path / "persons.csv")

    assert list(table.rows()) == [(2, ["tip", "ref", "name"]), (3, ["T1", "p1", "Zed, dit Z"])]


def test_one_stray_byte_among_utf_8_is_told_with_its_line(tmp_path: Path) -> None:
    rows = "name\nÉmile\nZoé\nRenée\n".encode() + b"Andr\xe9\n"
    (tmp_path / "persons.csv").write_bytes(rows)

    with pytest.raises(InputError, match=r"persons\.csv, line 5: a byte that is not UTF-8, after 3 letters that are"):
        list(tables(tmp_path / "persons.csv")[0].rows())


def test_windows_1252_is_still_read_as_such(tmp_path: Path) -> None:
    (tmp_path / "persons.csv").write_bytes("name\nÉmile\nZoé\nRenée\nAndré\n".encode("cp1252"))

    assert [cells for _, cells in tables(tmp_path / "persons.csv")[0].rows()][1:] == [
        ["Émile"],
        ["Zoé"],
        ["Renée"],
        ["André"],
    ]


def test_a_file_of_refused_rows_beside_the_tables_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "refused.csv").write_text("file,line\nx,1\n", encoding="utf-8-sig")
    (tmp_path / "persons.csv").write_text("tip,ref\n", encoding="utf-8")

    assert [t.name for t in tables(tmp_path, ours=("file", "line"))] == ["persons"]
