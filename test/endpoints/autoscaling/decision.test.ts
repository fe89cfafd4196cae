import { describe, expect, it } from 'vitest';
import { decideBefore, stepsTo } from '../../../src/endpoints/autoscaling/decision.ts';
import { type AutoscalingNote, noteText, readNote } from '../../../src/endpoints/autoscaling/note.ts';
import { liveBy, NOT_SCALED, wantedBy } from './scene.ts';

const SECTION = {
  minimum: 2,
  maximum: 12,
  invocations_per_instance: 300,
  schedules: { night: { schedule: 'cron(0 20 * * ? *)', minimum: 1, maximum: 2 } },
};
const wanted = wantedBy(SECTION);
const live = liveBy(wanted);
const NAME = 'sagemaker-components';
const IN_PLACE: AutoscalingNote = { is: 'in place', section: wanted.hash };
const DUE = { is: 'due', section: wanted.hash, minimum: 2, maximum: 12 } as const;
const target = (minimum: number, maximum: number) => ({ minimum, maximum, suspended: [] });
const named = (steps: readonly object[]) =>
  steps.map((step) =>
    Object.values(step)
      .filter((each) => typeof each !== 'object')
      .join(' '),
  );

describe('what is missing between an endpoint and its file', () => {
  it('is everything where the endpoint is not scaled: the target first', () => {
    expect(named(stepsTo({ live: NOT_SCALED, wanted, note: undefined }))).toEqual([
      'register 2 12',
      `put policy ${NAME}`,
      `put schedule ${NAME}-night`,
    ]);
  });

  it('is nothing where all is as the file says, also where AWS leaves out what is as usual', () => {
    expect(stepsTo({ live, wanted, note: IN_PLACE })).toEqual([]);
    const policies = live.policies.map(({ TargetTrackingScalingPolicyConfiguration: tracking, ...policy }) => {
      const { DisableScaleIn: _, ...TargetTrackingScalingPolicyConfiguration } = tracking ?? { TargetValue: 0 };
      return { ...policy, TargetTrackingScalingPolicyConfiguration };
    });
    const schedules = live.schedules.map(({ Timezone: _, ...schedule }) => schedule);
    expect(stepsTo({ live: { ...live, policies, schedules }, wanted, note: IN_PLACE })).toEqual([]);
  });

  it.each([
    ['other bounds', { ...live, target: target(3, 9) }, ['register 2 12']],
    ['no policy', { ...live, policies: [] }, [`put policy ${NAME}`]],
    ['another target value', liveBy(wantedBy({ ...SECTION, invocations_per_instance: 299 })), [`put policy ${NAME}`]],
    ['another cool-down', liveBy(wantedBy({ ...SECTION, scale_in_cooldown: 60 })), [`put policy ${NAME}`]],
    [
      'a schedule at another time',
      { ...live, schedules: live.schedules.map((each) => ({ ...each, Timezone: 'Asia/Singapore' })) },
      [`put schedule ${NAME}-night`],
    ],
    [
      'a schedule that somebody ended',
      { ...live, schedules: live.schedules.map((each) => ({ ...each, EndTime: new Date(0) })) },
      [`put schedule ${NAME}-night`],
    ],
    [
      'a schedule that the file no longer has',
      {
        ...live,
        schedules: live.schedules.flatMap((each) => [each, { ...each, ScheduledActionName: `${NAME}-noon` }]),
      },
      [`delete schedule ${NAME}-noon`],
    ],
    [
      'a policy of somebody else',
      { ...live, policies: live.policies.flatMap((each) => [each, { ...each, PolicyName: 'by-hand' }]) },
      [],
    ],
  ])('with %s is only that', (_, seen, steps) => {
    expect(named(stepsTo({ live: seen, wanted, note: IN_PLACE }))).toEqual(steps);
  });

  it('leaves the bounds that a schedule has set', () => {
    expect(stepsTo({ live: { ...live, target: target(1, 2) }, wanted, note: IN_PLACE })).toEqual([]);
  });

  it('is the bounds that a note remembers, and not those to which a deployment raised them', () => {
    const note = { ...DUE, minimum: 1, maximum: 2 };
    expect(named(stepsTo({ live: { ...live, target: target(9, 12) }, wanted, note }))).toEqual(['register 1 2']);
  });

  it('is the bounds of the file where the note is about another section, or unreadable', () => {
    const raised = { ...live, target: target(9, 12) };
    const another = { ...DUE, section: '0'.repeat(16), minimum: 5 };
    for (const note of [another, { is: 'unreadable' } as const])
      expect(named(stepsTo({ live: raised, wanted, note }))).toEqual(['register 2 12']);
  });

  it('is nothing where no file says anything and nothing was ours', () => {
    expect(stepsTo({ live, wanted: undefined, note: undefined })).toEqual([]);
  });

  it('is that the target goes, where the file no longer has the section', () => {
    expect(named(stepsTo({ live, wanted: undefined, note: IN_PLACE }))).toEqual(['deregister']);
    expect(stepsTo({ live: NOT_SCALED, wanted: undefined, note: IN_PLACE })).toEqual([]);
  });

  it('is that only what was ours goes, where somebody else scales the endpoint, too', () => {
    const policies = live.policies.flatMap((each) => [each, { ...each, PolicyName: 'by-hand' }]);
    expect(named(stepsTo({ live: { ...live, policies }, wanted: undefined, note: IN_PLACE }))).toEqual([
      `delete policy ${NAME}`,
      `delete schedule ${NAME}-night`,
    ]);
  });
});

