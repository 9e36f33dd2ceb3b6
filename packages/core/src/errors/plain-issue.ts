/** A schema library's complaint in the words of an operator: `Too big: expected number to be <=5` → `must be <= 5`. */
export function plainIssue(message: string): string {
  return message
    .replace(/^(Invalid input|Invalid option|Too big|Too small): /, "")
    .replace(/^expected \w+ to (be|have) ([<>]=?)/, "must $1 $2 ")
    .replace(/^expected int, received number$/, "must be a whole number")
    .replace(/^expected one of (.+)$/, (_, options: string) => `must be ${options.replaceAll("|", " or ")}`);
}
