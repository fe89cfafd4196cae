import { describe, expect, it } from 'vitest';
import { isSameOwner, type Owner, ownerIn, ownerLine, ownerTags } from '../../src/endpoints/owner.ts';

const GROUP = 'arn:aws:sagemaker:ap-southeast-1:111122223333:model-package-group/ResalePriceModelGroup';
const owner: Owner = { project: '42', environment: 'dev', group: GROUP };
const tagged = (tags: ReturnType<typeof ownerTags>) => new Map(tags.map(({ Key = '', Value = '' }) => [Key, Value]));

describe('the owner of an endpoint', () => {
  it('is whom its tags name', () => {
    expect(ownerIn(tagged(ownerTags(owner)))).toEqual(owner);
  });

  it('is nobody where no tag of ours says so', () => {
    expect(ownerIn(new Map([['team', 'pricing']]))).toBeUndefined();
  });

  it.each(['project', 'environment', 'group'] as const)(
    'is nobody that we know where the tags name only the %s',
    (name) => {
      const only = tagged(ownerTags(owner).filter(({ Key }) => Key?.endsWith(`:${name}`)));
      expect(ownerIn(only)).toEqual({ project: '', environment: '', group: '', [name]: owner[name] });
      expect(isSameOwner(ownerIn(only) ?? owner, owner)).toBe(false);
    },
  );

  it('is the same only with the same project, environment and group, whatever the case of the group', () => {
    expect(isSameOwner(owner, { ...owner, group: GROUP.toLowerCase() })).toBe(true);
    for (const other of [{ project: '43' }, { environment: 'main' }, { group: `${GROUP}-2` }])
      expect(isSameOwner(owner, { ...owner, ...other })).toBe(false);
  });

  it('is told in a line, with what is not named', () => {
    expect(ownerLine(owner)).toBe(`project 42, environment dev, group ${GROUP}`);
    expect(ownerLine({ ...owner, environment: '' })).toBe(`project 42, environment (not named), group ${GROUP}`);
  });
});
