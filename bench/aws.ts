// The emulator, in a process of its own: whoever measures, it costs the same and shares no processor time with the parent.

import { machineClock } from '../emulator/clock.ts';
import { type Emulator, startEmulator } from '../emulator/emulator.ts';
import { gitlab, HOST } from '../test/components/gitlab-host.ts';
import { invocationOf } from '../test/components/job.ts';
import { type Call, jobs } from './jobs.ts';

/**
 * Sets the scene of a job in a new account; `versions` fills its registry with so many older ones that nobody approved.
 * Each answer takes `latency` milliseconds longer.
 */
export interface Order {
  readonly job: string;
  readonly versions?: number;
  readonly latency?: number;
}

/** What a job finds, and how it is started. */
export interface Stage {
  readonly endpoint: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
  /** The host of GitLab, and where it answers in this process; `undefined` where the program does not ask it. */
  readonly gitlab: string | undefined;
  /** Static keys, and the calls that a hand-written job makes. */
  readonly byHand: { readonly env: Readonly<Record<string, string>>; readonly calls: readonly Call[] };
}

/** A request as it arrived, and what was answered. Requests of one round arrived before any of them was answered. */
export interface Recorded {
  readonly service: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly round: number;
  status: number;
}

let emulator: Emulator | undefined;
let recorded: Recorded[] = [];

process.on('message', (order: Order | 'requests') => {
  if (order === 'requests') process.send?.(recorded);
  else void setStage(order).then((stage) => process.send?.(stage));
});

async function setStage({ job: name, versions = 0, latency = 0 }: Order): Promise<Stage> {
  await emulator?.close();
  emulator = await startEmulator({ clock: machineClock() });
  recorded = [];
  record(emulator, latency);
  const job = jobs[name];
  if (!job) throw new Error(`There is no job ${name}.`);
  const { scene } = job;
  for (let more = 0; more < versions; more++) emulator.register({ status: 'PendingManualApproval' });
  const files = scene.set(emulator);
  // What AWS takes its time for is over at once: the jobs are measured, not the waiting.
  for (const { pace } of [emulator.endpoints, emulator.executions])
    Object.assign(pace, { describes: 0, milliseconds: 0 });
  const { inputs, environment } = scene;
  const { args, env } = invocationOf(scene.component, { emulator, root: '', committed: files, inputs, environment });
  return {
    endpoint: emulator.url,
    args: [scene.component.name, ...args],
    env: { ...env, AWS_ENDPOINT_URL: emulator.url },
    files,
    gitlab: job.asksGitLab && `${HOST} ${gitlab.url}`,
    byHand: { env: emulator.env, calls: job.handWritten(emulator, files) },
  };
}

/** Keeps what arrives, as it arrived: the emulator's own log has it decoded. Its answers take so many milliseconds longer. */
function record(served: Emulator, latency: number): void {
  const open = served.exchange.bind(served);
  let answered = 0;
  served.exchange = () => {
    const exchange = open();
    const round = { number: 0 };
    return {
      ended() {
        answered = Math.max(answered, round.number);
        exchange.ended();
      },
      async handle(question, request) {
        const { method, path, body } = request;
        const headers = ['content-type', 'accept', 'x-amz-target'].flatMap((header) => {
          const value = request.headers[header];
          return typeof value === 'string' ? [[header, value]] : [];
        });
        const service = question.service === 'runtime' ? 'sagemaker' : question.service;
        round.number = answered + 1;
        const what = { service, method, path, headers: Object.fromEntries(headers), body: String(body) };
        const one: Recorded = { ...what, round: round.number, status: 0 };
        recorded.push(one);
        const ending = await exchange.handle(question, request);
        if (typeof ending !== 'object') return ending;
        one.status = ending.reply.status;
        return { ...ending, delay: (ending.delay ?? 0) + latency };
      },
    };
  };
}
