import { probeRecordSchema, type ProbeRecord } from '../../domain/probe-record.ts';
import { z } from '../../domain/zod.ts';
import { printableJson } from '../json.ts';

/** The whole record, from which all other formats are rendered. */
export const probeJson = (record: ProbeRecord): string => printableJson(record);

/** The JSON Schema (draft 2020-12) of {@link probeJson}. */
export const probeJsonSchema = (): object => ({ title: 'Resumark probe', ...z.toJSONSchema(probeRecordSchema) });
