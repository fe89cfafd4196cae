import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { virtualClock } from '../../emulator/clock.ts';
import { Emulator } from '../../emulator/emulator.ts';
import type { GitLab } from '../../emulator/gitlab.ts';
import { NO_CAPACITY } from '../../emulator/sagemaker/endpoints.ts';
import type { Call } from '../../emulator/world.ts';
import compareModels, { deleteComparison } from '../../src/components/compare-models.ts';
import evaluateModel from '../../src/components/evaluate-model.ts';
import loadTest from '../../src/components/load-test.ts';
import {
  aboutVersion,
  contentIn,
  enter,
  leaveRecord,
  timeIn,
  validationValue,
  verdictValue,
} from '../components/handover.ts';
import { type FinishedJob, startJob } from '../components/job.ts';
import { LABELLED } from '../components/labelled.ts';
import { QUICK_LOAD } from '../components/load.ts';
import { type Blow, FAULTS, fateOf } from './fate.ts';
import { answeredNearby, callingFrom } from './nearby.ts';
import { PAYLOAD, ROOM } from './project.ts';

/** The jobs that judge what serves in uat, and the one that stops the environment of a comparison. */
const JOBS = { evaluate: evaluateModel, load: loadTest, compare: compareModels, stop: deleteComparison } as const;

type JobKind = keyof typeof JOBS;

/** What people do meanwhile, or between jobs. */
const DEEDS = [
  'deploy by hand',
  'reject',
  'swap the content',
  'answer worse',
  'no capacity',
  'change the comparison',
  'an hour',
] as const;

type Deed = (typeof DEEDS)[number];

type Trouble =
  | NonNullable<Blow>
  | { readonly kind: 'session ends'; readonly call: number }
  | { readonly kind: 'meanwhile'; readonly call: number; readonly step: EvidenceStep };

export type EvidenceStep = { readonly does: JobKind; readonly trouble?: Trouble | undefined } | { readonly does: Deed };

const call = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 45 }));
const kinds = fc.constantFrom<JobKind>('evaluate', 'load', 'compare', 'compare', 'stop');
const deed = fc.record({
  does: fc.oneof(fc.constant('deploy by hand' as const), fc.constantFrom(...DEEDS)),
});

const passing: fc.Arbitrary<Trouble> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('dies' as const), call, answered: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('session ends' as const, ...namesOf(FAULTS)), call }),
  },
);

const meanwhile: fc.Arbitrary<Trouble> = fc.record({
  kind: fc.constant('meanwhile' as const),
  call,
  step: fc.oneof(
    { weight: 3, arbitrary: deed },
    fc.record({ does: kinds, trouble: fc.option(passing, { nil: undefined }) }),
  ),
});

/** What happens around the evidence of one version: jobs, troubles of theirs, and what people do. */
export const evidenceHistory: fc.Arbitrary<EvidenceStep[]> = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        does: kinds,
        trouble: fc.option(fc.oneof(passing, { weight: 2, arbitrary: meanwhile }), { nil: undefined, freq: 2 }),
      }),
    },
    { weight: 1, arbitrary: deed },
  ),
  { minLength: 1, maxLength: 4, size: 'max' },
);

function namesOf<Key extends string>(table: Readonly<Record<Key, unknown>>): Key[] {
  return Object.keys(table) as Key[];
}

/** Few rows, in few requests: what is tested is what becomes of the endpoint, and of the entry. */
export const EVIDENCE_FILES = {
  'holdout.csv': LABELLED['holdout.csv'].split('\n').slice(0, 41).join('\n'),
  'payload.json': PAYLOAD,
  'quality.yml': LABELLED['quality.yml']
    // So few rows judge no slice.
    .replace(/^slices:\n(?: .*\n)+/m, '')
    .replace('request:', 'request:\n  batch: 5\n  at_once: 1')
    .replace(/primary: mape\n {2}margins: .*/, 'primary: mape\n  margins: { mape: 0.02 }\n  errors: 1\n  batch: 20'),
};

