"""A file of the user's is imported as it would be run: alone, or as a part of its package."""

import subprocess
import sys

from graphstep.ground.modules import is_library

PROGRAM = """
import sys
from graphstep.ground.modules import module_of_file

module = module_of_file(sys.argv[1])
print(module.__name__, module.answer)
"""

BESIDE = {"tiny/beside.py": "answer = 1"}
PACKAGE = {"tiny/__init__.py": "", **BESIDE}
CASES = [
    ("run", {"run.py": "from beside import answer", "beside.py": "answer = 1"}),
    # It names its package: relatively, from two levels down, absolutely, and where the folder has no file for itself.
    ("tiny.run", {**PACKAGE, "tiny/run.py": "from .beside import answer"}),
    ("tiny.inner.run", {**PACKAGE, "tiny/inner/__init__.py": "", "tiny/inner/run.py": "from ..beside import answer"}),
    ("tiny.run", {**PACKAGE, "tiny/run.py": "from tiny.beside import answer"}),
    ("tiny.run", {**BESIDE, "tiny/run.py": "from tiny.beside import answer"}),
    # Its folder, or a file beside it, is called like a library.
    ("run", {"json/run.py": "import json\nanswer = json.loads('1')"}),
    ("tiny.run", {**PACKAGE, "tiny/json.py": "", "tiny/run.py": "from .beside import answer\nimport json\njson.loads('1')"}),
    # It uses what lies in the folder at hand.
    ("run", {**PACKAGE, "scripts/run.py": "from tiny.beside import answer"}),
]


def test_a_file_is_imported_as_it_would_be_run(tmp_path):
    for number, (name, files) in enumerate(CASES):
        folder = tmp_path / str(number)
        for where, text in files.items():
            (folder / where).parent.mkdir(parents=True, exist_ok=True)
            (folder / where).write_text(text, encoding="utf-8")
        (file,) = folder.rglob("run.py")
        words = [sys.executable, "-P", "-c", PROGRAM, str(file)]
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
        assert (done.stdout, done.stderr) == (f"{name} 1\n", ""), files


def test_what_is_installed_is_a_library_wherever_it_lies() -> None:
    assert is_library("/usr/lib/python3/dist-packages/torch/functional.py")
    assert is_library("/home/ada/.local/lib/python3.12/site-packages/numpy/ma/core.py")
    assert is_library(r"C:\Python\Lib\site-packages\numpy\ma\core.py")
    assert not is_library("/home/ada/packages/train.py")
