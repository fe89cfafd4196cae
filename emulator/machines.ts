import { createHash } from 'node:crypto';

/** How the machines behind endpoints differ, and stall. */
export interface MachineHabits {
  /** Decides which machine is how fast, and which request meets a stall. */
  readonly seed: number;
  /** The standard deviation of the logarithm of how long machines of one type take: 0.05 is about 5 %. */
  readonly differ: number;
  /** The same of requests to one machine. */
  readonly waver: number;
  /** The share of requests that a machine holds up, from 0 to 1, and for how many milliseconds. */
  readonly stalls: { readonly share: number; readonly milliseconds: number };
}

/** The machines behind endpoints: each that starts is as fast as its number says, and stays so. */
export class Machines {
  /** Without any, all are alike, and no request takes time by itself. */
  habits: MachineHabits | undefined;

  /** Milliseconds that a request takes on a machine, where it takes so long on one as machines mostly are. */
  timeOn(machine: string, request: number, milliseconds: number): number {
    const { habits } = this;
    if (!habits) return milliseconds;
    const { seed, differ, waver, stalls } = habits;
    const slow = Math.exp(differ * normal(`${seed} ${machine}`) + waver * normal(`${seed} ${machine} ${request}`));
    const stall = uniforms(`${seed} ${machine} ${request} stall`)[0] < stalls.share ? stalls.milliseconds : 0;
    return milliseconds * slow + stall;
  }
}

/** Two numbers from 0 to 1, the same ones for the same text. */
function uniforms(text: string): [number, number] {
  const digest = createHash('sha256').update(text).digest();
  return [digest.readUInt32BE(0) / 2 ** 32, digest.readUInt32BE(4) / 2 ** 32];
}

/** A number of a standard normal distribution (G. E. P. Box and M. E. Muller, Annals of Mathematical Statistics 29, 1958). */
function normal(text: string): number {
  const [one, other] = uniforms(text);
  return Math.sqrt(-2 * Math.log(1 - one)) * Math.cos(2 * Math.PI * other);
}
