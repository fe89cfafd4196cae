import { isObject, type Json, list, record } from './definition-parts.ts';
import type { Step } from './step.ts';

/** What a scene says that steps and people have written. */
export interface Documents {
  /** Step -> property file, or file in one of its outputs -> document. */
  readonly written: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** What lies in S3 beside that: `bucket/key` -> text. */
  readonly objects: ReadonlyMap<string, string>;
}

/** An evaluation that a definition can compare with when the scene sets no other. */
const DEFAULT_EVALUATION = {
  metrics: { rmse: 41_250, mae: 30_480, r2: 0.91 },
  regression_metrics: {
    rmse: { value: 41_250 },
    mae: { value: 30_480 },
    mse: { value: 1_701_562_500 },
    r2: { value: 0.91 },
  },
};

export function propertyFile({ written }: Documents, step: string, name: string): unknown {
  return written[step]?.[name] ?? DEFAULT_EVALUATION;
}

interface Writer {
  readonly step: Step;
  readonly properties?: Json | undefined;
}

/** The JSON document at an address of S3: what a scene has put there, else what one of the steps left among its outputs. */
export function objectAt(documents: Documents, writers: readonly Writer[], uri: string): unknown {
  const text = documents.objects.get(uri.replace(/^s3:\/\//, ''));
  if (text !== undefined) return parsed(text, uri);
  const found = leftBy(documents, writers, uri);
  if (found === undefined) throw new Error(`ClientError: There is no object at ${uri}.`);
  return found;
}

/** The document that one of the steps left at an address of S3 among its outputs; `undefined` when none did. */
export function leftBy(documents: Documents, writers: readonly Writer[], uri: string): unknown {
  for (const { step, properties = {} } of writers.toReversed()) {
    for (const { name, place } of outputsOf(properties)) {
      const file = uri.startsWith(`${place}/`) ? uri.slice(place.length + 1) : undefined;
      const found = file === undefined ? undefined : left(documents, step, name, file);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function parsed(text: string, uri: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`ClientError: The object at ${uri} is not JSON.`);
  }
}

/** A step of the Python SDK's `@step` is a training job that leaves what it returns in its output. */
function left({ written }: Documents, step: Step, output: string, file: string): unknown {
  const declared = step.propertyFiles.find((one) => one.output === output && one.path === file)?.name;
  const found = written[step.name]?.[declared ?? file] ?? written[step.name]?.[file];
  return found ?? (step.type === 'Processing' ? DEFAULT_EVALUATION : undefined);
}

function outputsOf({ ProcessingOutputConfig: processing, OutputDataConfig: training }: Json) {
  const outputs = list(record(processing).Outputs).filter(isObject);
  const places = outputs.map(({ OutputName, S3Output }) => [OutputName, record(S3Output).S3Uri]);
  return [...places, ['', record(training).S3OutputPath]].map(([name, place]) => ({
    name: String(name),
    place: String(place).replace(/\/+$/, ''),
  }));
}
