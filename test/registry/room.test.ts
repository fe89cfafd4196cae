import { expect, it } from 'vitest';
import { lackOfRoom } from '../../src/registry/room.ts';

const team = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`team-${n + 1}`, 'x']));

const OURS = [
  'approved',
  'approved.comment',
  'approved.before',
  'validated',
  'validated.asked',
  'withdrawn',
  'withdrawn.comment',
];
const entries = (environment: string, ours = OURS) =>
  Object.fromEntries(ours.map((each) => [each.replace(/^\w+/, `$&.${environment}`), 'x']));

it.each([
  ['nothing', {}, undefined],
  ['43 entries of the team', team(43), undefined],
  [
    '44 entries of the team',
    team(44),
    'it has 44 metadata entries, and SageMaker allows 50: approved.dev, approved.dev.comment',
  ],
  ['six of ours among 49', { ...team(43), ...entries('dev', OURS.slice(0, 6)) }, undefined],
  ['six of ours among 50', { ...team(44), ...entries('dev', OURS.slice(0, 6)) }, '50: withdrawn.dev.comment would'],
  ['another environment’s among 50', { ...team(43), ...entries('uat') }, 'validated.dev'],
])('a version with %s has room for every entry of dev, or says why not', (_, metadata, why) => {
  if (why === undefined) expect(lackOfRoom(metadata, 'dev')).toBeUndefined();
  else expect(lackOfRoom(metadata, 'dev')).toContain(why);
});