/** What differs from the example. */
const INPUTS: Readonly<Record<JobKind, Readonly<Record<string, string>>>> = {
  evaluate: {},
  load: QUICK_LOAD,
  compare: {},
  stop: { poll_interval: '30' },
};

/** The entry that a job writes, if it writes one. */
const ENTRIES: Readonly<Record<JobKind, string | undefined>> = {
  evaluate: 'quality.uat',
  load: 'load.uat',
  compare: 'comparison.uat',
  stop: undefined,
};

const ENDPOINT = 'resale-price-uat';
const EXITS = [0, 1, 64, 75, 77, 124];

/** Lives through a history; throws when something came true that never may. Counts what came about. */
export async function liveOnEvidence(
  history: readonly EvidenceStep[],
  { gitlab, tally }: { readonly gitlab: GitLab; readonly tally: Map<string, number> },
): Promise<void> {
  const life = new EvidenceLife(gitlab, (what) => tally.set(what, (tally.get(what) ?? 0) + 1));
  try {
    for (const step of history) await life.go(step);
    await life.settleDown();
  } finally {
    life.end();
  }
}

/** A run of a job, as it is followed. */
interface Run {
  readonly kind: JobKind;
  readonly job: string;
  readonly pipeline: string;
  /** Whether AWS gave it trouble: then it may not reach what it would delete. */
  troubled: boolean;
  /** What it created. */
  readonly created: Set<string>;
  /** The configs that the endpoint of uat had, each time that the job asked a model about rows. */
  readonly served: Set<string | undefined>;
  /** Whether the version could still be promoted when its entry was written. */
  held?: boolean;
}

class EvidenceLife {
  readonly #emulator = new Emulator(virtualClock());
  readonly #gitlab: GitLab;
  readonly #count: (what: string) => void;
  readonly #folders: string[] = [];
  readonly #running: Run[] = [];
  readonly #version: string;
  readonly #config: string;
  readonly #content: string;
  #made = 0;
  #wrong: unknown;

