import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import type { Scene } from '../interruption/scenes.ts';
import { arnOf } from '../registry/package.ts';

/** The job of a scene, in a project whose policy has these channels: a person approved under it. */
export function under(notify: readonly object[], scene: Scene, more: object = {}): Scene {
  const policy = stringify({ ...more, notify });
  const hash = createHash('sha256').update(policy).digest('hex').slice(0, 12);
  return {
    ...scene,
    inputs: { ...scene.inputs, policy_file: 'policy.yml' },
    set(emulator) {
      let files = Object.entries(scene.set(emulator));
      for (const { metadata } of [1, 2, 3, 4].flatMap((version) => emulator.package(arnOf(version)) ?? []))
        for (const [key, value] of Object.entries(metadata).filter(([key]) => /^approved\.\w+$/.test(key))) {
          metadata[key] = `${value} policy=${hash}`;
          files = files.map(([path, text]) => [path, text.replaceAll(value, metadata[key] ?? '')]);
        }
      const found = { policy: { hash, since: { is: 'nothing' }, measured: {} } };
      for (const [index, [path, text]] of files.entries())
        if (path.includes('/check-model/')) files[index] = [path, JSON.stringify({ ...JSON.parse(text), ...found })];
      return { ...Object.fromEntries(files), 'policy.yml': policy };
    },
  };
}