describe('before a change of the endpoint', () => {
  const before = { live, wanted, note: IN_PLACE, change: 'none', running: 9 } as const;

  it('nothing is done and nothing remembered where the change leaves a target alone that is as the file says', () => {
    expect(decideBefore(before)).toEqual({ do: 'change', note: undefined, steps: [] });
  });

  it('it is remembered what is missing, and given after it', () => {
    expect(decideBefore({ ...before, live: NOT_SCALED, note: undefined })).toEqual({
      do: 'change',
      note: DUE,
      steps: [],
    });
  });

  it('the minimum rises to what runs before the target goes for another instance type', () => {
    expect(decideBefore({ ...before, change: 'instance type' })).toEqual({
      do: 'change',
      note: DUE,
      steps: [{ do: 'register', minimum: 9, maximum: 12 }, { do: 'deregister' }],
    });
  });

  it('the maximum rises, too, where more run than it allows, and nothing rises where no more run than the minimum', () => {
    const steps = (running: number) => {
      const decided = decideBefore({ ...before, change: 'instance type', running });
      return decided.do === 'change' ? named(decided.steps) : decided;
    };
    expect(steps(14)).toEqual(['register 14 14', 'deregister']);
    expect(steps(2)).toEqual(['deregister']);
  });

  it('a note of an attempt before keeps its bounds, whether the target was raised or taken away meanwhile', () => {
    const note = { ...DUE, minimum: 1, maximum: 2 };
    for (const seen of [NOT_SCALED, { ...live, target: target(9, 12) }])
      expect(decideBefore({ ...before, live: seen, note, change: 'instance type' })).toMatchObject({ note });
  });

  it('a deletion takes what the file describes, and it is given to the endpoint after it', () => {
    expect(decideBefore({ ...before, change: 'deletion' })).toEqual({ do: 'change', note: DUE, steps: [] });
  });

  it('what the file described before goes with the target, also where the file no longer has the section', () => {
    expect(decideBefore({ ...before, wanted: undefined, change: 'instance type' })).toMatchObject({
      do: 'change',
      note: undefined,
      steps: [{ do: 'register' }, { do: 'deregister' }],
    });
  });

  it('nothing is taken where there is no target', () => {
    const decided = decideBefore({
      ...before,
      live: NOT_SCALED,
      wanted: undefined,
      note: undefined,
      change: 'deletion',
    });
    expect(decided).toEqual({ do: 'change', note: undefined, steps: [] });
  });

  const byHand = live.policies.map((each) => ({ ...each, PolicyName: 'by-hand' }));
  const own = live.schedules.map((each) => ({ ...each, ScheduledActionName: 'noon' }));
  it.each([
    [
      'a target that no file describes',
      { ...before, wanted: undefined, note: undefined, live: { ...NOT_SCALED, target: target(1, 4) } },
      [{ is: 'target', minimum: 1, maximum: 4 }],
    ],
    [
      'a target without policies, whose note nobody can read',
      {
        ...before,
        wanted: undefined,
        note: { is: 'unreadable' } as const,
        live: { ...NOT_SCALED, target: target(1, 4) },
      },
      [{ is: 'target', minimum: 1, maximum: 4 }],
    ],
    [
      'a policy of somebody else',
      { ...before, live: { ...live, policies: byHand } },
      [{ is: 'policy', name: 'by-hand' }],
    ],
    [
      'a scheduled action of somebody else',
      { ...before, live: { ...live, schedules: own } },
      [{ is: 'schedule', name: 'noon' }],
    ],
    [
      'a suspension',
      { ...before, live: { ...live, target: { ...target(2, 12), suspended: ['DynamicScalingInSuspended'] } } },
      [{ is: 'suspension', what: 'DynamicScalingInSuspended' }],
    ],
  ])('%s refuses what would end it, and nothing else', (_, seen, lost) => {
    for (const change of ['instance type', 'deletion'] as const)
      expect(decideBefore({ ...seen, change })).toEqual({ do: 'refuse', change, lost });
    expect(decideBefore(seen)).toMatchObject({ do: 'change', steps: [] });
  });
});

describe('the note on an endpoint', () => {
  it.each([[DUE], [IN_PLACE]])('is read as it was written: %j', (note) => {
    const text = noteText(note);
    expect(readNote(text)).toEqual(note);
    expect(text).toMatch(/^[\w :=-]{1,256}$/);
  });

  it.each([[undefined], ['']])('is none where the tag is %j', (text) => {
    expect(readNote(text)).toBeUndefined();
  });

  it.each([
    ['due'],
    [`due section=${wanted.hash}`],
    [`due section=${wanted.hash} minimum=x maximum=2`],
    ['in-place section='],
  ])('is unreadable where the tag is %j', (text) => {
    expect(readNote(text)).toEqual({ is: 'unreadable' });
  });
});

it('a note that nobody can read ends what is ours by its name, and no target by which nothing of ours scales', () => {
  const [note, wantedNow] = [{ is: 'unreadable' } as const, undefined];
  expect(stepsTo({ live, wanted: wantedNow, note })).toEqual([{ do: 'deregister' }]);
  expect(stepsTo({ live: { ...NOT_SCALED, target: target(1, 4) }, wanted: wantedNow, note })).toEqual([]);
});
