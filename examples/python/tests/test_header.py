"""The binding says what include/spectra_infer.h says, as a C compiler reads it."""

from __future__ import annotations

import ctypes
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from conftest import REPOSITORY

import spectra_infer
from spectra_infer import Alignment, Background, Flag, SpectraError, Spikes, Status, _library
from spectra_infer.errors import error_class, error_from_status

STRUCTS = [
    "spectra_model_info",
    "spectra_reference",
    "spectra_options",
    "spectra_estimate",
    "spectra_neighbor",
    "spectra_preparation",
    "spectra_result",
]


def without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


def enum(header: str, name: str) -> dict[str, int]:
    body = re.search(rf"enum {name} \{{(.*?)\}}", without_comments(header), re.DOTALL)
    assert body is not None
    return {key: int(value, 0) for key, value in re.findall(r"(\w+)\s*=\s*(\w+)", body[1])}


def fields(header: str, struct: str) -> list[str]:
    body = re.search(rf"typedef struct {struct} \{{(.*?)\}}", without_comments(header), re.DOTALL)
    assert body is not None
    names = []
    for declaration in body[1].split(";"):
        declarators = declaration.split(",")
        names += [m[1] for d in declarators if (m := re.search(r"(\w+)\s*(\[\w+\])?\s*$", d))]
    return names


def run_c(source: str, folder: Path) -> str:
    compiler = shutil.which("cc")
    assert compiler is not None, "the tests need a C compiler"
    (folder / "program.c").write_text(source)
    program = folder / "program"
    include = REPOSITORY / "include"
    subprocess.run(
        [compiler, "-std=c11", f"-I{include}", folder / "program.c", "-o", program], check=True
    )
    return subprocess.run([program], check=True, capture_output=True, text=True).stdout


def test_every_struct_is_mirrored(header: str) -> None:
    defined = re.findall(r"typedef struct (\w+) \{", header)
    assert sorted(defined) == sorted(STRUCTS)
    for struct in STRUCTS:
        mirrored = [field[0] for field in getattr(_library, struct)._fields_]
        assert mirrored == fields(header, struct)


def test_layout_is_that_of_the_c_compiler(header: str, tmp_path: Path) -> None:
    lines, expected = [], []
    for struct in STRUCTS:
        mirror = getattr(_library, struct)
        lines.append(f'printf("{struct} %zu\\n", sizeof({struct}));')
        expected.append(f"{struct} {ctypes.sizeof(mirror)}")
        for field in fields(header, struct):
            of_c = f"offsetof({struct}, {field}), sizeof((({struct} *)0)->{field})"
            lines.append(f'printf("{struct}.{field} %zu %zu\\n", {of_c});')
            descriptor = getattr(mirror, field)
            expected.append(f"{struct}.{field} {descriptor.offset} {descriptor.size}")
    program = "#include <spectra_infer.h>\n#include <stdio.h>\nint main(void) {\n"
    output = run_c(program + "\n".join(lines) + "\nreturn 0; }\n", tmp_path)
    assert output.splitlines() == expected


def test_enums_are_32_bits_wide(tmp_path: Path) -> None:
    names = ["spectra_status", "spectra_alignment", "spectra_background", "spectra_spikes"]
    sizes = ", ".join(f"sizeof({name})" for name in names)
    places = " ".join(["%zu"] * len(names))
    output = run_c(
        "#include <spectra_infer.h>\n#include <stdio.h>\n"
        f'int main(void) {{ printf("{places}", {sizes}); return 0; }}\n',
        tmp_path,
    )
    assert output.split() == ["4"] * len(names)
    assert ctypes.sizeof(_library._enum) == 4


def test_constants_are_those_of_the_header(header: str, tmp_path: Path) -> None:
    names = [
        name
        for name in re.findall(r"#define (SPECTRA_\w+) ", header)
        if not name.startswith("SPECTRA_FLAG_") and name != "SPECTRA_CHECK_RESULT"
    ]
    print_all = "".join(f'printf("{name} %lld\\n", (long long){name});' for name in names)
    output = run_c(
        "#include <spectra_infer.h>\n#include <stdio.h>\n"
        f"int main(void) {{ {print_all} return 0; }}\n",
        tmp_path,
    )
    values = dict(line.split() for line in output.splitlines())
    assert {name: getattr(_library, name) for name in values} == {
        name: int(value) for name, value in values.items()
    }
    assert len(values) == 11


def test_package_version_is_that_of_the_header() -> None:
    number = _library.SPECTRA_VERSION_NUMBER
    assert spectra_infer.__version__ == f"{number // 10000}.{number // 100 % 100}.{number % 100}"


def test_status_codes(header: str) -> None:
    codes = enum(header, "spectra_status")
    assert codes.pop("SPECTRA_STATUS_MAX_") == 0x7FFFFFFF
    mirrored = {
        "SPECTRA_OK" if status is Status.OK else f"SPECTRA_ERROR_{status.name}": int(status)
        for status in Status
    }
    assert mirrored == codes


