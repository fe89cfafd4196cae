import { AwsError } from './world.ts';

type Kind =
  | 'throttle'
  | 'server error'
  | 'expired token'
  | 'access denied'
  /** The error that `error` says. */
  | 'error'
  /** The connection breaks before the request has an effect. */
  | 'reset before'
  /** The effect happens, then the connection breaks: the client cannot know. */
  | 'reset after'
  /** The effect happens, the answer never comes and the connection stays. */
  | 'hang after'
  /** Something between the client and AWS answers in AWS's place, with a page for people and `status` (403). */
  | 'proxy page'
  /** The answer takes `milliseconds` of the emulator's time (5000), and `delay` of the machine's (0). */
  | 'slow';

interface ErrorShape {
  readonly code: string;
  readonly message: string;
  readonly status?: number;
}

export interface Fault {
  /** `*` is any. */
  readonly operation: string;
  readonly kind: Kind;
  /** Which of the operation's calls from now on is the first to meet it: 1 is the next. */
  readonly nth?: number;
  /** How many calls in a row meet it: 1. */
  readonly times?: number;
  readonly error?: ErrorShape | ((input: Readonly<Record<string, unknown>>) => ErrorShape);
  readonly milliseconds?: number;
  readonly delay?: number;
  readonly status?: number;
}

/** What somebody else does, given what the call that it comes before asks for. */
export type Action = (input: Readonly<Record<string, unknown>>) => void | Promise<void>;

/** What one call meets: what somebody does just before it, and what goes wrong with it. */
export interface Due {
  readonly fault: Fault | undefined;
  readonly actions: readonly Action[];
}

interface Planned {
  readonly operation: string;
  readonly fault?: Fault;
  readonly meanwhile?: Action;
  wait: number;
  left: number;
}

const usual: Partial<Record<Kind, ErrorShape>> = {
  throttle: { code: 'ThrottlingException', message: 'Rate exceeded', status: 400 },
  'server error': {
    code: 'InternalFailure',
    message: 'We encountered an internal error. Please try again.',
    status: 500,
  },
  'expired token': {
    code: 'ExpiredTokenException',
    message: 'The security token included in the request is expired',
    status: 400,
  },
};

/** What is to go wrong, and when. */
export class Faults {
  readonly #planned: Planned[] = [];

  plan(fault: Fault): void {
    this.#planned.push({ operation: fault.operation, fault, wait: (fault.nth ?? 1) - 1, left: fault.times ?? 1 });
  }

  /** Somebody else acts just before the nth call of an operation takes effect. */
  meanwhile(operation: string, action: Action, nth = 1): void {
    this.#planned.push({ operation, meanwhile: action, wait: nth - 1, left: 1 });
  }

  clear(): void {
    this.#planned.length = 0;
  }

  /** What this call meets. Every plan counts the call; the first that is due wins. */
  take(operation: string): Due {
    const due = this.#planned.filter((plan) => plan.operation === operation || plan.operation === '*').filter(isDue);
    const plans = due.filter((plan) => plan.meanwhile || plan === due.find(({ fault }) => fault));
    for (const plan of plans) plan.left -= 1;
    return {
      fault: plans.find(({ fault }) => fault)?.fault,
      actions: plans.flatMap(({ meanwhile }) => meanwhile ?? []),
    };
  }
}

function isDue(plan: Planned): boolean {
  if (plan.wait > 0) {
    plan.wait -= 1;
    return false;
  }
  return plan.left > 0;
}

/** The error that a fault answers with, if it answers with one. */
export function errorOf(fault: Fault | undefined, input: Readonly<Record<string, unknown>>): AwsError | undefined {
  if (!fault) return undefined;
  const said = typeof fault.error === 'function' ? fault.error(input) : fault.error;
  const shape = said ?? usual[fault.kind];
  return shape && new AwsError(shape.code, shape.message, shape.status ?? 400);
}
