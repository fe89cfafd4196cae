import { type ApiAnswer, type ApiRequest, notFound, paged, type Route, refused } from './api.ts';
import { Environments } from './environments.ts';
import { People } from './people.ts';
import { ProtectedEnvironments } from './protected-environments.ts';
import { Refs } from './refs.ts';
import { ResourceGroups } from './resource-groups.ts';
import { Runners } from './runners.ts';
import { Settings } from './settings.ts';
import { Variables } from './variables.ts';

/**
 * The settings of one project, as GitLab lets somebody with an access token read and change them. It checks what GitLab checks,
 * in this order: the token, its scopes, the project, the role, the parameters.
 */
export class Administration {
  readonly people = new People();
  readonly settings = new Settings(() => this.path);
  readonly refs = new Refs();
  readonly environments = new Environments();
  readonly protectedEnvironments = new ProtectedEnvironments(this.settings);
  readonly variables = new Variables();
  readonly resourceGroups = new ResourceGroups();
  readonly runners = new Runners();
  /** Path -> the variables of a group whose Owner has the token; other groups are not seen. */
  readonly groupVariables = new Map<string, Variables>();
  /** Whether the project is one of the CI/CD Catalog. */
  isCatalogResource = false;
  /** File -> its text, on every branch. */
  readonly files = new Map<string, string>();
  /** Where the project lies: that of the example, unless somebody moves it. */
  path = 'wog/mlops/resale-price';
  /** Where it lay before somebody moved it. */
  movedFrom: string | undefined;
  readonly #id: string;

  constructor(id: string) {
    this.#id = id;
  }

  answer(request: ApiRequest): ApiAnswer {
    if (request.path === '/api/graphql') return this.#graphql(request);
    const known = this.people.known(request.token, request.method);
    if ('status' in known) return known;
    const [, owner] = /^\/groups\/([^/]+)\/variables$/.exec(request.path) ?? [];
    if (owner !== undefined) return this.#groupVariables(decodeURIComponent(owner), request);
    const ofGroup = this.settings.group(request);
    if (ofGroup !== undefined) return 'status' in ofGroup ? ofGroup : paged(ofGroup, request);
    const [, project = '', below = ''] = /^\/projects\/([^/]+)(\/.*)?$/.exec(request.path) ?? [];
    if (decodeURIComponent(project) === this.movedFrom) return this.#moved(below);
    // Upper and lower case are the same to GitLab, which answers with its own.
    const isAsked = [this.#id, this.path.toLowerCase()].includes(decodeURIComponent(project).toLowerCase());
    if (!isAsked || known.level === 0) return notFound('Project');
    if (request.method === 'GET' && below === '') return { status: 200, body: this.#project(known.level) };
    return this.#file(below) ?? this.#below(request, below, known.level);
  }

  /** What the field isCatalogResource of a project says: https://docs.gitlab.com/api/graphql/reference/#project */
  #graphql({ token, params }: ApiRequest): ApiAnswer {
    // A query is a POST, and reads.
    const known = this.people.known(token, 'GET');
    if ('status' in known) return { status: known.status, body: { errors: [{ message: 'Invalid token' }] } };
    const [query, path] = [String(params.query), Object(params.variables).path];
    if (!/\{ project\(fullPath: \$path\) \{ isCatalogResource \} \}/.test(query))
      return { status: 200, body: { errors: [{ message: 'Parse error' }] } };
    const isSeen = path === this.path && known.level > 0;
    return { status: 200, body: { data: { project: isSeen ? { isCatalogResource: this.isCatalogResource } : null } } };
  }

  #project(level: number): object {
    return {
      id: Number(this.#id),
      path_with_namespace: this.path,
      ...this.settings.shown(),
      permissions: { project_access: { access_level: level }, group_access: null },
    };
  }

  #file(below: string): ApiAnswer | undefined {
    const [, path] = /^\/repository\/files\/([^/]+)$/.exec(below) ?? [];
    if (path === undefined) return undefined;
    const text = this.files.get(decodeURIComponent(path));
    if (text === undefined) return refused(404, '404 File Not Found');
    return { status: 200, body: { encoding: 'base64', content: Buffer.from(text).toString('base64') } };
  }

  /** https://docs.gitlab.com/api/group_level_variables/ */
  #groupVariables(group: string, request: ApiRequest): ApiAnswer {
    const variables = this.groupVariables.get(group);
    return variables ? paged(variables.all, request) : notFound('Group');
  }

  #moved(below: string): ApiAnswer {
    const to = `http://gitlab.example.com/api/v4/projects/${this.#id}${below}`;
    return {
      status: 301,
      body: `This resource has been moved permanently to ${to}`,
      headers: { location: to, 'content-type': 'text/plain' },
    };
  }

  #routes(): Route[] {
    return [
      this.settings,
      this.refs,
      this.environments,
      this.protectedEnvironments,
      this.variables,
      this.resourceGroups,
      this.runners,
    ].flatMap(({ routes }) => routes);
  }

  #below(request: ApiRequest, below: string, level: number): ApiAnswer {
    for (const route of this.#routes()) {
      const found = route.method === request.method ? route.below.exec(below) : null;
      if (!found) continue;
      if (level < route.level) return refused(403, '403 Forbidden');
      const answer = route.answer(found.slice(1).map(decodeURIComponent), request.params, level);
      return 'status' in answer ? answer : paged(answer, request);
    }
    return { status: 404, body: { error: '404 Not Found' } };
  }
}