@pytest.mark.parametrize(
    ("name", "mirror", "prefix"),
    [
        ("spectra_alignment", Alignment, "SPECTRA_ALIGNMENT_"),
        ("spectra_background", Background, "SPECTRA_BACKGROUND_"),
        ("spectra_spikes", Spikes, "SPECTRA_SPIKES_"),
    ],
)
def test_enums(header: str, name: str, mirror: Any, prefix: str) -> None:
    assert {prefix + member.name: int(member) for member in mirror} == enum(header, name)


def test_flags(header: str) -> None:
    bits = re.findall(r"#define SPECTRA_FLAG_(\w+)\s+\(UINT32_C\(1\) << (\d+)\)", header)
    assert {name: 1 << int(bit) for name, bit in bits} == {
        name: int(flag) for name, flag in Flag.__members__.items()
    }


def test_properties_and_units(header: str) -> None:
    library = _library.library()
    order = enum(header, "spectra_property")
    assert [f"SPECTRA_{name.upper()}" for name in spectra_infer.PROPERTIES] == sorted(
        order, key=order.__getitem__
    )
    for index, (name, unit) in enumerate(spectra_infer.UNITS.items()):
        assert library.spectra_property_name(index).decode() == name
        assert library.spectra_property_unit(index).decode() == unit
    assert library.spectra_property_name(-1) == library.spectra_property_unit(6) == b""


# ---------------------------------------------------------------- prototypes

ARRAY = ctypes.c_void_p


def ctype(declaration: str) -> Any:
    """Return the ctypes type for a C parameter or return type."""
    # In a parameter, the last word is its name; a pointer's may stick to the star.
    text = re.sub(r"\bconst\b", "", declaration).replace("*", " * ").split()
    c = " ".join(text)
    simple = {
        "void": None,
        "size_t": ctypes.c_size_t,
        "ptrdiff_t": ctypes.c_ssize_t,
        "uint32_t": ctypes.c_uint32,
        "int": ctypes.c_int,
        "spectra_status": _library._enum,
        "char *": ctypes.c_char_p,
        "void *": ARRAY,
        "size_t *": ctypes.POINTER(ctypes.c_size_t),
        "double *": ARRAY,
        "float *": ARRAY,
        "spectra_model * *": ctypes.POINTER(ctypes.POINTER(_library.spectra_model)),
    }
    if c in simple:
        return simple[c]
    return ctypes.POINTER(getattr(_library, c.removesuffix(" *") if c.endswith(" *") else c))


def prototypes(header: str) -> dict[str, tuple[Any, tuple[Any, ...]]]:
    text = without_comments(header).replace("SPECTRA_CHECK_RESULT", "")
    found = {}
    pattern = r"^((?:const )?\w+ ?\**)\s*(spectra_\w+)\(([^)]*)\);"
    for restype, name, parameters in re.findall(pattern, text, re.MULTILINE):
        argtypes: list[Any] = []
        for parameter in [] if parameters == "void" else parameters.split(","):
            type_name, parameter_name = re.fullmatch(  # type: ignore[union-attr]
                r"\s*(.*?)(\w+)\s*", parameter, re.DOTALL
            ).groups()
            if parameter_name == "message":
                argtypes.append(ctypes.POINTER(ctypes.c_char))  # written to: not a c_char_p
            elif parameter_name == "results":
                argtypes.append(ARRAY)  # a NumPy array of structures
            else:
                argtypes.append(ctype(type_name))
        found[name] = (ctype(restype), tuple(argtypes))
    return found


def test_every_function_is_declared_as_in_the_header(header: str) -> None:
    declared = set(re.findall(r"\b(spectra_\w+)\(", without_comments(header)))
    parsed = prototypes(header)
    assert set(parsed) == declared == set(_library.PROTOTYPES)
    assert parsed == _library.PROTOTYPES


# ---------------------------------------------------------------- exceptions


def test_each_code_maps_to_a_class(header: str) -> None:
    for name, code in enum(header, "spectra_status").items():
        if name in ("SPECTRA_OK", "SPECTRA_STATUS_MAX_"):
            continue
        error = error_from_status(code, "What is wrong.")
        assert type(error) is not SpectraError, name
        assert error.name == name
        assert error.code == code
        assert str(error) == "What is wrong."
        if code < 20:
            assert isinstance(error, (ValueError, MemoryError)), name
        elif code < 40:
            assert isinstance(error, spectra_infer.SpectrumError), name
        else:
            assert isinstance(error, spectra_infer.ModelError), name
    assert issubclass(error_class(Status.FILE), OSError)
    assert issubclass(error_class(Status.MEMORY), MemoryError)


def test_names_are_those_of_the_library() -> None:
    library = _library.library()
    for status in Status:
        name = library.spectra_status_name(status).decode()
        assert name == error_from_status(status, "").name
        assert library.spectra_status_text(status).decode().strip()


def test_an_unknown_code_is_an_error_all_the_same() -> None:
    error = error_from_status(99, "Of a later version.")
    assert type(error) is SpectraError
    assert (error.code, error.name, str(error)) == (99, "SPECTRA_ERROR_99", "Of a later version.")
