import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { PtError, plainIssue } from "../errors/index.ts";
import { printable } from "../market/symbol.ts";
import { type RiskConfig, riskConfigSchema } from "../risk/index.ts";
import { flagName, parseSetting, RUN_SETTINGS, type Setting, variableName } from "../settings/index.ts";
import { readConfigFile, unknownKey } from "./config-file.ts";
import { type ExecutionPreset, findExecutionPreset, NO_PRESET } from "./execution-presets.ts";
import { idleSettings } from "./idle-settings.ts";
import { type RequestedConfig, runConfigSchema } from "./run-config.ts";

/** Where project files are looked for, in this order. */
export const PROJECT_FILES = ["pt.config.toml", "pt.config.json"] as const;

export interface SettingSources {
  /** Texts of the flags that were given, by flag name without dashes. */
  readonly flags: Readonly<Record<string, readonly string[]>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Folder in which a project file may stand. */
  readonly folder: string;
  /** `--config`: stands in for the project file. */
  readonly configFile?: string;
}

export interface ResolvedSettings {
  readonly config: RequestedConfig;
  readonly cacheDir: string;
  readonly outputDir: string | undefined;
  /** Models to replay with; `undefined` to train them. */
  readonly modelDir: string | undefined;
  readonly bars: boolean;
  /** Where each value came from, by setting key: a flag, a variable, a file, `preset <name>` or `default`. */
  readonly origin: ReadonlyMap<string, string>;
}

/**
 * Merges flags > `PT_*` variables > project file > execution preset > defaults and checks the whole.
 * @throws PtError naming the flag, variable or file and key that is wrong
 */
export async function resolveSettings(sources: SettingSources): Promise<ResolvedSettings> {
  const file = await readFile(sources);
  const values: Record<string, unknown> = {};
  const origin = new Map<string, string>();
  for (const table of OPEN_TABLES) if (isTable(file?.values[table])) values[table] = { ...file.values[table] };
  const preset = await presetOf(sources, file);
  for (const key of FILE_KEYS) {
    const said = valueAt(file, key) ?? fromPreset(key, preset)?.value;
    if (said !== undefined) put(values, key, said);
  }
  for (const setting of RUN_SETTINGS) {
    const said = saidAbout(setting, sources, file);
    const stated = setting.key === "params" ? mergeParams(said, strategyRank(sources, file)) : said.find(isFound);
    const found = stated ?? fromPreset(setting.key, preset);
    origin.set(setting.key, found?.from ?? "default");
    if (found !== undefined) put(values, setting.key, found.value);
  }
  if (values.execution === NO_PRESET) values.execution = null;
  else if (preset !== undefined) values.execution = preset.name;
  for (const key of RECORDED_DATA) if (file?.values[key] !== undefined) values[key] = file.values[key];

  const parsed = settingsSchema.safeParse(values);
  if (!parsed.success) throw invalidValue(parsed.error, values, origin, file?.path);
  const { cache_dir: cacheDir, output_dir: outputDir, model: modelDir, bars, ...config } = parsed.data;
  refuseIdleProfile(config.risk, origin.get(RISK_PROFILE)!, file);
  refuseIdleFlag(config, origin);
  return { config, cacheDir, outputDir, modelDir, bars, origin };
}

const pathText = z.string().refine((text) => text.trim() !== "" && !text.includes("\0"), "expected a path");

/** What a run can be told: its configuration, and where on this machine it reads and writes. */
const settingsSchema = runConfigSchema.extend({
  cache_dir: pathText.default("backtest_cache"),
  output_dir: pathText.optional(),
  model: pathText.optional(),
  bars: z.boolean().default(true),
});

interface ConfigFile {
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
}

async function readFile(sources: SettingSources): Promise<ConfigFile | undefined> {
  const path = sources.configFile ?? projectFile(sources.folder);
  if (path === undefined) return undefined;
  const values = await readConfigFile(path);
  refuseUnknown(values, path);
  return { path, values };
}

/** @throws PtError E_CONFIG_DUP when there are two: nobody could tell which one counts */
function projectFile(folder: string): string | undefined {
  const [path, other] = PROJECT_FILES.map((name) => join(folder, name)).filter((candidate) => existsSync(candidate));
  if (path === undefined || other === undefined) return path;
  throw new PtError("E_CONFIG_DUP", `${path} and ${other} are both there`, { hint: "Keep one of them." });
}

/** Tables that say more than there are settings for: their schema judges the rest. */
const OPEN_TABLES = ["risk"];

/** What only files can say. */
const FILE_KEYS = ["execution_model.per_coin"];

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a run records of who decided and what it read; no setting, but accepted and checked where its file is given back. */
const RECORDED_DATA = [
  "components",
  "signals",
  "data",
  "intrabar_data",
  "higher_data",
  "funding_data",
  "training_data",
  "models",
];

