"""Variants laid out over panels, the same way in every figure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape

from orchestrator.plan_document import Level, PlanDocument, Variant
from orchestrator.reports.figures.records import Arrangement, Chooser, Key, Trace
from orchestrator.reports.roles import Roles, roles
from orchestrator.reports.text.names import level_name, level_text, short_names
from orchestrator.reports.variants import ABSENT, VARIANT, axis, is_crossed, level_of, names_of


@dataclass(frozen=True)
class Facet:
    """The variants of one panel."""

    title: str
    when: Mapping[str, str]
    variants: tuple[Variant, ...]
    places: tuple[int, ...]  # theirs in the study

    def titled(self, part: str) -> str:
        """before training, depth 8."""
        return ", ".join(filter(None, (part, self.title)))


@dataclass(frozen=True)
class Scheme:
    """A plan as the figures see it: roles of factors and places of levels."""

    plan: PlanDocument
    roles: Roles
    names: Mapping[str, str]

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """Variant id → its name in a sentence."""
        return names_of(self.plan)

    @cached_property
    def _axes(self) -> Mapping[str, tuple[Level, ...]]:
        return {path: axis(self.plan, path) for path in (VARIANT, *self.plan.factors)}

    @property
    def heads(self) -> tuple[str, ...]:
        """What the first columns of a table say of a variant: its name, if that says more."""
        named = () if is_crossed(self.plan) else (VARIANT,)
        return (*named, *self.plan.factors)

    def levels(self, path: str) -> tuple[Level, ...]:
        """The levels along a factor, or along the variants."""
        return self._axes[path]

    def level(self, path: str, variant: Variant) -> Level:
        return self.titles[variant.variant_id] if path == VARIANT else level_of(variant, path)

    @cached_property
    def _places(self) -> Mapping[str, Mapping[Level, int]]:
        """Path → level → its index in the study, the first of equal ones (1 and True)."""
        return {
            path: {level: place for place, level in reversed([*enumerate(levels)])}
            for path, levels in self._axes.items()
        }

    def place(self, path: str | None, variant: Variant) -> int:
        """The index of a variant's level in the study; 0 where there is no such factor."""
        return self._places[path][self.level(path, variant)] if path else 0

    @cached_property
    def order(self) -> Mapping[str, int]:
        """Variant id → its place in the study, by which the page knows it."""
        return {variant.variant_id: place for place, variant in enumerate(self.plan.variants)}

    def tag(self, variant: Variant) -> Trace:
        """Part of a trace: the variant that it shows. The page hides it with its levels."""
        return {"meta": {"variant": self.order[variant.variant_id]}}

    def tag_points(self, variants: Sequence[Variant]) -> Trace:
        """The same, where each point shows another variant."""
        return {"meta": {"variants": [self.order[variant.variant_id] for variant in variants]}}

    def colour(self, variant: Variant) -> int:
        return self.place(self.roles.colour, variant)

    def by_colour(self, variants: Iterable[Variant]) -> list[tuple[int, list[Variant]]]:
        """(place of the level, its variants), in the order of the legend."""
        groups: dict[int, list[Variant]] = {}
        for variant in variants:
            groups.setdefault(self.colour(variant), []).append(variant)
        return sorted(groups.items())

    @property
    def each_alone(self) -> Arrangement:
        """Of a figure with one variant per panel, as others are chosen from lists.

        Where factors are not crossed, panels of levels would hold several variants.
        """
        return Arrangement(("colour",) if is_crossed(self.plan) else None, dashed=False)

    def hover_name(self, variant: Variant) -> str:
        """Of a variant, safe in plotly's text."""
        return escape(self.titles[variant.variant_id])

    def line_name(self, variant: Variant) -> str:
        """Of a line in its panel: the level that its colour shows."""
        return self.text(self.roles.colour, variant) or self.hover_name(variant)

    def text(self, path: str | None, variant: Variant) -> str:
        """The level, escaped for plotly's text, which reads some HTML."""
        return escape(level_name(self.names[path], self.level(path, variant))) if path else ""

    @property
    def legend_title(self) -> str:
        return self.names[self.roles.colour] if self.roles.colour else ""

    @cached_property
    def legend(self) -> tuple[Key, ...]:
        levels = self.levels(self.roles.colour) if self.roles.colour else ()
        return tuple(Key(place, level_text(level)) for place, level in enumerate(levels))

    def with_most(self, sizes: Mapping[str, int], paths: Sequence[str | None]) -> dict[str, Level]:
        """Of factors on which it depends, the level of the largest network or longest sequence.

        sizes: by variant id; a variant without one counts as 0.
        """
        found = {}
        for path in _present(paths):
            largest: dict[Level, int] = {}
            for variant in self.plan.variants:
                level, size = self.level(path, variant), sizes.get(variant.variant_id, 0)
                largest[level] = max(size, largest.get(level, 0))
            if len(set(largest.values())) > 1:
                found[path] = max(largest, key=lambda level: largest[level])
        return found

    def thinned(self, sizes: Mapping[str, tuple[int, int]]) -> str:
        """A panel's note: variants with fewer replicates than planned, and why.

        sizes: variant id → (smallest n drawn, exact zeros left out); others are not in the panel.
        """
        parts = [f"{self._named(place)} {text}" for place, text in self.short(sizes)]
        few = f"fewer than {self.plan.replicates} replicates"
        return f"{few}: {', '.join(parts)}" if parts else ""

    def short(self, sizes: Mapping[str, tuple[int, int]]) -> tuple[tuple[int, str], ...]:
        """The same, (place of the variant, "6 (3 exactly zero)") pairs."""
        return tuple(
            (self.order[name], f"{n}{f' ({zeros} exactly zero)' if zeros else ''}")
            for name, (n, zeros) in sorted(sizes.items(), key=lambda item: self.order[item[0]])
            if n < self.plan.replicates
        )

    def _named(self, place: int) -> str:
        path, variant = self.roles.colour, self.plan.variants[place]
        return level_name(self.names[path], self.level(path, variant)) if path else "n ="


