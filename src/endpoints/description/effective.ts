import type { FilePlace, Located, Mapping } from './located-yaml.ts';

/**
 * What an environment has: the common values, overridden by its own. Mappings are merged key by key, anything else is replaced,
 * and an explicit null takes a common value away.
 */
export function overridden(common: Mapping, own: Mapping): Mapping {
  const members = new Map(common.members);
  for (const [key, member] of own.members) {
    const before = members.get(key)?.value;
    const { value } = member;
    if (isNull(value) && before !== undefined) members.delete(key);
    else if (before?.is === 'mapping' && value.is === 'mapping')
      members.set(key, { ...member, value: overridden(before, value) });
    else members.set(key, member);
  }
  return { ...own, members };
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
      return null;
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
