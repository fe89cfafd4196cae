/** What a scene says that steps have written. */
export interface Documents {
  /** Step -> property file -> document. */
  readonly written: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
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
