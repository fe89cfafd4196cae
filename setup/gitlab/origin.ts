import { execFileSync } from 'node:child_process';

/** `https://host:port/path`, `ssh://git@host/path` and `git@host:path`. */
const REMOTE = /^(?:(https?):\/\/(?:[^@/]*@)?|(?:ssh:\/\/)?git@)([\w.-]+)(:\d+(?=\/))?[:/]/i;

/** The GitLab of which the clone around a folder is, by its remote `origin`; `undefined` where there is none. */
export function gitlabOfOrigin(folder: string): string | undefined {
  try {
    const args = ['-C', folder, 'remote', 'get-url', 'origin'];
    return gitlabOfRemote(execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim());
  } catch {
    return undefined;
  }
}

/** The port of SSH says nothing of that of the API: by SSH, it is the usual one. */
function gitlabOfRemote(remote: string): string | undefined {
  const [matched, scheme, host = '', port = ''] = REMOTE.exec(remote) ?? [];
  if (matched === undefined) return undefined;
  return new URL(scheme === undefined ? `https://${host}` : `${scheme}://${host}${port}`).origin;
}
