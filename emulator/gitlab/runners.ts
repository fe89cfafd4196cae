import type { Route } from './api.ts';

interface Runner {
  readonly id: number;
  readonly tags: readonly string[];
  readonly status: 'online' | 'offline' | 'stale' | 'never_contacted';
  readonly paused: boolean;
}

/** The runners that a project may use, those of its groups and of the instance too: https://docs.gitlab.com/api/runners/ */
export class Runners {
  readonly all: Runner[] = [];

  readonly routes: readonly Route[] = [
    {
      method: 'GET',
      below: /^\/runners$/,
      level: 40,
      answer: (_, { tag_list: tags, status }) =>
        this.all
          .filter((each) => (status ?? each.status) === each.status)
          .filter(
            (each) =>
              tags === undefined ||
              String(tags)
                .split(',')
                .every((tag) => each.tags.includes(tag)),
          )
          .map(({ tags: _, ...shown }) => shown),
    },
  ];

  /** Adds one that is online. */
  add(tags: readonly string[], more: Partial<Runner> = {}): void {
    this.all.push({ id: this.all.length + 1, tags, status: 'online', paused: false, ...more });
  }
}
