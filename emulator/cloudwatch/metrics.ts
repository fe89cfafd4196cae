/** A metric as CloudWatch tells it from others: its namespace, its name and all of its dimensions. */
export interface MetricName {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

const MINUTE = 60_000;

/** What was measured, by metric and minute. */
export class Metrics {
  /** Milliseconds after the end of a period at which its values can be read. */
  delay = MINUTE;
  readonly #values = new Map<string, Map<number, number[]>>();

  record(metric: MetricName, value: number, at: Date, times = 1): void {
    const minutes = this.#values.get(keyOf(metric)) ?? new Map<number, number[]>();
    this.#values.set(keyOf(metric), minutes);
    const minute = Math.floor(at.getTime() / MINUTE) * MINUTE;
    const values = minutes.get(minute) ?? [];
    minutes.set(minute, values);
    for (let time = 0; time < times; time++) values.push(value);
  }

  /** The values of a period that begins at `start`, as far as they can be read at `now`; none when nothing was measured. */
  values(metric: MetricName, { start, length, now }: { start: number; length: number; now: Date }): number[] {
    if (start + length + this.delay > now.getTime()) return [];
    const minutes = this.#values.get(keyOf(metric));
    if (!minutes) return [];
    const found: number[] = [];
    for (let minute = Math.ceil(start / MINUTE) * MINUTE; minute < start + length; minute += MINUTE)
      found.push(...(minutes.get(minute) ?? []));
    return found;
  }
}

function keyOf({ namespace, name, dimensions }: MetricName): string {
  return JSON.stringify([namespace, name, Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/** One statistic of values, of which there is at least one. */
export function statistic(name: string, values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  switch (name) {
    case 'Sum':
      return sum;
    case 'SampleCount':
      return values.length;
    case 'Minimum':
      return Math.min(...values);
    case 'Maximum':
      return Math.max(...values);
    case 'Average':
      return sum / values.length;
    default:
      return percentile(Number(name.slice(1)), values);
  }
}

/** Whether CloudWatch has such a statistic, as far as it is done here. */
export function isStatistic(name: string): boolean {
  return /^(Sum|SampleCount|Minimum|Maximum|Average|p\d{1,2}(\.\d+)?)$/.test(name);
}

function percentile(percent: number, values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0;
}
