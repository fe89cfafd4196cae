import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** buildah and podman with a store of their own, set up for a machine that is itself a container. */
export interface Engine {
  readonly folder: string;
  /** What podman reads from the environment. */
  readonly env: Readonly<Record<string, string>>;
  buildah(...args: readonly string[]): string;
  podman(...args: readonly string[]): string;
  close(): void;
}

export function startEngine(): Engine {
  requirePrograms();
  const folder = mkdtempSync(join(tmpdir(), 'image-'));
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  mkdirSync(join(folder, 'store'));
  const env = {
    CONTAINERS_CONF: file('containers.conf', CONTAINERS),
    CONTAINERS_STORAGE_CONF: file(
      'storage.conf',
      `[storage]\ndriver = "overlay"\ngraphroot = "${folder}/store/images"\nrunroot = "${folder}/store/run"\n`,
    ),
    // No registry is asked for anything.
    CONTAINERS_REGISTRIES_CONF: file('registries.conf', 'unqualified-search-registries = []\n'),
  };
  const run =
    (program: string) =>
    (...args: readonly string[]) =>
      execFileSync(program, args, {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
        maxBuffer: 2 ** 28,
        env: { PATH: process.env.PATH, HOME: folder, TMPDIR: tmpdir(), ...env },
      });
  const podman = run('podman');
  return {
    folder,
    env,
    buildah: run('buildah'),
    podman,
    close() {
      podman('rm', '--all', '--force', '--volumes');
      podman('rmi', '--all', '--force');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function requirePrograms(): void {
  const missing = ['buildah', 'podman', 'runc', 'busybox'].filter((each) => spawnSync('which', [each]).status !== 0);
  if (missing.length > 0) {
    throw new Error(
      `${missing.join(', ')}: not installed. Run: apt-get install --no-install-recommends buildah podman runc busybox-static`,
    );
  }
}

// crun and the usual limits want capabilities that a container does not have.
const CONTAINERS = `[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
netns = "host"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
`;
