export { parseInteger, parseNumber, parseSetting } from "./parse-setting.ts";
export { flagName, RUN_SETTINGS, type Setting, type SettingKind, variableName } from "./run-settings.ts";
export { knownVariables, OTHER_VARIABLES } from "./variables.ts";
