// Preloaded into a program by the compiler: its time is that of the embedded SageMaker, which may be ahead of the machine's.
const { Date: Machine } = globalThis;
const ahead = Number(process.env.HARNESS_AHEAD ?? 0);

globalThis.Date = class extends Machine {
  constructor(...given) {
    if (given.length === 0) super(Machine.now() + ahead);
    else super(...given);
  }
  static now() {
    return Machine.now() + ahead;
  }
};
