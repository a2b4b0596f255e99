const nullMark = "\u0001";

/**
 * A column of many rows as one text parameter: one join here and one split there, where the driver would escape every
 * quote of an array. No value may hold a line feed or be empty: JSON, `keyText` and numbers never do.
 */
export function packed(values: readonly (string | number | null)[]): string {
  return values.map((value) => value ?? nullMark).join("\n");
}

/** The parameter at a position as the array that `packed` was made from. */
export function unpacked(position: number, type: "text" | "bigint" | "int" | "float8" = "text"): string {
  const texts = `string_to_array($${position}, E'\\n', E'\\x01')`;
  return type === "text" ? texts : `${texts}::${type}[]`;
}

/** Parameters of these types, from a position on, as the rows that they are the columns of. */
export function unpackedRows(columns: { readonly [name: string]: Parameters<typeof unpacked>[1] }, from = 1): string {
  const arrays = Object.values(columns).map((type, index) => unpacked(from + index, type));
  return `unnest(${arrays.join(", ")}) as u(${Object.keys(columns).join(", ")})`;
}

/** The parameters of `unpackedRows`. */
export function packedRows<Row>(
  rows: readonly Row[],
  columns: readonly ((row: Row) => string | number | null)[],
): string[] {
  return columns.map((column) => packed(rows.map(column)));
}
