"""OpenLineage documents of one build: what was read, what was written, which column came from which.

Decides what a build tells the outside: names, types, edges, and the outcomes of rules. Values are not in
it, and rows are counted only as the public view counts them. Of a dataset with units neither the reason of
a stopped build nor the outcome of a rule is told as the owner sees it: both speak of single faulty rows.
Sending is :mod:`pipelines.orchestration.openlineage`'s.

Source: OpenLineage 2-0-2 and its facets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from openlineage.client import event_v2 as event
from openlineage.client import facet_v2 as facet
from openlineage.client.uuid import generate_new_uuid

from catalog.intake.reading.database import shown
from catalog.lineage.columns import EVERY, Edge, column_lineage, kinds_behind
from catalog.quality import RuleResult
from catalog.statistics import public_count, public_ratio, rows_of_one
from contracts.model import Action, Contract, RuleKind
from contracts.rules import rules_for
from pipelines.building.account import Account
from pipelines.building.outcome import Outcome
from pipelines.orchestration.events import source_columns

PRODUCER: Final = "urn:yibenzhang:pipelines"
# Namespace of datasets of the ledger and of the jobs that build them.
LEDGER: Final = "yibenzhang"
# Namespace of delivered files. Source: OpenLineage, naming of datasets.
FILES: Final = "file"


@dataclass(frozen=True, slots=True)
class Building:
    """One build of one dataset, as its events name it.

    Attributes:
        contract: of the dataset.
        contracts: of every dataset of the ledger, by name.
        run: identifier of the Dagster run around it.
        id: of this build's own run in OpenLineage.
        check: of the run of its checks.
    """

    contract: Contract
    contracts: Mapping[str, Contract]
    run: str
    id: str
    check: str

    @classmethod
    def begin(cls, contract: Contract, contracts: Mapping[str, Contract], run: str) -> Building:
        """A build with identifiers of its own."""
        return cls(contract, contracts, run, str(generate_new_uuid()), str(generate_new_uuid()))

    @property
    def has_units(self) -> bool:
        """Whether it has units in it or behind it, or does not say that it has none."""
        return bool(kinds_behind(self.contract.name, self.contracts)) or not self.contract.unit_free

    def started(self, now: datetime) -> event.RunEvent:
        """START: what will be read and written."""
        return self._event("START", now, inputs=self._inputs(), outputs=[self._output(None, now.date())])

    def ended(self, outcome: Outcome, account: Account, now: datetime, on: date) -> Iterator[event.RunEvent]:
        """COMPLETE or FAIL of the build, then the run of its checks where rules were evaluated."""
        good = outcome.state in ("released", "unchanged")
        facets: dict[str, Any] = {}
        if not good:
            # A reason counts rows and may name the person who decided on a column.
            why = f"its owner sees why: ybz show {self.contract.name}" if self.has_units else outcome.reason
            facets["errorMessage"] = facet.error_message_run.ErrorMessageRunFacet(
                message=f"{outcome.state}: {why}", programmingLanguage="PYTHON"
            )
        rows = outcome.typed if outcome.state == "released" else None
        yield self._event(
            "COMPLETE" if good else "FAIL",
            now,
            inputs=self._inputs(),
            outputs=[self._output(rows, on)],
            facets=facets,
        )
        if account.results:
            checked = self._checked(account.results, on)
            for kind in ("START", "COMPLETE"):
                yield self._event(kind, now, inputs=[checked], outputs=[], checks=True)

    def _event(
        self,
        kind: str,
        now: datetime,
        *,
        inputs: list[Any],
        outputs: list[Any],
        facets: Mapping[str, Any] | None = None,
        checks: bool = False,
    ) -> event.RunEvent:
        around = facet.parent_run.ParentRunFacet(
            run=facet.parent_run.Run(runId=self.run),
            job=facet.parent_run.Job(namespace=LEDGER, name="build"),
        )
        name = f"{self.contract.name}.checks" if checks else self.contract.name
        return event.RunEvent(
            eventType=event.RunState(kind),
            eventTime=now.isoformat(),
            run=event.Run(
                runId=self.check if checks else self.id, facets={"parent": around, **(facets or {})}
            ),
            job=event.Job(namespace=LEDGER, name=name),
            inputs=inputs,
            outputs=outputs,
            producer=PRODUCER,
        )

    def _inputs(self) -> list[event.InputDataset]:
        if self.contract.composed is None:
            names = {_file(source.path): None for source in self.contract.sources}
            return [event.InputDataset(namespace=FILES, name=name) for name in names]
        edges = column_lineage(self.contract, self.contracts)
        return [
            event.InputDataset(namespace=LEDGER, name=name)
            for name in dict.fromkeys(edge.source_dataset for edge in edges)
        ]

    def _output(self, rows: int | None, on: date) -> event.OutputDataset:
        contract = self.contract
        fields = [
            facet.schema_dataset.SchemaDatasetFacetFields(
                name=f.name, type=f.type.value, description=f.business_name
            )
            for f in contract.fields
        ]
        facets: dict[str, Any] = {"schema": facet.schema_dataset.SchemaDatasetFacet(fields=fields)}
        facets["columnLineage"] = self._from_files() if contract.composed is None else self._from_edges()
        statistics: dict[str, Any] = {}
        if rows is not None:
            most = rows_of_one(contract, on)
            counted = public_count(rows, has_units=self.has_units, on=on, rows_of_one=most).value
            statistics["outputStatistics"] = (
                facet.output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(rowCount=counted)
            )
        return event.OutputDataset(
            namespace=LEDGER, name=contract.name, facets=facets, outputFacets=statistics
        )

    def _from_files(self) -> Any:
        path_of = {source.name: _file(source.path) for source in self.contract.sources}
        fed: dict[str, list[Any]] = {}
        for name, source, heading in source_columns(self.contract):
            column = _column(FILES, path_of[source], heading, "DIRECT", "TRANSFORMATION")
            if column not in fed.setdefault(name, []):
                fed[name].append(column)
        return _lineage(fed, [])

    def _from_edges(self) -> Any:
        fed: dict[str, list[Any]] = {}
        whole: list[Any] = []
        for edge in column_lineage(self.contract, self.contracts):
            if edge.source_field == EVERY:
                continue  # rows were only counted: the input is named, no column of it
            kind = "INDIRECT" if edge.indirect else "DIRECT"
            column = _column(LEDGER, edge.source_dataset, edge.source_field, kind, _subtype(edge))
            if edge.target_field == EVERY:
                whole.append(column)
            else:
                fed.setdefault(edge.target_field, []).append(column)
        return _lineage(fed, whole)

    def _checked(self, results: tuple[RuleResult, ...], on: date) -> event.InputDataset:
        kinds = {rule.id: rule.kind.value for rule in rules_for(self.contract)}
        made = facet.data_quality_assertions_dataset
        told = [
            made.Assertion(
                assertion=kinds.get(result.rule, result.dimension.value),
                success=passed,
                column=result.fields[0] if len(result.fields) == 1 else None,
                severity="warn" if result.action is Action.WARN else "error",
                name=result.rule,
            )
            for result in results
            if (passed := self._passed(result, on)) is not None
        ]
        return event.InputDataset(
            namespace=LEDGER,
            name=self.contract.name,
            inputFacets={"dataQualityAssertions": made.DataQualityAssertionsDatasetFacet(assertions=told)},
        )

    def _passed(self, result: RuleResult, on: date) -> bool | None:
        """Whether a rule holds; with units told only where the ratio others may see is too low."""
        if not self.has_units or result.kind == RuleKind.FRESHNESS.value:
            return result.passed
        most = rows_of_one(self.contract, on)
        over = public_count(result.evaluated, has_units=True, on=on, rows_of_one=most)
        exact = result.good / result.evaluated if result.evaluated else None
        ratio = public_ratio(exact, on, over, rows_of_one=most)
        return False if ratio is not None and ratio < 1 - result.tolerance and not result.passed else None


def _lineage(fed: Mapping[str, list[Any]], whole: list[Any]) -> Any:
    made = facet.column_lineage_dataset
    fields = {name: made.Fields(inputFields=columns) for name, columns in fed.items()}
    return made.ColumnLineageDatasetFacet(fields=fields, dataset=whole)


def _column(namespace: str, name: str, field: str, kind: str, subtype: str) -> Any:
    made = facet.column_lineage_dataset
    how = made.Transformation(type=kind, subtype=subtype)
    return made.InputField(namespace=namespace, name=name, field=field, transformations=[how])


def _subtype(edge: Edge) -> str:
    """OpenLineage's word; ours for counted rows is a grouping there."""
    return "GROUP_BY" if edge.subtype == "ROWS" else edge.subtype


def _file(path: str) -> str:
    return shown(path)
