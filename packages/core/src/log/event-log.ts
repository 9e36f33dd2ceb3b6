/** Writes one structured event a line. */
export interface EventLog {
  info(event: Readonly<Record<string, unknown>>): void;
  warn(event: Readonly<Record<string, unknown>>): void;
  error(event: Readonly<Record<string, unknown>>): void;
}

/**
 * A log of what happened when by the wall clock, as JSON lines in `path` (level, time in seconds, the event's keys).
 * Each event is on disk when the call returns. Loads pino late: most commands never log.
 */
export async function createEventLog(path: string): Promise<EventLog> {
  const { default: pino } = await import("pino");
  const options = {
    base: null,
    formatters: { level: (level: string) => ({ level }) },
    timestamp: () => `,"time":${Date.now() / 1000}`,
  };
  const logger = pino(options, pino.destination({ dest: path, sync: true }));
  return {
    info: (event) => logger.info(event),
    warn: (event) => logger.warn(event),
    error: (event) => logger.error(event),
  };
}
