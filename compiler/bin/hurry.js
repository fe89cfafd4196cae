// Preloaded into a program by tests: no test really waits. What it pauses for passes two hundred times as fast, and the times
// that an answer may take twenty times: a busy machine does not answer at once.
const { setTimeout: limit } = globalThis;
globalThis.setTimeout = (wake, milliseconds, ...given) => limit(wake, milliseconds / 20, ...given);

const timers = process.getBuiltinModule('node:timers/promises');
const { setTimeout: pause } = timers;
timers.setTimeout = (milliseconds, ...given) => pause(milliseconds / 200, ...given);
