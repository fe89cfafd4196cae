import type { DeployedRecord, Liveness } from '../../asking/live.ts';
import { settled } from '../../asking/settled.ts';
import { bytesOf } from '../../aws/signed-request.ts';
import { passingTrouble, troubleOf } from '../../aws/trouble.ts';
import { inItsOwnWords } from '../../ground/error-parts.ts';
import { Failure } from '../../ground/failure.ts';
import { waitFor } from '../../ground/wait.ts';
import type { Context } from '../../program/context.ts';
import type { DataSummary } from '../../quality/data.ts';
import { dropsIn } from '../../quality/drops.ts';
import { type LiveAnswers, largestObject, predictionsIn, predictionsObject } from '../../quality/live-predictions.ts';
import type { QualityPlan } from '../../quality/quality-plan.ts';
import { findChampion } from '../../registry/champion.ts';
import { readEvidence, SHORT_HASH } from '../../registry/entries.ts';
import { displayName, groupArnOf, hasContent, type ModelPackage } from '../../registry/packages.ts';
import type { Answers } from '../../statistics/answers.ts';

interface LiveQuestion {
  readonly plan: QualityPlan;
  readonly data: DataSummary;
  readonly deployed: DeployedRecord;
}

/** What the version that is live at the end of the promotion path answered to the same rows, when it was evaluated in this environment. */
export async function liveAnswers(
  { plan, data, deployed }: LiveQuestion,
  context: Context,
): Promise<LiveAnswers | undefined> {
  if (dropsIn(plan).length === 0) return undefined;
  const { aws, clock, log } = context;
  const end = deployed.promotion_path.at(-1) ?? '';
  const query = { group: groupArnOf(deployed.package), path: deployed.promotion_path };
  const champion = await findChampion({ ...aws, clock }, query);
  if (!champion) return { is: 'nobody', why: `no version is validated in ${end}` };
  if (champion.arn === deployed.package)
    return { is: 'nobody', why: `this version is the newest one that is validated in ${end}` };
  const found = await answersOf(champion, { plan, data, deployed }, context);
  const version = `version ${champion.version}`;
  if (found.is === 'unknown') log.line(`Not compared with ${version}, which is live in ${end}: ${found.why}.`);
  else log.line(`Compared with what ${version}, which is live in ${end}, answered to the same rows.`);
  return found;
}

/** What a version answered, as its registry entry of this environment says where that lies, and which it is. */
async function answersOf(champion: ModelPackage, { plan, data }: LiveQuestion, context: Context): Promise<LiveAnswers> {
  const { environment } = context.job;
  const entry = readEvidence(champion, 'quality', environment);
  const unknown = (why: string) => ({ is: 'unknown', why: `version ${champion.version} ${why}` }) as const;
  if (entry.is === 'absent') return unknown(`was not evaluated in ${environment}`);
  if (entry.is === 'unreadable') return unknown(`has an entry quality.${environment} that ${entry.why}`);
  const { content, report } = entry.value;
  if (!hasContent(champion, content)) return unknown('has other content than when it was evaluated');
  if (entry.value.data !== data.sha256.slice(0, SHORT_HASH)) return unknown('was evaluated on other data');
  const address = addressOf(plan, { environment, content, data: data.sha256, report });
  const object = await objectAt(address, largestObject(data.asked), context);
  if (typeof object === 'string') return unknown(`has no predictions at ${address} (${object})`);
  const found = predictionsIn(object, { plan, rows: data.asked, report });
  if (found.is === 'forged') throw forged(champion, address);
  if (found.is === 'other') return unknown('was asked in another way: id, label, task, prediction or max_rows differ');
  return { is: 'read', version: `version ${champion.version}`, answers: found.said };
}

interface PredictionsKey {
  readonly environment: string;
  readonly content: string;
  /** SHA-256 of the data, and of the report. */
  readonly data: string;
  readonly report: string;
}

/** Nothing is ever replaced there: what is other has another key. */
function addressOf(
  { predictions_uri: folder = '' }: QualityPlan,
  { environment, content, data, report }: PredictionsKey,
): string {
  const hashes = [data, report].map((hash) => hash.slice(0, SHORT_HASH));
  return [folder.replace(/\/+$/, ''), environment, content, ...hashes].join('/');
}

/** The object at an address, or S3's own words where there is none that this job may read. */
async function objectAt(address: string, most: number, { aws }: Context): Promise<Buffer | string> {
  const opened = await aws.openObject(address);
  if (opened.is === 'not read' && /^(NoSuchKey|AccessDenied)\b/.test(opened.why)) return opened.why;
  const bytes = opened.is === 'open' ? await bytesOf(opened.bytes, most) : undefined;
  if (bytes) return Buffer.from(bytes);
  throw new Failure(
    'SMC-5113',
    `The predictions of the live version at ${address} cannot be read: ${opened.is === 'open' ? 'they are more than all rows' : opened.why}.`,
    'correct predictions_uri in the quality file, or allow s3:GetObject on it to the role of this job (docs/permissions.md). Then run this job again.',
  );
}

function forged(champion: ModelPackage, address: string): Failure {
  return new Failure(
    'SMC-5114',
    `The predictions at ${address} are not those that ${displayName(champion)} gave: its registry entry has another hash. Nothing was asked.`,
    'find out in CloudTrail who wrote there (PutObject), and delete the object. Then the drop is inconclusive until a version whose predictions are kept is live.',
  );
}

interface Keeping {
  readonly plan: QualityPlan;
  readonly data: DataSummary;
  readonly answers: Answers;
  /** The text of report.json, and its SHA-256. */
  readonly text: string;
  readonly report: string;
}

/** Keeps the predictions for versions that are compared with this one (AWS: PutObject). Before the registry entry names them, they are there. */
export async function keepPredictions(
  { plan, data, answers, text, report }: Keeping,
  { deployed, deadline, poll_interval: interval }: Liveness,
  { aws, clock, job, log }: Context,
): Promise<void> {
  if (plan.predictions_uri === undefined) return;
  const { environment } = job;
  const address = addressOf(plan, { environment, content: deployed.content, data: data.sha256, report });
  const objects = await aws.objects();
  const body = predictionsObject(text, answers);
  const put = async () => {
    await objects.put(address, { body, contentType: 'text/plain' });
    return { is: 'settled', answer: address } as const;
  };
  const outcome = await waitFor(put, {
    clock,
    deadline,
    interval,
    tolerate: passingTrouble,
    onChange: (saying, elapsed) => log.line(`The predictions: ${saying} (after ${elapsed}).`),
  }).catch((error: unknown) => {
    throw troubleOf(error) === 'other' ? notKept(address, error) : error;
  });
  log.line(`Its predictions are kept for the versions after it: ${settled(outcome, 'S3 to take the predictions')}.`);
}

function notKept(address: string, error: unknown): Failure {
  return new Failure(
    'SMC-5112',
    `S3 did not take the predictions at ${address} (${inItsOwnWords(error)}). Nothing was recorded.`,
    'correct predictions_uri in the quality file, or allow s3:PutObject on it to the role of this job (docs/permissions.md). Then run this job again.',
    error,
  );
}
