import fc from 'fast-check';
import { FIRST_OTHER_KIND, FIRST_STRATEGY, SERVINGS } from './project.ts';

/** What may happen in a project's life, as data: so that a history can be shrunk, printed and replayed. Numbers choose among what there is. */
export type Step = Meanwhile | { readonly does: 'elapse'; readonly minutes: number };

/** What may also happen in the middle of a job. */
type Meanwhile =
  | Journey
  | { readonly does: 'run'; readonly pipeline: number; readonly job: number; readonly mishap?: Mishap | undefined }
  | { readonly does: 'reject'; readonly pipeline: number }
  | { readonly does: 'stop the environment'; readonly pipeline: number }
  | { readonly does: 'roll back'; readonly pipeline: number; readonly mishap?: Mishap | undefined }
  | { readonly does: 'judge in Studio'; readonly version: number; readonly verdict: (typeof VERDICTS)[number] }
  | { readonly does: 'swap the content'; readonly version: number }
  | {
      readonly does: 'deploy by hand';
      readonly environment: number;
      readonly version: number;
      readonly settles: boolean;
      /** Whether its config has what none of ours can have. */
      readonly special: boolean;
    }
  | {
      readonly does: 'delete the live config';
      readonly environment: number;
      readonly anew: boolean;
      readonly version: number;
    }
  | { readonly does: 'break the endpoint'; readonly environment: number }
  | { readonly does: 'spoil the next deployment'; readonly ends: (typeof ENDS)[number] }
  | { readonly does: 'spoil the model'; readonly version: number }
  | { readonly does: 'send requests'; readonly environment: number; readonly perMinute: number };

/** A push, and the jobs of its pipeline one after the other, as far as they are green. */
export interface Journey {
  readonly does: 'journey';
  readonly branch: number;
  /** Whether somebody pushes there although the environment before has validated nothing. */
  readonly blind: boolean;
  readonly jobs: number;
  /** Whether the training is good enough to be registered. */
  readonly good: boolean;
  /** Whether the training registers its version with approvals and validations that never were. */
  readonly forged: boolean;
  /** Whether what it trains answers with errors. */
  readonly bad: boolean;
  /** How the project wants its versions to be served by now. */
  readonly serving: number;
  /** Whether it is another project's, with the same group and the same names of endpoints. */
  readonly other: boolean;
  readonly mishap?: (Mishap & { readonly job: number }) | undefined;
}

/** What befalls a job at one of its calls. */
export type Mishap =
  | { readonly kind: 'dies'; readonly call: number; readonly answered: boolean }
  | { readonly kind: 'throttled' | 'connection lost' | 'effect unknown' | 'server error'; readonly call: number }
  | { readonly kind: 'no AWS'; readonly call: number }
  | { readonly kind: 'meanwhile'; readonly call: number; readonly step: Meanwhile }
  | { readonly kind: 'in a wait'; readonly wait: number; readonly step: Meanwhile };

const VERDICTS = ['Approved', 'Rejected', 'PendingManualApproval'] as const;
const ENDS = ['failed', 'rolled back', 'rollback failed', 'never'] as const;

const some = fc.nat({ max: 5 });
/** Most jobs make few calls; one that a job does not make befalls nothing. */
const call = fc.oneof(fc.integer({ min: 2, max: 6 }), fc.integer({ min: 1, max: 14 }));
const environment = fc.nat({ max: 2 });

const passing: fc.Arbitrary<Mishap> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('dies' as const), call, answered: fc.boolean() }) },
  fc.record({
    kind: fc.constantFrom(
      'throttled' as const,
      'connection lost' as const,
      'effect unknown' as const,
      'server error' as const,
    ),
    call,
  }),
  fc.record({ kind: fc.constant('no AWS' as const), call }),
);

const reject: fc.Arbitrary<Meanwhile> = fc.record({ does: fc.constant('reject' as const), pipeline: some });

const stop: fc.Arbitrary<Meanwhile> = fc.record({
  does: fc.constant('stop the environment' as const),
  pipeline: some,
});

const rollBackWith = (mishap: fc.Arbitrary<Mishap>): fc.Arbitrary<Meanwhile> =>
  fc.record({
    does: fc.constant('roll back' as const),
    pipeline: some,
    mishap: fc.option(mishap, { nil: undefined, freq: 3 }),
  });

const others: fc.Arbitrary<Meanwhile>[] = [
  reject,
  stop,
  rollBackWith(passing),
  fc.record({ does: fc.constant('judge in Studio' as const), version: some, verdict: fc.constantFrom(...VERDICTS) }),
  fc.record({ does: fc.constant('swap the content' as const), version: some }),
  fc.record({
    does: fc.constant('deploy by hand' as const),
    environment,
    version: some,
    settles: fc.boolean(),
    special: fc.boolean(),
  }),
  fc.record({
    does: fc.constant('delete the live config' as const),
    environment,
    anew: fc.boolean(),
    version: some,
  }),
  fc.record({ does: fc.constant('break the endpoint' as const), environment }),
  fc.record({ does: fc.constant('spoil the next deployment' as const), ends: fc.constantFrom(...ENDS) }),
  fc.record({ does: fc.constant('spoil the model' as const), version: some }),
];

