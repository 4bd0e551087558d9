"""What is wrong with a command and its metrics."""

from pathlib import Path

import pytest

from tests.own_trials.commands import text_of
from tests.own_trials.studies import TRAIN, problems, study_text

AB = "a/b: {direction: minimize, unit: x"
BAD = [
    ({"words": 'sh, train.sh, "{lrr}"'}, "there is no setting {lrr}", "did you mean 'lr'?"),
    ({"words": "sh, train.sh"}, "has no effect: the command has no such placeholder", "--lr={lr}"),
    ({"words": 'sh, train.sh, "{lr", "{lr}"'}, "expected '}'", "{{ and }}"),
    ({"words": 'sh, train.sh, "{lr:.3f}", "{lr}"'}, "a name in braces, and nothing else", ""),
    ({"words": 'shh, train.sh, "{lr}"'}, "there is no program shh", "PATH"),
    ({"words": 'train.sh, "{lr}"'}, "train.sh is not executable", "chmod"),
    ({"more": "  seed: 3\n"}, "seed is a name that orch itself gives a value", "rename"),
    ({"more": "  files: [nothing.py]\n"}, "nothing.py matches no file", "files in"),
    ({"more": '  function: "a:b"\n'}, "cannot be combined with `command`", "remove one"),
    ({"metrics": f"{AB}}}"}, "nothing says where it is read", "pattern"),
    ({"metrics": f"{AB}, pattern: 'loss .*'}}"}, "has no group", "paren"),
    ({"metrics": f"{AB}, pattern: '(('}}"}, "is no regular expr", ""),
    ({"metrics": f"{AB}, file: m.json}}"}, "a file needs a key", ""),
    ({"metrics": f"{AB}, file: m.txt, key: b}}"}, "no known kind", ".csv"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "what", "cure"), BAD, ids=[bad[1][:24] for bad in BAD])
def test_what_is_wrong_with_a_command(
    tmp_path: Path, given: dict[str, str], what: str, cure: str
) -> None:
    found = problems(tmp_path, text_of(tmp_path, **given))
    assert len(found) == 1, found
    assert what in found[0].what
    assert cure in f"{found[0].allowed} {found[0].cure}"


def test_a_command_is_a_list_of_words(tmp_path: Path) -> None:
    text = text_of(tmp_path).replace('[sh, train.sh, "{lr}"]', 'sh train.sh "{lr}"')
    (problem,) = problems(tmp_path, text)
    assert "is not allowed" in problem.what
    assert "list" in problem.allowed


def test_a_function_has_no_patterns(tmp_path: Path) -> None:
    rest = "metrics: {a/b: {direction: minimize, unit: x, pattern: '(x)'}}\n"
    text = study_text(tmp_path, TRAIN, f"{rest}factors: {{trial.warmup: [0, 1]}}\n")
    (problem,) = problems(tmp_path, text)
    assert "is for a command" in problem.what
