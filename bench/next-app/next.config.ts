// The repository's own check looks at the types.
export default { typescript: { ignoreBuildErrors: true, tsconfigPath: "tsconfig.json" } };