/** Keys of the settings that stand in a table of their own, e.g. `execution_model`. */
const TABLES = [...new Set(RUN_SETTINGS.filter(({ key }) => key.includes(".")).map(({ key }) => key.split(".")[0]!))];

function refuseUnknown(values: Readonly<Record<string, unknown>>, path: string): void {
  const keys = [...RUN_SETTINGS.map((setting) => setting.key), ...TABLES, ...RECORDED_DATA];
  for (const key of Object.keys(values))
    if (key.includes(".") || !keys.includes(key)) throw unknownKey(path, key, keys);
  for (const table of TABLES) refuseUnknownIn(table, values[table] ?? {}, path, keys);
}

function refuseUnknownIn(table: string, values: unknown, path: string, keys: readonly string[]): void {
  if (!isTable(values)) {
    throw new PtError("E_CONFIG_VALUE", `${path}: ${table} is not a table of keys`, {
      hint: "pt-replay init writes a file that shows how it looks.",
    });
  }
  if (OPEN_TABLES.includes(table)) return;
  for (const name of Object.keys(values)) {
    if (![...keys, ...FILE_KEYS].includes(`${table}.${name}`)) throw unknownKey(path, `${table}.${name}`, keys);
  }
}

interface Found {
  readonly value: unknown;
  readonly from: string;
}

/** What flag, variable and file say about a setting, strongest first. */
function saidAbout(
  setting: Setting,
  sources: SettingSources,
  file: ConfigFile | undefined,
): readonly (Found | undefined)[] {
  return [fromFlag(setting, sources), fromVariable(setting, sources), fromFile(setting, file)];
}

function isFound(found: Found | undefined): found is Found {
  return found !== undefined;
}

const STRATEGY = RUN_SETTINGS.find((setting) => setting.key === "strategy")!;

/** Which of the sources chooses the strategy; past the last when it is the default. */
function strategyRank(sources: SettingSources, file: ConfigFile | undefined): number {
  const said = saidAbout(STRATEGY, sources, file);
  const rank = said.findIndex(isFound);
  return rank === -1 ? said.length : rank;
}

/** Parameters are settled one by one. Those of a weaker source than the strategy's are another strategy's: they go. */
function mergeParams(said: readonly (Found | undefined)[], rank: number): Found | undefined {
  const own = said.slice(0, rank + 1).filter(isFound);
  if (own.length < 2 || !own.every(({ value }) => isTable(value))) return own[0];
  return { value: Object.assign({}, ...own.map(({ value }) => value).reverse()), from: own[0]!.from };
}

const EXECUTION = RUN_SETTINGS.find((setting) => setting.key === "execution")!;
const MODEL = "execution_model.";
const MODEL_SETTINGS = RUN_SETTINGS.filter((setting) => setting.key.startsWith(MODEL));

/**
 * The preset that was chosen. Where a file states every key of `execution_model`, as `config.json` does, its preset
 * changes nothing and is not looked up: it may have been a file of another machine.
 * @throws PtError E_USAGE when a flag or variable chooses one that could change nothing
 */
async function presetOf(sources: SettingSources, file: ConfigFile | undefined): Promise<ExecutionPreset | undefined> {
  const found = saidAbout(EXECUTION, sources, file).find(isFound);
  if (typeof found?.value !== "string" || found.value === NO_PRESET) return undefined;
  const { value: named, from } = found;
  const recorded = fromFile(EXECUTION, file);
  const isSettled = MODEL_SETTINGS.every((setting) => fromFile(setting, file) !== undefined);
  if (isSettled && recorded?.value === named) return undefined;
  const preset = await findExecutionPreset(named, from);
  if (!isSettled || recorded?.value === preset.name) return preset;
  throw new PtError(
    "E_USAGE",
    `${from} ${printable(named)} changes nothing: ${file!.path} states every execution_model key`,
    {
      hint: "Take the keys that the preset shall set out of the file, or give them as flags.",
    },
  );
}

const RISK_PROFILE = "risk.profile";

/**
 * A file that states every key of `risk`, as `config.json` does, leaves a profile nothing to say.
 * @throws PtError E_USAGE when a flag or variable chooses a profile that changes nothing
 */
function refuseIdleProfile(risk: RiskConfig, from: string, file: ConfigFile | undefined): void {
  if (file === undefined || from === file.path || from === "default") return;
  const stated = isTable(file.values.risk) ? file.values.risk : {};
  const recorded = riskConfigSchema.safeParse(stated).data;
  if (recorded === undefined || recorded.profile === risk.profile) return;
  if (JSON.stringify({ ...recorded, profile: risk.profile }) !== JSON.stringify(risk)) return;
  throw new PtError(
    "E_USAGE",
    `${from} ${printable(String(risk.profile))} changes nothing: ${file.path} states what it would set`,
    { hint: "Take the keys of risk that the profile shall set out of the file." },
  );
}