def scheme(plan: PlanDocument) -> Scheme:
    return Scheme(plan, roles(plan), {**short_names(plan.factors), VARIANT: VARIANT})


def facets(
    view: Scheme, split: Sequence[str | None], choose: Sequence[str | None] = ()
) -> tuple[Facet, ...]:
    """One facet for each combination of levels that has a variant, in the order of the study.

    split: factors that make panels side by side; choose: factors chosen from a list.
    """
    panels, lists = _present(split), _present(choose)
    groups: dict[tuple[int, ...], list[Variant]] = {}
    for variant in view.plan.variants:
        places = tuple(view.place(path, variant) for path in (*lists, *panels))
        groups.setdefault(places, []).append(variant)
    return tuple(_facet(view, tuple(groups[places]), panels, lists) for places in sorted(groups))


def seen_together(made: Iterable[Facet]) -> list[list[Facet]]:
    """Those of the same choice from the lists, in one list each."""
    groups: dict[tuple[tuple[str, str], ...], list[Facet]] = {}
    for facet in made:
        groups.setdefault(tuple(facet.when.items()), []).append(facet)
    return list(groups.values())


def _present(paths: Sequence[str | None]) -> list[str]:
    return [path for path in paths if path]


def _facet(
    view: Scheme, variants: tuple[Variant, ...], panels: list[str], lists: list[str]
) -> Facet:
    levels = {path: level_text(view.level(path, variants[0])) for path in (*panels, *lists)}
    title = ", ".join(_title(view, path, levels[path]) for path in panels)
    places = tuple(view.order[variant.variant_id] for variant in variants)
    return Facet(title, {path: levels[path] for path in lists}, variants, places)


def _title(view: Scheme, path: str, level: str) -> str:
    """activation tanh; no activation; a variant's name says what it is."""
    if path == VARIANT:
        return level
    return f"no {view.names[path]}" if level == ABSENT else f"{view.names[path]} {level}"


def choosers(
    view: Scheme, paths: Sequence[str | None], chosen: Mapping[str, Level] | None = None
) -> tuple[Chooser, ...]:
    """A list for each factor. It starts on `chosen`, else the baseline's, else the first level."""
    start = {**view.plan.compare.baseline, **(chosen or {})}
    return tuple(_chooser(view, path, start) for path in _present(paths))


def _chooser(view: Scheme, path: str, start: Mapping[str, Level]) -> Chooser:
    levels = view.levels(path)
    options = tuple((level_text(level), level_text(level)) for level in levels)
    return Chooser(path, view.names[path], options, level_text(start.get(path, levels[0])))
