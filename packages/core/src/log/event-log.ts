import { closeSync, openSync, writeSync } from "node:fs";
import { asSystemError } from "../errors/index.ts";
import { formatEvent } from "./format-event.ts";
import { createScrubber } from "./scrub.ts";

export const LOG_LEVELS = ["error", "warn", "info", "debug"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type Event = Readonly<Record<string, unknown>>;

/** Writes one structured event a line. */
export interface EventLog {
  /** Whether `debug` writes anything: what happens often is not put together in vain. */
  readonly isDebug: boolean;
  debug(event: Event): void;
  info(event: Event): void;
  warn(event: Event): void;
  error(event: Event): void;
  /** Nothing is logged afterwards. */
  close(): void;
}

export interface EventLogOptions {
  /** Events of less weight are left out; `info` when absent. */
  readonly level?: LogLevel;
  /** Shows each event to a person, too. */
  readonly echo?: ((line: string) => void) | undefined;
}

/** Keys that no event should have; pino censors them before the line is scrubbed. */
const SECRET_PATHS = ["apiKey", "secret", "password", "passphrase", "token", "authorization", "cookie", "webhookUrl"];

/**
 * A log of what happened when by the wall clock, as JSON lines in `path` (level, time in seconds, the event's keys),
 * without secrets. Each event but those of `debug` is on disk when the call returns. Loads pino late: most commands never log.
 * @throws PtError when the file cannot be made or written
 */
export async function createEventLog(path: string, { level = "info", echo }: EventLogOptions = {}): Promise<EventLog> {
  const { default: pino } = await import("pino");
  const file = new LineFile(path);
  const scrub = createScrubber(process.env);
  const options = {
    level,
    base: null,
    formatters: { level: (label: string) => ({ level: label }) },
    timestamp: () => `,"time":${Date.now() / 1000}`,
    redact: { paths: [...SECRET_PATHS, ...SECRET_PATHS.map((name) => `*.${name}`)], censor: "***" },
  };
  const logger = pino(options, {
    write(line: string) {
      const clean = scrub(line);
      file.append(clean);
      echo?.(formatEvent(JSON.parse(clean) as Event));
    },
  });
  const now = (log: (event: Event) => void) => (event: Event) => {
    log(event);
    file.flush();
  };
  return {
    isDebug: level === "debug",
    debug: (event) => logger.debug(event),
    info: now((event) => logger.info(event)),
    warn: now((event) => logger.warn(event)),
    error: now((event) => logger.error(event)),
    close: () => file.close(),
  };
}

const FLUSH_AT = 64 * 1024;

/** A file that lines are appended to, in large writes. */
class LineFile {
  readonly #path: string;
  readonly #file: number;
  #pending = "";

  constructor(path: string) {
    this.#path = path;
    this.#file = this.#attempt(() => openSync(path, "a", 0o644));
  }

  append(line: string): void {
    this.#pending += line;
    if (this.#pending.length >= FLUSH_AT) this.flush();
  }

  flush(): void {
    if (this.#pending === "") return;
    const bytes = Buffer.from(this.#pending);
    this.#pending = "";
    this.#attempt(() => {
      let written = 0;
      while (written < bytes.length) written += writeSync(this.#file, bytes, written);
    });
  }

  close(): void {
    this.flush();
    closeSync(this.#file);
  }

  #attempt<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      throw asSystemError(error, this.#path);
    }
  }
}
