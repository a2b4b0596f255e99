/** Of all the apps. */
export default {
  // Offhook takes an address with a slash at its end as well.
  skipTrailingSlashRedirect: true,
  // The repository's own check looks at these files.
  typescript: { ignoreBuildErrors: true, tsconfigPath: "../tsconfig.json" },
};
