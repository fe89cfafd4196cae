import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Engine } from './engine.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Images as small as their namesakes in a registry, made of this machine's own files: no registry need be reached. */
export interface Bases {
  /** Like busybox:glibc: a shell and the usual commands, and glibc. */
  readonly runtime: string;
  /** Like node:bookworm, but for npm: what npm would install is lent by the build. */
  readonly build: string;
  /** What gitlab-ci-local copies files with. */
  readonly helper: string;
}

export function makeBases(engine: Engine): Bases {
  const runtime = image(engine, 'runtime', (root) => {
    shell(root);
    for (const library of glibc()) install(library, join(root, library));
  });
  const build = image(engine, 'build', (root) => {
    shell(root);
    install(process.execPath, join(root, 'usr/local/bin/node'));
    for (const library of [...glibc(), ...librariesOf(process.execPath)]) install(library, join(root, library));
  });
  const helper = image(engine, 'helper', (root) => {
    shell(root);
    for (const program of ['bash', 'tar']) {
      const path = execFileSync('which', [program], { encoding: 'utf8' }).trim();
      install(path, join(root, 'usr/bin', program));
      for (const library of librariesOf(path)) install(library, join(root, library));
    }
    install(join(here, '../../compiler/bin/rsync'), join(root, 'usr/bin/rsync'));
  });
  return { runtime, build, helper };
}

function image(engine: Engine, name: string, fill: (root: string) => void): string {
  const tag = `localhost/test/${name}:1`;
  const context = join(engine.folder, name);
  mkdirSync(join(context, 'root'), { recursive: true });
  fill(join(context, 'root'));
  writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\nCOPY root/ /\nCMD ["sh"]\n');
  engine.buildah('bud', '--isolation=chroot', `--tag=${tag}`, context);
  return tag;
}

function shell(root: string): void {
  const busybox = join(root, 'bin/busybox');
  install('/bin/busybox', busybox);
  for (const applet of execFileSync(busybox, ['--list'], { encoding: 'utf8' }).trim().split('\n')) {
    if (applet !== 'busybox') symlinkSync('busybox', join(root, 'bin', applet));
  }
  mkdirSync(join(root, 'usr/bin'), { recursive: true });
  symlinkSync('/bin/env', join(root, 'usr/bin/env'));
  mkdirSync(join(root, 'etc'));
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\n');
  for (const folder of ['tmp', 'root', 'proc', 'sys', 'dev']) mkdirSync(join(root, folder));
  chmodSync(join(root, 'tmp'), 0o1777);
}

/** Of what node is linked against, the part that every glibc image has. */
function glibc(): string[] {
  return librariesOf(process.execPath).filter((path) => !/stdc\+\+|gcc_s/.test(path));
}

function librariesOf(program: string): string[] {
  const lines = execFileSync('/usr/bin/ldd', [program], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => /(\/\S+) \(0x/.exec(line)?.[1] ?? []);
}

function install(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
  chmodSync(to, 0o755);
}