  constructor(gitlab: GitLab, count: (what: string) => void) {
    [this.#gitlab, this.#count] = [gitlab, count];
    const emulator = this.#emulator;
    emulator.trust(gitlab.url);
    emulator.endpoints.pace.describes = 1;
    const champion = emulator.register({ status: 'Approved' });
    const [content, at] = [contentIn(emulator, champion), timeIn(emulator)];
    enter(emulator, champion, {
      'approved.main': verdictValue(content, { at }),
      'validated.main': validationValue(content, { at }),
    });
    this.#version = emulator.register({ status: 'Approved' });
    this.#content = contentIn(emulator, this.#version);
    this.#config = emulator.deployed({ endpoint: ENDPOINT, package: this.#version });
  }

  end(): void {
    for (const folder of this.#folders) rmSync(folder, { recursive: true, force: true });
  }

  async go(step: EvidenceStep): Promise<void> {
    if (isDeed(step.does)) this.#act(step.does);
    else await this.#run(step.does, 'trouble' in step ? step.trouble : undefined);
    if (this.#wrong) throw this.#wrong;
  }

  /** Whatever a job left that was killed, the job that stops the environment deletes. */
  async settleDown(): Promise<void> {
    this.#emulator.faults.clear();
    this.#emulator.endpoints.outcomes.length = 0;
    await this.#run('stop', undefined);
    must(this.#left().length === 0, `when all is over, there is still ${this.#left().join(' and ')}`);
    if (this.#wrong) throw this.#wrong;
  }

  #act(deed: Deed): void {
    const emulator = this.#emulator;
    const ModelPackageArn = this.#version;
    this.#made += 1;
    if (deed === 'an hour') this.#passHour();
    if (deed === 'answer worse') emulator.runtime.behaviours.set(this.#version, { spread: 0.5 });
    if (deed === 'reject') emulator.do('UpdateModelPackage', { ModelPackageArn, ModelApprovalStatus: 'Rejected' });
    if (deed === 'no capacity') emulator.endpoints.outcomes.push({ ends: 'failed', reason: NO_CAPACITY });
    if (deed === 'change the comparison') this.#changeComparison();
    if (deed === 'deploy by hand')
      emulator.deployed({ endpoint: ENDPOINT, package: this.#version, name: `by-hand-${this.#made}` });
    if (deed === 'swap the content') {
      const Containers = [
        {
          Image: `111122223333.dkr.ecr.ap-southeast-1.amazonaws.com/swapped:${this.#made}`,
          ModelDataUrl: 's3://swapped/model.tar.gz',
        },
      ];
      emulator.do('UpdateModelPackage', {
        ModelPackageArn,
        InferenceSpecification: { ...emulator.package(this.#version)?.content.InferenceSpecification, Containers },
      });
    }
  }

  /** A session that was there before has ended by then. */
  #passHour(): void {
    for (const run of this.#running) run.troubled = true;
    this.#emulator.clock.advance(3_600_000);
  }

  /** Somebody sets the endpoint of a comparison in motion, where there is one that rests. */
  #changeComparison(): void {
    const { endpoints } = this.#emulator;
    const resting = [...endpoints.all.values()].find(
      ({ name, status }) => name.startsWith('cmp-') && status === 'InService',
    );
    if (!resting) return;
    this.#emulator.do('UpdateEndpoint', { EndpointName: resting.name, EndpointConfigName: resting.config.name });
  }

  async #run(kind: JobKind, trouble: Trouble | undefined): Promise<void> {
    this.#made += 1;
    const number = this.#made;
    const about = { kind, job: String(number), pipeline: String(101 + (number % 2)) };
    const run: Run = {
      ...about,
      troubled: trouble !== undefined && trouble.kind !== 'meanwhile',
      created: new Set(),
      served: new Set(),
    };
    this.#running.push(run);
    const job = await this.#play(run, trouble);
    this.#running.splice(this.#running.indexOf(run), 1);
    this.#count(`${kind}: ${job?.exit ?? 'died'}`);
    if (job) this.#finished(run, job);
  }

  /** Nothing when the job died. Each job has a folder, and every other a pipeline, of its own. */
  async #play(run: Run, trouble: Trouble | undefined): Promise<FinishedJob | undefined> {
    const emulator = this.#emulator;
    const { job, pipeline } = run;
    const { caller, clock, died } = this.#fate(run, trouble);
    const running = callingFrom(caller, () =>
      startJob(JOBS[run.kind], {
        ...{ emulator, root: this.#folder(pipeline), clock, job },
        ...{ environment: 'uat', pipeline },
        inputs: INPUTS[run.kind],
        claims: { iss: this.#gitlab.url },
        env: { CI_JOB_TOKEN: this.#gitlab.jobToken, GIT_STRATEGY: 'empty' },
      }),
    );
    const ended = await Promise.race([running, died]);
    emulator.faults.clear();
    return ended;
  }

  /** How a job's calls fare, and what is done in the midst of them. */
  #fate(run: Run, trouble: Trouble | undefined) {
    return fateOf(blowIn(trouble), {
      emulator: this.#emulator,
      called: async (call) => {
        if (trouble?.kind === 'meanwhile' && call === trouble.call) await this.go(trouble.step);
        if (trouble?.kind === 'session ends' && call === trouble.call) this.#endSessions();
      },
      done: (made) => this.#hold(() => this.#called(run, made)),
      paused: answeredNearby,
    });
  }

  #endSessions(): void {
    for (const run of this.#running) run.troubled = true;
    const { sessions, clock } = this.#emulator;
    for (const [key, principal] of sessions)
      if (principal.expires) sessions.set(key, { ...principal, expires: clock.now() });
  }

  /** Files of the commit, and the record of the deployment that every job is about. */
  #folder(pipeline: string): string {
    const root = mkdtempSync(join(ROOM, 'evidence-'));
    this.#folders.push(root);
    for (const [path, text] of Object.entries(EVIDENCE_FILES)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    const about = { ...aboutVersion(this.#emulator, this.#version), content: this.#content };
    const record = { outcome: 'deployed', ...about, endpoint: ENDPOINT, config: this.#config, model: this.#config };
    leaveRecord(root, 'deploy-model', { ...record, environment: 'uat', pipeline });
    return root;
  }

  /** A call of a job took effect, or was refused. */
  #called(run: Run, { operation, input, answer }: Call): void {
    const asked: Readonly<Record<string, unknown>> = typeof input === 'object' && input !== null ? { ...input } : {};
    if (operation === 'InvokeEndpoint') run.served.add(this.#emulator.endpoint(ENDPOINT)?.config.name);
    if (answer !== 'ok' && !answer.endsWith('after the effect')) return;
    if (operation === 'UpdateModelPackage') this.#wrote(run, asked);
    else if (/^(Create|Update|Delete)/.test(operation)) {
      const name = String(asked.EndpointName ?? asked.EndpointConfigName ?? asked.ModelName);
      must(name.startsWith('cmp-'), `${run.kind} called ${operation} for ${name}`);
      must(run.kind === 'compare' || run.kind === 'stop', `${run.kind} called ${operation}`);
      if (operation.startsWith('Create')) run.created.add(name);
    }
  }

  /** A job writes its own entry and nothing else. */
  #wrote(run: Run, { CustomerMetadataProperties: entries = {}, ...more }: Readonly<Record<string, unknown>>): void {
    must(
      Object.keys(Object(entries)).join() === ENTRIES[run.kind],
      `${run.kind} wrote ${Object.keys(Object(entries)).join(' and ')}`,
    );
    must(Object.keys(more).join() === 'ModelPackageArn', `${run.kind} wrote ${Object.keys(more).join(' and ')}`);
    run.held = this.#holds();
  }

  #holds(): boolean {
    const found = this.#emulator.package(this.#version);
    return found?.approval === 'Approved' && contentIn(this.#emulator, this.#version) === this.#content;
  }

  #finished(run: Run, { exit, log }: FinishedJob): void {
    const { kind, troubled, served, held } = run;
    must(EXITS.includes(exit), `${kind} ended with ${exit}, which is none of ours:\n${log}`);
    must(!/\n\s+at .*[(:]/.test(log), `the log shows a stack:\n${log}`);
    must(!/Unexpected error|EmulatorMistake/.test(log), `the program did not understand what it met:\n${log}`);
    must(exit === 0 || /\nNext: .+$/.test(log), `the log does not end with what to do next:\n${log}`);
    if (log.includes('Void')) this.#count('void');
    if (log.includes('is not load-tested')) this.#count('another version served during a load');
    if (kind === 'stop' && log.includes('Deleted what comparisons left')) this.#count('found and deleted');
    if (!troubled && exit !== 75)
      must(this.#leftBy(run).length === 0, `${kind} left ${this.#left().join(' and ')}:\n${log}`);
    if (exit !== 0 || kind === 'stop') return;
    must(
      [...served].every((config) => config === this.#config),
      `${kind} is green, and ${[...served].join(', ')} served:\n${log}`,
    );
    must(
      held !== false,
      `${kind} is green, and the version was rejected or changed before its entry was written:\n${log}`,
    );
  }

  /** What a job should have deleted: whatever it created; and the job that stops the environment, all that was there. */
  #leftBy({ kind, created }: Run): string[] {
    return this.#left().filter((name) => kind === 'stop' || created.has(name));
  }

  #left(): string[] {
    const { endpoints, models } = this.#emulator;
    endpoints.advance();
    return [...endpoints.all.keys(), ...models.configs.keys(), ...models.models.keys()].filter((name) =>
      name.startsWith('cmp-'),
    );
  }

  /** A program would take what is thrown here for an error of its own. */
  #hold(look: () => void): void {
    try {
      look();
    } catch (error) {
      this.#wrong ??= error;
    }
  }
}

function isDeed(does: EvidenceStep['does']): does is Deed {
  return DEEDS.some((each) => each === does);
}

function must(holds: unknown, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}

/** What happens to the job itself, where it is not somebody who does something meanwhile. */
function blowIn(trouble: Trouble | undefined): Blow {
  return trouble?.kind === 'meanwhile' || trouble?.kind === 'session ends' ? undefined : trouble;
}