/** A person sends requests, or stops. */
const sendTo = (environment: fc.Arbitrary<number>): fc.Arbitrary<Meanwhile> =>
  fc.record({ does: fc.constant('send requests' as const), environment, perMinute: fc.constantFrom(0, 20) });

const journeyWith = (mishap: fc.Arbitrary<Mishap>): fc.Arbitrary<Journey> =>
  fc.record({
    does: fc.constant('journey' as const),
    branch: fc.oneof(
      { weight: 2, arbitrary: fc.constant(0) },
      { weight: 2, arbitrary: fc.constant(1) },
      { weight: 3, arbitrary: fc.constant(2) },
    ),
    blind: fc.nat({ max: 9 }).map((one) => one === 9),
    jobs: fc.oneof(fc.constant(5), fc.integer({ min: 1, max: 5 })),
    good: fc.nat({ max: 7 }).map((one) => one < 7),
    forged: fc.nat({ max: 15 }).map((one) => one === 15),
    bad: fc.nat({ max: 19 }).map((one) => one === 19),
    serving: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.nat({ max: FIRST_OTHER_KIND - 1 })),
    other: fc.nat({ max: 11 }).map((one) => one === 11),
    mishap: fc.option(
      fc.tuple(mishap, fc.nat({ max: 4 })).map(([what, job]) => ({ ...what, job })),
      { nil: undefined, freq: 3 },
    ),
  });

const runWith = (mishap: fc.Arbitrary<Mishap>): fc.Arbitrary<Meanwhile> =>
  fc.record({
    does: fc.constant('run' as const),
    pipeline: some,
    job: fc.nat({ max: 4 }),
    mishap: fc.option(mishap, { nil: undefined, freq: 3 }),
  });

const meanwhile = fc.oneof(
  { weight: 3, arbitrary: runWith(passing) },
  { weight: 1, arbitrary: journeyWith(passing) },
  ...others,
);

const mishap = fc.oneof(
  { weight: 2, arbitrary: passing },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('meanwhile' as const), call, step: meanwhile }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('in a wait' as const),
      wait: fc.integer({ min: 1, max: 4 }),
      step: meanwhile,
    }),
  },
);

const dev = fc.constant(0);

/** One release after the other on one endpoint, by strategies, with people who use it. */
const releases: fc.Arbitrary<Step[]> = fc
  .array(
    fc.oneof(
      {
        weight: 8,
        arbitrary: fc
          .tuple(
            journeyWith(mishap),
            fc.integer({ min: FIRST_STRATEGY, max: FIRST_OTHER_KIND - 1 }),
            fc.nat({ max: 2 }),
          )
          .map(([journey, serving, one]) => ({
            ...journey,
            ...{ branch: 0, jobs: 5, good: true, forged: false, other: false },
            ...{ serving, bad: one === 2 },
          })),
      },
      { weight: 2, arbitrary: sendTo(dev) },
      { weight: 2, arbitrary: runWith(mishap) },
      ...others,
    ),
    { minLength: 2, maxLength: 5, size: 'max' },
  )
  .chain((steps) => sendTo(dev).map((first) => [first, ...steps]));

/** Releases of a serverless or asynchronous endpoint, which people delete and take back: also to another kind. */
const otherKinds: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc
        .tuple(journeyWith(mishap), fc.integer({ min: FIRST_OTHER_KIND, max: SERVINGS.length - 1 }))
        .map(([journey, serving]) => ({
          ...journey,
          ...{ branch: 0, jobs: 5, good: true, forged: false, bad: false, other: false },
          serving,
        })),
    },
    { weight: 1, arbitrary: journeyWith(mishap) },
    { weight: 3, arbitrary: rollBackWith(mishap) },
    { weight: 3, arbitrary: stop },
    ...others,
  ),
  { minLength: 3, maxLength: 7, size: 'max' },
);

/** A project's life. A model goes to main only after three journeys: they are made often enough for that to happen. */
const life: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 9, arbitrary: journeyWith(mishap) },
    { weight: 6, arbitrary: runWith(mishap) },
    { weight: 2, arbitrary: reject },
    { weight: 2, arbitrary: rollBackWith(mishap) },
    { weight: 2, arbitrary: stop },
    fc.record({ does: fc.constant('elapse' as const), minutes: fc.constantFrom(1, 10, 180) }),
    ...others,
  ),
  { minLength: 2, maxLength: 7, size: 'max' },
);

export const history: fc.Arbitrary<Step[]> = fc.oneof(
  { weight: 12, arbitrary: life },
  { weight: 2, arbitrary: releases },
  { weight: 1, arbitrary: otherKinds },
);
