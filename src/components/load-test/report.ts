import type { Context } from '../../program/context.ts';
import { scalingFor } from './capacity.ts';
import { LOAD_METRICS, loadMetrics } from './metrics.ts';
import { loadPage } from './page.ts';
import { capacityLines, judgedWords, numbersOf, stageLines } from './show.ts';
import { VALID } from './validity.ts';
import type { JudgedStage, ValidVerdict } from './verdict.ts';

interface LoadTold {
  readonly title: string;
  readonly plan: object;
  readonly instances: number | undefined;
  readonly wished: number | undefined;
  /** Whether too few requests are accepted. */
  readonly allow_inconclusive: boolean;
}

/** Shows what was measured: in the log, and as a test case for each limit. Returns what it kept of it as report.json. */
export function showLoad(
  verdict: ValidVerdict,
  { title, plan, instances, wished, allow_inconclusive }: LoadTold,
  { log, report, job }: Context,
): string {
  report.check(VALID);
  const path = report.file('page.html', loadPage(verdict, { title, instances, wished }));
  report.link('Load test', title, `${job.url}/artifacts/file/${path}`, 'first');
  report.file(LOAD_METRICS, loadMetrics(verdict));
  for (const stage of verdict.stages) for (const line of stageLines(stage)) log.line(line);
  for (const stage of verdict.stages) check(stage, { stages: verdict.stages.length, allow_inconclusive }, report);
  const { capacity } = verdict;
  if (capacity) for (const line of capacityLines(capacity, { instances, wished })) log.line(line);
  const known = capacity?.rate !== undefined && instances !== undefined;
  const scaling = known ? scalingFor(capacity.rate, instances, wished) : undefined;
  const kept = { verdict: verdict.is, plan, instances, stages: verdict.stages.map(numbersOf), capacity, scaling };
  const text = `${JSON.stringify(kept, null, 2)}\n`;
  report.file('report.json', text);
  return text;
}

/** A step beyond the required rate may fail: it is there to find where the endpoint can no more. */
function check(
  { samples, judged, required }: JudgedStage,
  { stages, allow_inconclusive }: { readonly stages: number; readonly allow_inconclusive: boolean },
  report: Context['report'],
): void {
  if (!required) return;
  const place = stages > 1 ? ` at ${samples.stage.to}/s` : '';
  for (const each of judged) {
    const name = `${each.name}${place}`;
    if (each.is === 'good') report.pass(name, judgedWords(each));
    else if (each.is === 'inconclusive' && allow_inconclusive) report.skip(name, judgedWords(each));
    else report.check(name, judgedWords(each));
  }
  if (samples.ended !== undefined) report.check(`The load was sent to its end${place}`, samples.ended);
}
