"""`python -m orchestrator`: the command where no script `orch` is installed, as in a job."""

from orchestrator.cli.main import main

if __name__ == "__main__":
    main()
