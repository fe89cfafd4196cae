import type { FilePlace, Located, Mapping } from './located-yaml.ts';

/**
 * What an environment has: the common values, overridden by its own. Mappings are merged key by key, and null takes away what a
 * common mapping has; anything else is replaced.
 */
export function overridden(common: Mapping, own: Mapping): Mapping {
  const members = new Map(common.members);
  for (const [key, member] of own.members) {
    const before = members.get(key)?.value;
    const { value } = member;
    const both = before?.is === 'mapping' && value.is === 'mapping';
    members.set(key, both ? { ...member, value: mergedInto(before, value) } : member);
  }
  return { ...own, members };
}

function mergedInto(common: Mapping, own: Mapping): Mapping {
  const { members } = overridden(common, own);
  const left = [...members].filter(([key, { value }]) => !isNull(value) || !common.members.has(key));
  return { ...own, members: new Map(left) };
}

const isNull = (located: Located) => located.is === 'value' && located.value === null;

/** The values without their places. */
export function plainValues(located: Located): unknown {
  switch (located.is) {
    case 'mapping':
      return Object.fromEntries([...located.members].map(([key, { value }]) => [key, plainValues(value)]));
    case 'list':
      return located.items.map(plainValues);
    case 'value':
      return located.value;
    case 'blank':
      return '';
  }
}

/** The place of what a path leads to; of what is around it, where there is no such thing. */
export function placeOf(located: Located, path: readonly PropertyKey[]): FilePlace {
  let [place, here]: [FilePlace, Located | undefined] = [located.at, located];
  for (const key of path) {
    const member: { readonly at: FilePlace; readonly value: Located } | undefined =
      here?.is === 'mapping' ? here.members.get(String(key)) : undefined;
    const item: Located | undefined = here?.is === 'list' ? here.items[Number(key)] : undefined;
    here = member?.value ?? item;
    place = member?.at ?? item?.at ?? place;
  }
  return place;
}