/**
 * A flag is said for this run; variables and files may serve many, of which each has a use for other settings.
 * @throws PtError E_USAGE when a flag sets what changes nothing
 */
function refuseIdleFlag(config: RequestedConfig, origin: ResolvedSettings["origin"]): void {
  for (const { key, because, needs } of idleSettings(config)) {
    const from = origin.get(key)!;
    if (!from.startsWith("--")) continue;
    throw new PtError("E_USAGE", `${from} changes nothing: ${because}`, {
      hint: `It goes with ${needs}; else leave it out.`,
      details: { key },
    });
  }
}

function fromPreset(key: string, preset: ExecutionPreset | undefined): Found | undefined {
  if (preset === undefined || !key.startsWith(MODEL)) return undefined;
  const value = (preset.model as Readonly<Record<string, unknown>>)[key.slice(MODEL.length)];
  return value === undefined ? undefined : { value, from: `preset ${preset.name}` };
}

function fromFlag(setting: Setting, { flags }: SettingSources): Found | undefined {
  const name = flagName(setting);
  const texts = Object.hasOwn(flags, name) ? flags[name] : undefined;
  if (texts === undefined) return undefined;
  return { value: parseSetting(setting, texts, `--${name}`), from: `--${name}` };
}

function fromVariable(setting: Setting, { environment }: SettingSources): Found | undefined {
  const name = variableName(setting);
  const text = environment[name];
  if (text === undefined) return undefined;
  if (text.trim() === "" || /[\r\n]/.test(text)) {
    throw new PtError("E_ENV", `${name} is set but empty or broken over lines`, {
      hint: "Give it a value or unset it.",
    });
  }
  return { value: parseSetting(setting, [text], name), from: name };
}

function fromFile(setting: Setting, file: ConfigFile | undefined): Found | undefined {
  const value = valueAt(file, setting.key);
  if (value === undefined) return undefined;
  return { value: value instanceof Date ? dateText(value) : value, from: file!.path };
}

function valueAt(file: ConfigFile | undefined, key: string): unknown {
  return key.split(".").reduce<unknown>((inner, step) => {
    return inner !== null && typeof inner === "object" ? (inner as Record<string, unknown>)[step] : undefined;
  }, file?.values);
}

/** TOML has dates of its own: `start_date = 2024-01-01` means what it says. */
function dateText(date: Date): string {
  return date.toISOString().replace(/\.000Z$/, "Z");
}

function put(values: Record<string, unknown>, key: string, value: unknown): void {
  const [outer, inner] = key.split(".") as [string, string?];
  if (inner === undefined) values[outer] = value;
  else values[outer] = { ...(values[outer] as object | undefined), [inner]: value };
}

/** The first thing that is wrong, with the flag, variable or file and key it came from. */
function invalidValue(
  error: z.ZodError,
  values: unknown,
  origin: ReadonlyMap<string, string>,
  file: string | undefined,
): PtError {
  const issue = error.issues[0]!;
  const key = issue.path.join(".");
  const setting = RUN_SETTINGS.find((one) => key === one.key || key.startsWith(`${one.key}.`));
  const from = (setting && origin.get(setting.key)) ?? file ?? "configuration";
  const isFile = !from.startsWith("--") && !from.startsWith("PT_");
  const where = isFile ? `${from}: ${key}` : from;
  const failure = issue.code === "custom" ? (issue.params?.failure as PtError | undefined) : undefined;
  if (failure !== undefined) {
    return new PtError(failure.code, `${where}: ${failure.message.replace(`${key}: `, "")}`, {
      ...(failure.hint !== undefined && { hint: failure.hint }),
      details: { ...failure.details, key, from },
      cause: failure,
    });
  }
  const value = issue.path.reduce((inner, step) => (inner as Record<PropertyKey, unknown> | undefined)?.[step], values);
  const isNumber = setting !== undefined && ["number", "integer", "pair"].includes(setting.kind);
  return new PtError(
    isNumber && !isFile ? "E_NUMBER" : "E_CONFIG_VALUE",
    `${where} = ${printable(typeof value === "number" ? String(value) : JSON.stringify(value))}: ${plainIssue(issue.message)}`,
    {
      hint: setting === undefined ? "See docs/file-formats.md." : `${setting.key}: ${setting.describe}.`,
      details: { key, from },
      cause: error,
    },
  );
}
