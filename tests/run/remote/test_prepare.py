"""What `orch submit` says of the files that it has sent, and of those that it has not."""

from pathlib import Path

from orchestrator.execution.remote.archive import Archive
from orchestrator.run.remote.prepare import sent
from orchestrator.study.load import parse_study
from tests.study.texts import SMALL


def test_size_number_and_what_was_left_out(tmp_path: Path) -> None:
    file = tmp_path / "sent.zip"
    file.write_bytes(b"x" * 1234)
    files = {"a.py": b"a" * 200, "b.py": b"b"}
    secrets = tuple(Path(f"lab/{number}.pem") for number in range(7))
    study = parse_study(SMALL, tmp_path / "s.yaml")
    assert list(sent(study, Archive(files, secrets, (Path("lab/home"),)), file)) == [
        "uploaded: 1.2 KB (2 files); the largest: a.py (0.2 KB), b.py (0.1 KB)",
        "not uploaded, as its name looks secret: lab/0.pem, lab/1.pem, lab/2.pem, lab/3.pem, "
        "lab/4.pem and 2 more; a line !NAME in .rayignore sends it",
        "not uploaded, as the link leads out of its package: lab/home",
    ]
    assert len(list(sent(study, Archive(files), file))) == 1
