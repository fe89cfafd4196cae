/** What an act throws; `undefined` where it throws nothing. Vitest's toThrow is content with an error that is undefined. */
export function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}
