/** Tells whoever started this program where it listens; it ends with them. */
export function tellPort(port: number): void {
  console.log(`port ${port}`);
  process.stdin.on("end", () => process.exit()).resume();
}
