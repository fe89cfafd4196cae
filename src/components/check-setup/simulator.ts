import type { Permission } from '../../program/component.ts';
import type { ProbeAnswer, ProbeHands } from './ask.ts';
import type { SetupFinding } from './finding.ts';
import { simulatedRequest } from './simulated.ts';

/** Asks IAM what the role's own policies say of what no harmless request shows, where the role may ask that. */
export class PolicySimulator {
  readonly #hands: ProbeHands;
  readonly #role: string;
  /** Why it is not asked any more. */
  #closed: string | undefined;
  #asked = 0;

  constructor(hands: ProbeHands, role: string) {
    this.#hands = hands;
    this.#role = role;
    if (role === 'none') this.#closed = 'role_arn is none, and IAM simulates a role';
  }

  /** What it says; `unknown` as it was told before, where it cannot say more. */
  async betterThan(before: ProbeAnswer & { is: 'unknown' }, permission: Permission): Promise<ProbeAnswer> {
    const { aws, names } = this.#hands;
    const request = simulatedRequest(permission, names);
    if (this.#closed !== undefined || request === undefined) return before;
    const { action } = permission;
    this.#asked += 1;
    const said = await aws.simulate({ role: this.#role, action, ...request });
    switch (said.is) {
      case 'allowed':
        return { is: 'allowed', by: "IAM's simulator of policies" };
      case 'denied':
        return {
          is: 'denied',
          ...{ action, resource: request.resource, by: undefined },
          ...{ words: `IAM's simulator denies it on ${request.resource}`, next: undefined },
        };
      case 'not known':
        return { is: 'unknown', why: said.why };
      case 'not permitted':
        this.#closed = `the role may not ask it (iam:SimulatePrincipalPolicy on ${this.#role}): it would show more`;
        return before;
    }
  }

  /** Whether it was asked; nothing where nobody had to ask it. */
  get findings(): SetupFinding[] {
    const name = "IAM's simulator of policies";
    if (this.#closed !== undefined) return [{ name, is: 'not given', why: this.#closed }];
    return this.#asked === 0 ? [] : [{ name, is: 'right', why: `it was asked about ${this.#asked} permissions` }];
  }
}
