"""The command prints the table and draws; whatever it cannot do it says in a sentence, with the exit code 2."""

import subprocess
import sys
from xml.etree import ElementTree

import pytest

from dlchecked.receptive_field.__main__ import main

FILE = """
import neighbour
from torch import nn

class Net(nn.Sequential):
    def __init__(self, last=8):
        super().__init__(
            nn.Conv2d(3, 8, 7, 2, 3), nn.BatchNorm2d(8), nn.MaxPool2d(3, 2, 1), nn.Conv2d(8, last, 3, 1, 4, 4)
        )

class Wide(nn.Module):
    def __init__(self, width):
        super().__init__()

class Fails(nn.Module):
    def forward(self, x):
        raise RuntimeError("of its own")

def broken():
    raise ValueError("no weights")

made = Net(neighbour.LAST)
number = 3
"""


@pytest.fixture
def model(tmp_path, monkeypatch):
    (tmp_path / "neighbour.py").write_text("LAST = 5\n")
    (tmp_path / "model.py").write_text(FILE)
    (tmp_path / "broken.py").write_text("def (:\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "neighbour", raising=False)
    return tmp_path


def test_the_table_and_one_unit(model, capsys):
    assert main(["model.py:Net", "--input", "1,3,32,32", "--unit", "3,3"]) == 0
    printed = capsys.readouterr().out
    assert printed.splitlines() == [
        "name  kind         size   stride  start    output shape",
        "0     Conv2d       7×7    2×2     -3×-3    1×8×16×16",
        "1     BatchNorm2d  7×7    2×2     -3×-3    1×8×16×16",
        "2     MaxPool2d    11×11  4×4     -5×-5    1×8×8×8",
        "3     Conv2d       43×43  4×4     -21×-21  1×8×8×8       *",
        "* the field exceeds the input",
        "",
        "ReceptiveField(size=(43, 43), stride=(4, 4), start=(-21, -21), output_shape=(1, 8, 8, 8))",
        "unit (3, 3) sees 7 to 31, 7 to 31: 400 positions",
    ]


def test_a_layer_an_instance_and_a_module_of_a_package(model, capsys):
    assert main(["model.py:made", "--input", "1,3,64,64", "--output", "2"]) == 0
    assert "output_shape=(1, 8, 16, 16)" in capsys.readouterr().out
    assert main(["torch.nn:Identity", "--input", "1,1,5"]) == 0
    assert capsys.readouterr().out.endswith("unit (2,) sees 2 to 2: 1 position\n")


def test_the_picture(model):
    pytest.importorskip("matplotlib.pyplot").switch_backend("agg")
    assert main(["model.py:Net", "--input", "1,3,32,32", "--svg", "one.svg"]) == 0
    root = ElementTree.parse(model / "one.svg").getroot()
    assert root.tag.endswith("svg")
    assert len(root.findall(".//{*}image")) == 1


REFUSED = {
    "model.py": "as in torchvision.models:resnet50 or model.py:Net",
    "nowhere.py:Net": "there is no file nowhere.py",
    "no_such_package.models:Net": "there is no module 'no_such_package'",
    "broken.py:Net": "to import broken.py fails: SyntaxError",
    "model.py:Nett": "model.py has no 'Nett'; did you mean Net?",
    "model.py:Wide": "Wide needs arguments (width)",
    "model.py:broken": "broken() fails: ValueError: no weights",
    "model.py:number": "number is a int, neither a module",
    "model.py:Fails": "its forward fails: RuntimeError: of its own",
    "model.py:Net --output 9": "no layer of that name",
    "model.py:Net --unit 99,0": "out of range",
    "model.py:Net --of 1": "which of the 1 inputs",
    "model.py:Net --svg nowhere/one.svg": "nowhere/one.svg: No such file or directory",
}


@pytest.mark.parametrize("arguments", REFUSED)
def test_what_cannot_be_done(arguments, model, capsys):
    assert main([*arguments.split(), "--input", "1,3,32,32"]) == 2
    told = capsys.readouterr().err
    assert REFUSED[arguments] in told
    assert "Traceback" not in told


def test_numbers_that_are_none(model, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["model.py:Net", "--input", "1,3,x"])
    assert "'1,3,x' is no list of integers such as 1,3,224,224" in capsys.readouterr().err


def test_from_the_shell(model):
    command = [sys.executable, "-m", "dlchecked.receptive_field", "model.py:Net", "--input", "3,32,32"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "(1, 3, 32, 32) would be right" in ended.stderr
    assert ended.stdout == ""
