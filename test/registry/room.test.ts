import { expect, it } from 'vitest';
import { lackOfRoom } from '../../src/registry/room.ts';

const team = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`team-${n + 1}`, 'x']));

it.each([
  ['nothing', {}, undefined],
  ['47 entries of the team', team(47), undefined],
  [
    '48 entries of the team',
    team(48),
    'it has 48 metadata entries, and SageMaker allows 50: approved.dev, validated.dev',
  ],
  ['two of ours among 49', { ...team(47), 'approved.dev': 'x', 'validated.dev': 'x' }, undefined],
  [
    'two of ours among 50',
    { ...team(48), 'approved.dev': 'x', 'validated.dev': 'x' },
    'allows 50: withdrawn.dev would',
  ],
  ['another environment’s among 49', { ...team(47), 'approved.uat': 'x', 'validated.uat': 'x' }, 'validated.dev'],
])('a version with %s has room for the three entries of dev, or says why not', (_, metadata, why) => {
  if (why === undefined) expect(lackOfRoom(metadata, 'dev')).toBeUndefined();
  else expect(lackOfRoom(metadata, 'dev')).toContain(why);
});
