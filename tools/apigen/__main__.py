"""python -m apigen: see docs/api-generation.md."""

import argparse
import sys
from pathlib import Path

from . import compatibility, corrections, cpp_operations, cpp_structs, cpp_tables, model, paths
from .catalog import CatalogError, read_catalog

HERE = Path(__file__).resolve().parent


def write_if_changed(path, text):
    """Writes a file unless it already says so: its time stamp decides what is compiled again."""
    if path.exists() and path.read_text() == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return True


def installed_version():
    try:
        import botocore
    except ImportError:
        return None
    return botocore.__version__


def generate(services, catalog):
    """{file name: text} of everything that is compiled."""
    index = cpp_operations.operation_index(services)
    shared = corrections.SHARED_PATHS
    files = {
        "api/operations.hpp": cpp_operations.write_operations_header(services, shared),
        "api/operations.cpp": cpp_operations.write_operations(services, catalog, shared),
    }
    for key, service in services.items():
        files[f"api/{key}.hpp"] = cpp_structs.write_header(service, catalog[key], index)
        files[f"api/{key}.cpp"] = cpp_tables.write_tables(service, catalog[key])
    return files


def arguments(argv):
    parser = argparse.ArgumentParser(prog="apigen", description=__doc__)
    parser.add_argument("--catalog", type=Path, required=True, help="operations/catalog.def")
    parser.add_argument("--output", type=Path, help="the folder to generate C++ into")
    parser.add_argument("--stamp", type=Path, help="a file to touch when done")
    parser.add_argument("--compatibility", type=Path, help="the page to write")
    parser.add_argument("--check", action="store_true",
                        help="fail instead of writing when the page is old")
    return parser.parse_args(argv)


def run(argv):
    options = arguments(argv)
    wanted = model.pinned_version(HERE / "requirements.txt")
    found = installed_version()
    if found != wanted:
        print(f"apigen: botocore {wanted} is needed, {found or 'none'} is installed; "
              "run `make setup` (or point BEDPLATE_PYTHON at a Python that has it)",
              file=sys.stderr)
        return 2
    services = model.load_services()
    corrections.apply_to(services)
    paths.check_paths(services, corrections.SHARED_PATHS)
    try:
        catalog = read_catalog(options.catalog.read_text(), services)
    except CatalogError as error:
        print(f"apigen: {options.catalog}: {error}", file=sys.stderr)
        return 1
    if options.output:
        for name, text in generate(services, catalog).items():
            write_if_changed(options.output / name, text)
    if options.stamp:
        options.stamp.parent.mkdir(parents=True, exist_ok=True)
        options.stamp.touch()
    if options.compatibility:
        text = compatibility.write_compatibility(services, catalog, wanted)
        page = options.compatibility
        if not options.check:
            write_if_changed(page, text)
        elif not page.exists() or page.read_text() != text:
            print(f"apigen: {page} is old; run `make compatibility`", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
