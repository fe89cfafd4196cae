// Preloaded into a program by tests: its pauses pass twenty times as fast, so that no test really waits.
const { setTimeout: pause } = globalThis;
globalThis.setTimeout = (wake, milliseconds, ...given) => pause(wake, milliseconds / 20, ...given);
