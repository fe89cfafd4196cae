import type { Component } from '../../src/program/component.ts';

/** What a program was seen to do with its inputs. */
export class Reading {
  /** The inputs that it read by their names. */
  readonly read = new Set<string>();
  /** Whether it took all of them at once, as `{ ...given }` does: then nobody can see which of them it reads. */
  copied = false;

  /** The same inputs, which are seen when they are read. */
  watch<Inputs extends object>(inputs: Inputs): Inputs {
    return new Proxy(inputs, {
      get: (target, name) => {
        this.read.add(String(name));
        return Reflect.get(target, name);
      },
      ownKeys: (target) => {
        this.copied = true;
        return Reflect.ownKeys(target);
      },
    });
  }
}

/** A program that does the same, and is watched in what it does itself: not in what its schema makes of the inputs. */
export function watched(program: Component, reading: Reading): Component {
  const { channels } = program;
  return {
    ...program,
    ...(channels && { channels: (inputs, reader) => channels(reading.watch(inputs), reader) }),
    checkFiles: async (inputs, viewpoint) => program.checkFiles?.(reading.watch(inputs), viewpoint),
    run: (inputs, context) => program.run(reading.watch(inputs), context),
  };
}
