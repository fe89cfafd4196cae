import { type ApiAnswer, done, mistakeIn, notFound, type Params, type Route } from './api.ts';

/** How jobs of one resource group take turns: https://docs.gitlab.com/ci/resource_groups/#process-modes */
export const PROCESS_MODES = ['unordered', 'oldest_first', 'newest_first', 'newest_ready_first'];

/** The resource groups of a project, which its pipelines make: https://docs.gitlab.com/api/resource_groups/ */
export class ResourceGroups {
  readonly all: { readonly id: number; readonly key: string; process_mode: string }[] = [];

  readonly routes: readonly Route[] = [
    { method: 'GET', below: /^\/resource_groups$/, level: 30, answer: () => this.all },
    {
      method: 'PUT',
      below: /^\/resource_groups\/([^/]+)$/,
      level: 30,
      answer: ([key], params) => this.#update(key, params),
    },
  ];

  /** Adds one, as a pipeline makes it. */
  add(key: string, process_mode = 'unordered'): void {
    this.all.push({ id: this.all.length + 1, key, process_mode });
  }

  #update(key: string | undefined, params: Params): ApiAnswer {
    const mistake = mistakeIn(params, { process_mode: PROCESS_MODES });
    if (mistake) return mistake;
    const found = this.all.find((each) => each.key === key);
    if (!found) return notFound('Resource group');
    if (params.process_mode !== undefined) found.process_mode = String(params.process_mode);
    return done(found);
  }
}
