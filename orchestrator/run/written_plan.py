"""The plan of one run: written down before anything starts, made anew after a round of tuning."""

from collections.abc import Callable, Iterator, Sequence

from orchestrator.paths import ResultsPaths
from orchestrator.plan.document import plan_document
from orchestrator.plan.duration import Speeds
from orchestrator.plan.identity import Fingerprints
from orchestrator.plan.records import Pack, Plan
from orchestrator.plan_document import PlanDocument
from orchestrator.provenance import git_state
from orchestrator.run.planning import plan_from_store
from orchestrator.store.journal import read_plan, write_plan
from orchestrator.store.remote.mirror import push_study, refresh
from orchestrator.study.records import Study


class WrittenPlan:
    """The latest plan, as plan.json has it.

    workers: packs at a time. force: train again what is done before this run.
    """

    plan: Plan
    document: PlanDocument

    def __init__(
        self,
        study: Study,
        prints: Fingerprints,
        paths: ResultsPaths,
        workers: int,
        speeds: Speeds,
        *,
        force: bool,
    ) -> None:
        self.study, self.prints, self.paths = study, prints, paths
        self.workers, self.speeds, self.force = workers, speeds, force
        self.tried: frozenset[str] = frozenset()  # trials that this run has trained
        self._make()

    def rounds(self, replanned: Callable[[], None]) -> Iterator[Sequence[Pack]]:
        """Packs for an executor; without tuning there is one round.

        replanned: called when the packs of a round are done and the plan has been made anew.
        """
        yield self.plan.packs
        while self.plan.is_tuning:
            self.tried |= {trial.trial_id for pack in self.plan.packs for trial in pack.trials}
            self._make()
            replanned()
            if self.plan.packs:
                yield self.plan.packs

    def _make(self) -> None:
        refresh(self.paths)
        folder = self.paths.study(self.study.name)
        self.plan = plan_from_store(
            self.study,
            self.paths,
            self.workers,
            read_plan(folder),
            prints=self.prints,
            force=self.force,
            tried=self.tried,
            speeds=self.speeds,
        )
        self.document = plan_document(self.plan, git_state(self.study.path.resolve().parent))
        write_plan(folder, self.study.text, self.document)
        push_study(self.paths, self.study.name, by_driver=True)
