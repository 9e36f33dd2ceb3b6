export {
  createEventLog,
  type Event,
  type EventLog,
  type EventLogOptions,
  LOG_LEVELS,
  type LogLevel,
} from "./event-log.ts";
export { createScrubber } from "./scrub.ts";
