/**
 * The library door of Resumark: what the command line does, as functions. Nothing here ends the process or keeps state between calls.
 */
export { run } from './run/execute.ts';
export { gatherAgents, type GatherAgentsOptions, type GatheredAgents } from './run/gather-agents.ts';
export type { AgentRecord } from './domain/agent-record.ts';
export type { RunOptions } from './run/prepare/prepared.ts';
export type { WindowPosition, RunEvent } from './run/progress/event.ts';
export { runGated, type GatedOptions, type GatedRun } from './run/studies/gated-run.ts';
export { calibrate, type CalibrateOptions } from './run/studies/calibrate.ts';
export { probe, type ProbeOptions } from './run/studies/probe.ts';
export { decodeProbe } from './scenario/decode.ts';
export type { ProbeSettings } from './scenario/probe-schema.ts';
export { renderProbe, PROBE_FORMATS, type ProbeFormat } from './report/probe/formats.ts';
export type { AddressReport, FleetMap, ProbeRecord } from './domain/probe-record.ts';
export type { ProbeFinding } from './domain/probe-finding.ts';
export { readRun, RunStore } from './run/files/run-folder.ts';
export { compare, type CompareOptions, type LiveComparison } from './run/studies/compare-live.ts';
export { merge, type MergedRun } from './run/studies/merge.ts';
export { mergeRuns } from './analysis/merge/merge-runs.ts';
export type { MergeSource } from './analysis/merge/merge-source.ts';
export { readComparison } from './run/files/comparison-file.ts';
export { readScenarioFile } from './run/files/scenario-file.ts';
export { decodeScenario, type DecodedScenario, type RawSettings, type SettingSources } from './scenario/decode.ts';
export type { Scenario, ScenarioInput } from './scenario/schema.ts';
export { summarizeRun, type BlockSummary, type RunSummary } from './analysis/summary/run-summary.ts';
export type { CellStatus, CellSummary } from './analysis/summary/cell-summary.ts';
export { outcomeOf, type RunOutcome } from './analysis/run-outcome.ts';
export { savings, type Saving } from './analysis/summary/saving.ts';
export type { Metric, Unit } from './analysis/metrics/metric.ts';
export { isMetricId, METRICS, metric, type MetricId } from './analysis/metrics/catalogue.ts';
export { render, FORMATS, type Format, type RenderOptions } from './report/formats.ts';
export { decodeComparison } from './scenario/comparison-plan.ts';
export type { CompareSettings } from './scenario/compare-schema.ts';
export { compareStates } from './analysis/compare/states.ts';
export { compareStored, type StoredOptions, type StoredSide } from './analysis/compare/stored.ts';
export { renderComparison, COMPARISON_FORMATS, type ComparisonFormat } from './report/comparison/formats.ts';
export { headlineOf } from './report/comparison/headline.ts';
export { rowSentence } from './report/comparison/sentence.ts';
export type {
  ChangeVerdict,
  ComparedSaving,
  ComparedSide,
  Comparison,
  ComparisonDesign,
  ComparisonRow,
  RunDifference,
} from './domain/comparison.ts';
export { ResumarkError, EXIT, type ErrorCode, type ExitCode } from './domain/error.ts';
export type { Cell } from './domain/cell.ts';
export type { Mode } from './domain/mode.ts';
export type { Protocol } from './domain/protocol.ts';
export type { Notice, NoticeCode } from './domain/notice.ts';
export type { CellRecord, BlockRecord, RunRecord, RunStatus } from './domain/run-record.ts';
export type { StateRecord } from './domain/state-record.ts';
export { LatencyHistogram, type EncodedHistogram } from './stats/histogram.ts';
export { decideStored as decide, type StoredGateOptions } from './analysis/gate/decide-stored.ts';
export type { Caveat } from './domain/caveat.ts';
export { parseGate } from './analysis/gate/parse.ts';
export type { Gate, GateDecision, GateOutcome, GateResult } from './domain/gate.ts';
export type { AlarmCount, Calibration, MetricNoise } from './domain/calibration.ts';
